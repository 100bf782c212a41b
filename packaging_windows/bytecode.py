"""Bytecode for all modules, so that the tool starts as fast from a folder that cannot be written to.

Each file names its source by hash and not by time: the times in a zip are all the same, and a module of another version
that happens to be as long would be taken for the one that was compiled.
"""

from __future__ import annotations

import importlib.util
import marshal
import warnings
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from typing import Final

_CHECKED_BY_HASH: Final = (0b11).to_bytes(4, "little")
"""PEP 552: found by the hash of the source, which is looked at each time."""

_WITHOUT_REFERENCES: Final = 2
"""The format of marshal before it wrote down which objects are shared, which differs from one run to the next."""

MAGIC: Final = (3495).to_bytes(2, "little") + b"\r\n"
"""Of all releases of CPython 3.11."""


class OtherPythonError(Exception):
    """Bytecode of the packed Python can be made by its own minor version alone."""


def refuse_other_python() -> None:
    """Raise `OtherPythonError` unless this is the Python that can make the bytecode."""
    if MAGIC_NUMBER != MAGIC:
        raise OtherPythonError("bytecode for CPython 3.11 is made by CPython 3.11: start this with one")


def compile_all(python: Path) -> None:
    """Write the bytecode of every module below Python's folder beside it. Raises `OtherPythonError`.

    A file that is no module of this Python, such as a template, is passed over.
    """
    refuse_other_python()
    for source in sorted((python / "Lib").rglob("*.py")):
        contents = source.read_bytes()
        shown = source.relative_to(python).as_posix()
        try:
            with warnings.catch_warnings(action="ignore"):  # what a wheel's author is warned of is no matter of ours
                code = compile(contents, shown, "exec", dont_inherit=True, optimize=0)
        except (SyntaxError, ValueError):
            continue
        target = Path(importlib.util.cache_from_source(str(source)))
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(MAGIC + _CHECKED_BY_HASH + source_hash(contents) + marshal.dumps(code, _WITHOUT_REFERENCES))

"""What goes into the zip, fetched: Python, a wheel of this checkout, and wheels for Windows of all that it needs.

Which versions these are stands in a lock, a requirements file with hashes. Without one a new lock is made; with one the
same wheels are fetched again, and nothing else is taken.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging_windows import cpython

ROOT: Final = Path(__file__).parents[1]
_SECONDS: Final = 600
_CHOICE: Final = ("--only-binary", ":all:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Python as it was unpacked, the wheel of the tool, and the wheels of what it needs."""

    python: Path
    tool: Path
    wheels: tuple[Path, ...]


def fetch(work: Path, lock: Path | None) -> tuple[Inputs, Path]:
    """Fetch everything into an empty folder, and return it with the lock that says what it is.

    Raises `SignatureError`, and `CalledProcessError` where something could not be fetched or built.
    """
    kept = work / "lock.txt"
    if lock is None:
        _resolve(kept)
    else:
        shutil.copyfile(lock, kept)
    python = work / "python"
    cpython.unpack_python(python)
    # uv resolved for Windows already; pip, which would evaluate markers for this machine, has nothing to choose.
    pip = ["pip", "download", "--quiet", "--no-deps", *_CHOICE, "--require-hashes", "--requirement", str(kept)]
    pip += ["--platform", "win_amd64", "--python-version", cpython.VERSION, "--implementation", "cp"]
    _run(*pip, "--dest", str(work / "wheels"))
    _run("hatchling", "build", "--target", "wheel", "--directory", str(work / "tool"))
    (tool,) = (work / "tool").glob("*.whl")
    return Inputs(python=python, tool=tool, wheels=tuple(sorted((work / "wheels").glob("*.whl")))), kept


def _resolve(lock: Path) -> None:
    uv = ["uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate", *_CHOICE]
    uv += ["--python-platform", "x86_64-pc-windows-msvc", "--python-version", cpython.VERSION]
    _run(*uv, "--output-file", str(lock), "pyproject.toml")


def _run(module: str, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", module, *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=_SECONDS
    )

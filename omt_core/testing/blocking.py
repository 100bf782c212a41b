"""Refuses calls that wait on the event loop's own thread, where they hold up everything else in the run.

The library `blockbuster` raises its `BlockingError` at the call itself, so nothing depends on how long it takes. Work
in threads is let be. A computation that takes long calls nobody and is not refused.
"""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import blockbuster
from blockbuster import BlockBuster, BlockBusterFunction, BlockingError

_LEFT_OUT: Final = (
    "builtins.open", "io.open", "os.system", "socket.getaddrinfo", "socket.gethostbyname", "sqlite3.connect",
)  # fmt: skip
"""Calls that the library lets by: of a file that is read line by line it sees nothing, nor of a name looked up."""

_OWN_PROCESSES: Final = ("asyncio/base_events.py", ("subprocess_exec", "subprocess_shell"))
"""Where the event loop itself starts a process: there is no other way."""

_IMPORTS: Final = ("<frozen importlib._bootstrap>", ("_find_and_load",))
"""Where a module is imported, which happens once, and whatever it does at that."""


@contextmanager
def blocking_refused() -> Iterator[None]:
    """Raise `BlockingError` from every call that blocks while an event loop runs in its thread."""
    guard = BlockBuster()
    for name in _LEFT_OUT:
        guard.functions[name] = BlockBusterFunction(None, name)
    # On Windows the library sees no process that is started; elsewhere it sees a pipe that is read.
    guard.functions["subprocess.Popen"] = BlockBusterFunction(
        None, "subprocess.Popen.__init__", can_block_functions=[_OWN_PROCESSES]
    )
    for function in guard.functions.values():
        function.can_block_in(*_IMPORTS)
    guard.activate()
    try:
        yield
    finally:
        guard.deactivate()


def blocking_place(error: BaseException | None) -> str | None:
    """Return which call blocked and where, if that is what an error comes from, else None.

    The place is the innermost line that belongs neither to Python itself nor to the library.
    """
    if error is None:
        return None
    if isinstance(error, BlockingError):
        frames = [f for f in traceback.extract_tb(error.__traceback__) if not _is_foreign(f.filename)]
        return f"{error} at {frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else str(error)
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__ or error.__context__,)
    return next((place for one in inner if (place := blocking_place(one)) is not None), None)


def _is_foreign(filename: str) -> bool:
    paths = sysconfig.get_paths()
    file, library = Path(filename), Path(str(blockbuster.__file__)).parent
    if file.is_relative_to(library) or filename.startswith("<frozen"):
        return True
    installed = file.is_relative_to(paths["purelib"]) or file.is_relative_to(paths["platlib"])
    return not installed and file.is_relative_to(paths["stdlib"])

"""`python -m omt_core`, which is also the command `omt`."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import Final

from omt_core.version import __version__

_INTERRUPTED: Final = 130

_MOST_ARENAS: Final = -8
"""The parameter M_ARENA_MAX of glibc's `mallopt`."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        code = _run()
    except KeyboardInterrupt:  # while the tool is loaded: from then on whatever runs says it
        with suppress(OSError):
            os.write(2, b"Stopped.\n")
        code = _INTERRUPTED
    sys.exit(code)


def _run() -> int:
    if sys.argv[1:] == ["--version"]:  # for which nothing need be put together, nor be whole
        from omt_core.cli.output import outputs  # noqa: PLC0415 - all that is needed

        with outputs():
            sys.stdout.write(f"omt {__version__}\n")
        return 0
    _share_one_arena()
    # What is loaded stays to the end: looking through it for garbage, again and again, is a sixth of the start.
    gc.disable()
    from omt_core.cli.main import main as run  # noqa: PLC0415 - behind the line above

    return run()


def _share_one_arena() -> None:
    """Have all threads take memory from one arena, unless the environment says how many there are.

    By itself glibc has one for each thread, and keeps in each what was freed there: half as much again as is in use.
    Python's own lock leaves little to wait for in one. Other C libraries have no arenas.
    """
    if "MALLOC_ARENA_MAX" in os.environ or sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - not for the version, nor elsewhere

    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_MOST_ARENAS, 1)


if __name__ == "__main__":
    main()

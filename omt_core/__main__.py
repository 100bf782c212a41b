"""`python -m omt_core`, which is also the command `omt`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from omt_core.early_ctrl_c import INTERRUPTED, ctrl_c_put_off, end_at_ctrl_c, say_stopped
from omt_core.version import __version__

_MALLOC: Final = {-8: 1, -3: 2 << 20, -1: 4 << 20}
"""Parameters of glibc's `mallopt`: how many arenas there are (M_ARENA_MAX), from how many bytes on a block is a mapping
of its own (M_MMAP_THRESHOLD), and how much freed memory may stay at an arena's end (M_TRIM_THRESHOLD)."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    with ctrl_c_put_off() as take_over:
        try:
            code = _run(take_over)
        except KeyboardInterrupt:  # as the last of it is printed
            say_stopped()
            code = INTERRUPTED
    end_at_ctrl_c(code)
    # What is left ends with the process: looking through it for garbage first, and taking it apart, took 0.07 s.
    gc.freeze()
    sys.exit(code)


def _run(take_over: Callable[[], None]) -> int:
    if sys.argv[1:] == ["--version"]:  # for which nothing need be put together, nor be whole
        from omt_core.cli.output import outputs  # noqa: PLC0415 - all that is needed

        with outputs():
            sys.stdout.write(f"omt {__version__}\n")
        return 0
    _keep_little_that_is_free()
    # What is loaded stays to the end: looking through it for garbage, again and again, is a sixth of the start.
    gc.disable()
    from omt_core.cli.main import main as run  # noqa: PLC0415 - behind the line above

    return run(take_over=take_over)


def _keep_little_that_is_free() -> None:
    """Have glibc give memory back that was freed, unless the environment tells it what to do.

    By itself it has an arena for each thread and keeps in each what was freed there; and once a large block was freed
    it keeps blocks up to that size too, 32 MiB at most. That was half as much again as was in use. Python's own lock
    leaves little to wait for in one arena. Other C libraries have no such parameters.
    """
    if sys.platform != "linux" or any(name.startswith("MALLOC_") for name in os.environ):
        return
    with suppress(ImportError, OSError, AttributeError):  # not every Python has it, nor every C library
        import ctypes  # noqa: PLC0415 - not for the version, nor elsewhere

        for parameter, value in _MALLOC.items():
            ctypes.CDLL(None).mallopt(parameter, value)


if __name__ == "__main__":
    main()

"""Keeps a machine that nobody touches from going to sleep in the middle of an upload, or before a planned one."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_CONTINUOUS: Final = 0x8000_0000
_SYSTEM_REQUIRED: Final = 0x0000_0001
_log = logging.getLogger("omt.upload")


@contextmanager
def kept_awake() -> Iterator[None]:
    """Ask Windows not to let the machine sleep while the context lasts, and say so in the log.

    Windows keeps the wish with the thread that has it, so that it ends with the process at the latest: enter and leave
    the context in the same thread. It does not stand against a person who closes the lid or chooses Sleep. Elsewhere
    nothing is done: servers with Linux do not sleep by themselves.
    """
    asked = _tell_windows(_CONTINUOUS | _SYSTEM_REQUIRED)
    if asked:
        _log.info("this machine is kept from going to sleep until the upload ends, or its planned start is cancelled")
    try:
        yield
    finally:
        if asked:
            _tell_windows(_CONTINUOUS)


if sys.platform == "win32":
    import ctypes

    def _tell_windows(state: int) -> bool:
        return bool(ctypes.WinDLL("kernel32").SetThreadExecutionState(ctypes.c_uint32(state)))

else:

    def _tell_windows(state: int) -> bool:
        del state
        return False

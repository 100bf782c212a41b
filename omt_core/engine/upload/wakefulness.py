"""Keeps a machine that nobody touches from going to sleep in the middle of an upload, or before a planned one."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_CONTINUOUS: Final = 0x8000_0000
_SYSTEM_REQUIRED: Final = 0x0000_0001
_log = logging.getLogger("omt.upload")


class _Holders(threading.local):
    """Who keeps the machine awake, counted for each thread, as Windows keeps the wish."""

    count = 0


_HOLDERS: Final = _Holders()


@contextmanager
def kept_awake() -> Iterator[None]:
    """Ask Windows not to let the machine sleep while the context lasts, and say so in the log.

    Windows keeps the wish with the thread that has it, so that it ends with the process at the latest: enter and leave
    the context in the same thread. It does not stand against a person who closes the lid or chooses Sleep. Elsewhere
    nothing is done: servers with Linux do not sleep by themselves. A planned start and what is sent ahead of it may
    both hold the machine awake: the last to leave takes the wish back.
    """
    if not _HOLDERS.count and _tell_windows(_CONTINUOUS | _SYSTEM_REQUIRED):
        _log.info("this machine is kept from going to sleep until the upload ends, or its planned start is cancelled")
    _HOLDERS.count += 1
    try:
        yield
    finally:
        _HOLDERS.count -= 1
        if not _HOLDERS.count:
            _tell_windows(_CONTINUOUS)


if sys.platform == "win32":
    import ctypes

    def _tell_windows(state: int) -> bool:
        return bool(ctypes.WinDLL("kernel32").SetThreadExecutionState(ctypes.c_uint32(state)))

else:

    def _tell_windows(state: int) -> bool:
        del state
        return False

"""What of a folder's files is in memory only, where a power cut takes it: Linux 6.5 and newer tell it (`cachestat`)."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from pathlib import Path
from typing import Final

from omt_core.api.files import remove

_CACHESTAT: Final = 451
"""The number of the system call, the same on every architecture."""

_SEEN: Final = 4 * mmap.PAGESIZE
_SHARED_MEMORY: Final = "-shm"
"""The end of the name of SQLite's index of a log, which is never meant to outlive a power cut."""


def tells_unwritten_bytes(folder: Path) -> bool:
    """Try whether a file in this folder is seen to be in memory only until it is synced. Blocking."""
    path = folder / "unwritten"
    try:
        with path.open("wb") as file:
            file.write(bytes(_SEEN))
            file.flush()
            before = unwritten_bytes(folder)
            os.fsync(file.fileno())
            return before >= _SEEN and unwritten_bytes(folder) == 0
    except OSError:
        return False
    finally:
        remove(path)


def unwritten_bytes(folder: Path) -> int:
    """Add up what is not on the disk yet of all files below a folder, in whole pages. Blocking.

    Raises `OSError` where the system does not tell.
    """
    return sum(
        _unwritten(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(_SHARED_MEMORY)
    )


def _unwritten(path: Path) -> int:
    if sys.platform != "linux":
        raise OSError("only Linux tells which pages are not written")
    call = ctypes.CDLL(None, use_errno=True).syscall
    all_of_it, counts = (ctypes.c_uint64 * 2)(0, 0), (ctypes.c_uint64 * 5)()
    try:
        with path.open("rb") as file:
            if call(_CACHESTAT, file.fileno(), all_of_it, counts, 0):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    except FileNotFoundError:
        return 0
    _, dirty, being_written, _, _ = counts
    return int(dirty + being_written) * mmap.PAGESIZE

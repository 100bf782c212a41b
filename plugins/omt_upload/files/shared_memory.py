"""Memory that this process and the reader processes it starts have in common.

It has no name that a crash could leave behind: where the system can, it is handed down as an open file.
"""

from __future__ import annotations

import mmap
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SharedMemory:
    """The memory, mapped here; `handle` is what a child maps it by, and `inherited` are the files it must inherit."""

    map: mmap.mmap
    handle: str
    inherited: tuple[int, ...]

    def close(self) -> None:
        """Give the memory back once nobody has a view of it any more."""
        for descriptor in self.inherited:
            os.close(descriptor)


def share_memory(size: int) -> SharedMemory:
    """Set memory aside. What of it is never touched costs nothing, but on Windows. Raises OSError."""
    if sys.platform == "win32":
        name = f"omt-{secrets.token_hex(16)}"
        return SharedMemory(mmap.mmap(-1, size, tagname=name), name, ())
    if sys.platform == "linux":
        descriptor = os.memfd_create("omt-readers")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    try:
        os.ftruncate(descriptor, size)
        return SharedMemory(mmap.mmap(descriptor, size), str(descriptor), (descriptor,))
    except OSError:
        os.close(descriptor)
        raise


def map_shared(handle: str, size: int) -> mmap.mmap:
    """Map, in a child, what `share_memory` set aside."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=handle)
    return mmap.mmap(int(handle), size)

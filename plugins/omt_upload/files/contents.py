"""Reading and hashing files that may change, vanish or be locked meanwhile. Everything here blocks.

Paths are as the system opens them exactly (`omt_core.api.files.openable`).
It imports nothing but what Python itself brings and `omt_core.api.plain`: reader processes load it alone, to be small.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from omt_core.api.plain import modification_time

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOINHERIT", 0)
"""O_NONBLOCK: a pipe put in a file's place must not hold the transfer up."""

_SHARE_GONE: Final = frozenset({21, 51, 53, 54, 55, 59, 64, 67, 121, 1167, 1231, 1232, 1236})
"""Windows' errors of a share or drive that does not answer, as in `omt_crm.paths.presence`."""

Read: TypeAlias = tuple[str, int, int, int]
"""Digest, size, time of change in nanoseconds, and where in memory the content begins."""

Layout: TypeAlias = tuple[int, int]
"""How contents lie in memory: so many bytes before each, and room up to a multiple of so many bytes."""

Raw: TypeAlias = Read | tuple[int, str] | str
"""What became of a file, in values that go to another process and back: it was read; or the number and text of the
system's error; or one of the two words below."""

TOO_LARGE: Final = "too-large"
CHANGED: Final = "changed"


_FOLDER: Final = "A folder stands where a file was named."
NO_FILE: Final = "Not a regular file."


class Stamp(NamedTuple):
    """What tells a changed file: size in bytes and time of change in nanoseconds."""

    size: int
    mtime_ns: int


class FileChangedError(Exception):
    """The file is not what it was when its stamp was taken."""


def read_to_places(view: memoryview, files: Sequence[tuple[str, int]], layout: Layout, tries: int) -> list[Raw]:
    """Read and hash files (path, expected size) into memory, each again up to `tries` times while it changes.

    The memory is as large as a bundle of files of these sizes, and each gets the room that it has there.
    """
    head, align = layout
    results: list[Raw] = []
    offset = head
    for path, expected in files:
        with view[offset : offset + -(-expected // align) * align] as room:
            result = _read_small(path, room, offset, tries)
        results.append(result)
        match result:
            case (_, int() as size, _, _):
                offset += -(-size // align) * align + head
    return results


def _read_small(path: str, room: memoryview, offset: int, tries: int) -> Raw:
    """Return what became of a file."""
    for _ in range(tries):
        try:
            stamp = _read_whole(path, room)
        except FileChangedError:
            continue
        except OSError as error:
            return system_error(error)
        if stamp is None:
            return TOO_LARGE
        with room[: stamp.size] as content:
            digest = hashlib.sha256(content).hexdigest()
        return digest, stamp.size, stamp.mtime_ns, offset
    return CHANGED


def _read_whole(path: str, room: memoryview) -> Stamp | None:
    handle = _opened(path)
    try:
        before = _stamp(os.fstat(handle))
        if before.size > len(room):
            return None
        read = _read_into(handle, room, before.size)
    finally:
        os.close(handle)
    # The path is asked again, not the handle: a file put in its place by renaming counts as a change too.
    if read != before.size or _stamp(_status(path)) != before:
        raise FileChangedError
    return before


def system_error(error: OSError) -> tuple[int, str]:
    """Return number and text of an error; one of a share that is gone, which Windows may call "not found", is EIO."""
    away = getattr(error, "winerror", None) in _SHARE_GONE
    return errno.EIO if away else error.errno or 0, error.strerror or type(error).__name__


def read_part(path: str, room: memoryview, offset: int, expected: Stamp | None) -> tuple[Stamp, int]:
    """Fill memory from a part of a large file; returns its stamp and how many bytes there were.

    Raises `FileChangedError` when it is not, or no longer, as `expected`, and OSError. The file is opened for each
    part, so that on Windows nobody on site is kept from renaming or deleting it for hours.
    """
    handle = _opened(path)
    try:
        before = _stamp(os.fstat(handle))
        if expected is not None and before != expected:
            raise FileChangedError
        os.lseek(handle, offset, os.SEEK_SET)
        wanted = max(0, min(len(room), before.size - offset))
        read = _read_into(handle, room, wanted)
    finally:
        os.close(handle)
    if read != wanted or _stamp(_status(path)) != before:
        raise FileChangedError
    return before, read


def _opened(path: str) -> int:
    """Open a file; a folder is told as such also on Windows, which calls it a lack of rights."""
    try:
        return os.open(path, _FLAGS)
    except PermissionError:
        if os.path.isdir(path):  # noqa: PTH112 - as in `_status`
            raise IsADirectoryError(errno.EISDIR, _FOLDER) from None
        raise


def _read_into(handle: int, room: memoryview, size: int) -> int:
    """Read until `size` bytes are there or the file ends; returns how many came."""
    read = 0
    while read < size:
        with room[read:size] as rest:
            came = _read_once(handle, rest)
        if not came:
            break
        read += came
    return read


def _read_once(handle: int, room: memoryview) -> int:
    """Read what one call to the system gives."""
    if sys.platform != "win32":
        return os.readv(handle, [room])
    with io.FileIO(handle, closefd=False) as file:  # Windows has no readv
        return file.readinto(room)


def _status(path: str) -> os.stat_result:
    return os.stat(path)  # noqa: PTH116 - a Path would take the prefix of a long name for a part of it, and costs more


def _stamp(status: os.stat_result) -> Stamp:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, _FOLDER)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, NO_FILE)
    return Stamp(status.st_size, modification_time(status))

"""Reading and hashing files that may change, vanish or be locked meanwhile. Everything here blocks.

Small files are read once into memory, so that what is sent is what was hashed, and there at once to where a bundle has
them. Plain functions over plain values, since they also run in other processes.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from omt_core.api.items import ItemState
from omt_upload.bundle import BLOCK, Buffer, space
from omt_upload.findings import FILE_CHANGED, FILE_UNREADABLE, FILE_VANISHED

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOINHERIT", 0)
"""O_NONBLOCK: a pipe put in a file's place must not hold the transfer up."""

_VANISHED: Final = frozenset({errno.ENOENT, errno.ENOTDIR})
_LONG_PATH: Final = 248
"""Longer ones Windows opens only in their extended form; short ones are left as they are for old network shares."""


class Reading(NamedTuple):
    """A file as it was read: `size` bytes of the buffer from `offset` on."""

    digest: str
    size: int
    mtime_ns: int
    offset: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, with the state and reason that its item gets."""

    state: ItemState
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A file that has grown beyond the memory that was set aside for it."""


class Stamp(NamedTuple):
    """What tells a changed file: size in bytes and time of change in nanoseconds."""

    size: int
    mtime_ns: int


class FileChangedError(Exception):
    """The file is not what it was when its stamp was taken."""


class FileUnreadError(Exception):
    """The file cannot be read; `unread` says what that means for its item."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.detail)
        self.unread = unread


def read_small_files(
    buffer: Buffer, files: Sequence[tuple[Path, int]], *, tries: int
) -> list[Reading | Unread | TooLarge]:
    """Read and hash files (path, expected size) into the buffer, each again up to `tries` times while it changes.

    The buffer is as large as a bundle of files of these sizes, and each gets the room that it has there.
    """
    results: list[Reading | Unread | TooLarge] = []
    offset = BLOCK
    with memoryview(buffer) as view:
        for path, expected in files:
            with view[offset : offset + space(expected) - BLOCK] as room:
                result = _read_small(path, room, offset, tries)
            if isinstance(result, Reading):
                offset += space(result.size)
            results.append(result)
    return results


def _read_small(path: Path, room: memoryview, offset: int, tries: int) -> Reading | Unread | TooLarge:
    for _ in range(tries):
        try:
            stamp = _read_whole(path, room)
        except FileChangedError:
            continue
        except OSError as error:
            return _unread(error)
        if stamp is None:
            return TooLarge()
        with room[: stamp.size] as content:
            return Reading(hashlib.sha256(content).hexdigest(), stamp.size, stamp.mtime_ns, offset)
    return changed_each_time(tries)


def read_slice(path: Path, offset: int, length: int, expected: Stamp | None) -> tuple[Stamp, bytes]:
    """Read a part of a large file.

    Raises `FileChangedError` when it is not, or no longer, as `expected`, and `FileUnreadError`. The file is opened for
    each part, so that on Windows nobody on site is kept from renaming or deleting it for hours.
    """
    try:
        return _read_slice(path, offset, length, expected)
    except OSError as error:
        raise FileUnreadError(_unread(error)) from error


def changed_each_time(tries: int) -> Unread:
    """Say that a file never stood still."""
    return Unread(ItemState.FAILED, FILE_CHANGED.code, f"The file changed while it was read, {tries} times.")


def openable(path: Path, *, windows: bool = os.name == "nt") -> str:
    r"""Return a path in the form in which the system opens it: long ones on Windows need the prefix `\\?\`."""
    text = str(path)
    if not windows or len(text) < _LONG_PATH or text.startswith("\\\\?\\"):
        return text
    return f"\\\\?\\UNC\\{text[2:]}" if text.startswith("\\\\") else f"\\\\?\\{text}"


def _read_whole(path: Path, room: memoryview) -> Stamp | None:
    name = openable(path)
    handle = os.open(name, _FLAGS)
    try:
        before = _stamp(os.fstat(handle))
        if before.size > len(room):
            return None
        read = _read_into(handle, room, before.size)
    finally:
        os.close(handle)
    # The path is asked again, not the handle: a file put in its place by renaming counts as a change too.
    if read != before.size or _stamp(_status(name)) != before:
        raise FileChangedError
    return before


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


def _status(name: str) -> os.stat_result:
    return os.stat(name)  # noqa: PTH116 - a Path would take the prefix of a long name for a part of it, and costs more


def _stamp(status: os.stat_result) -> Stamp:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file.")
    return Stamp(status.st_size, status.st_mtime_ns)


def _read_fully(handle: int, size: int) -> bytes:
    first = os.read(handle, size)
    if len(first) in (0, size):
        return first
    pieces = [first]
    left = size - len(first)
    while left > 0 and (piece := os.read(handle, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _read_slice(path: Path, offset: int, length: int, expected: Stamp | None) -> tuple[Stamp, bytes]:
    name = openable(path)
    handle = os.open(name, _FLAGS)
    try:
        before = _stamp(os.fstat(handle))
        if expected is not None and before != expected:
            raise FileChangedError
        os.lseek(handle, offset, os.SEEK_SET)
        wanted = min(length, before.size - offset)
        content = _read_fully(handle, wanted) if wanted > 0 else b""
    finally:
        os.close(handle)
    if len(content) != max(wanted, 0) or _stamp(_status(name)) != before:
        raise FileChangedError
    return before, content


def _unread(error: OSError) -> Unread:
    """Say what an error of the operating system means for an item."""
    if error.errno in _VANISHED:
        return Unread(ItemState.MISSING, FILE_VANISHED.code, "The file is gone.")
    return Unread(ItemState.FAILED, FILE_UNREADABLE.code, error.strerror or type(error).__name__)

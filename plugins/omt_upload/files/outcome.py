"""What reading a file came to: its content in memory, or why there is none, in the words of the journal.

Small files are read once, so that what is sent is what was hashed, and there at once to where a bundle has them.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from omt_core.api import ItemState, sentence
from omt_core.api.files import openable
from omt_protocol.bundle.writer import Buffer, Framing
from omt_upload.files.contents import NO_FILE, TOO_LARGE, Raw, Stamp, read_part, read_to_places, system_error
from omt_upload.findings import FILE_CHANGED, FILE_IS_FOLDER, FILE_UNREADABLE, FILE_VANISHED

VANISHED: Final = frozenset({errno.ENOENT, errno.ENOTDIR})


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
    error: int | None = None
    """The number of the system's error, if that is why."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A file that has grown beyond the memory that was set aside for it."""


class FileUnreadError(Exception):
    """The file cannot be read; `unread` says what that means for its item."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.detail)
        self.unread = unread


def read_small_files(
    buffer: Buffer, files: Sequence[tuple[str, int]], framing: Framing, *, tries: int
) -> Sequence[Reading | Unread | TooLarge]:
    """Read and hash files (path, expected size) into the buffer, each again up to `tries` times while it changes.

    The buffer is as large as a bundle of files of these sizes, and each gets the room that it has there. Blocks.
    """
    with memoryview(buffer) as view:
        return understood(read_to_places(view, files, framing.layout, tries), tries=tries)


def read_slice(path: Path, room: memoryview, offset: int, expected: Stamp | None) -> tuple[Stamp, int]:
    """Fill memory from a part of a large file; returns its stamp and how many bytes there were. Blocks.

    Raises `FileChangedError` when it is not, or no longer, as `expected`, and `FileUnreadError`.
    """
    try:
        return read_part(openable(path), room, offset, expected)
    except OSError as error:
        raise FileUnreadError(_unread(*system_error(error))) from error


def understood(results: Sequence[Raw], *, tries: int) -> Sequence[Reading | Unread | TooLarge]:
    """Say what the results of reading mean for the items."""
    return [_understood(result, tries) for result in results]


def _understood(result: Raw, tries: int) -> Reading | Unread | TooLarge:
    match result:
        case (digest, size, mtime_ns, offset):
            return Reading(digest, size, mtime_ns, offset)
        case (number, text):
            return _unread(number, text)
        case _ if result == TOO_LARGE:
            return TooLarge()
        case _:
            return changed_each_time(tries)


def changed_each_time(tries: int) -> Unread:
    """Say that a file never stood still."""
    detail = sentence("The file changed while it was read, {tries} times.", tries=tries)
    return Unread(ItemState.FAILED, FILE_CHANGED.code, detail)


def _unread(number: int, text: str) -> Unread:
    """Say what an error of the operating system means for an item."""
    if number in VANISHED:
        return Unread(ItemState.MISSING, FILE_VANISHED.code, sentence("The file is gone."), number)
    if number == errno.EISDIR:
        folder = sentence("A folder stands where a file was named.")
        return Unread(ItemState.FAILED, FILE_IS_FOLDER.code, folder, number)
    detail = sentence("It is not a regular file.") if text == NO_FILE else text
    return Unread(ItemState.FAILED, FILE_UNREADABLE.code, detail, number)

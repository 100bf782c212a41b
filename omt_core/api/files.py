"""Files as they have to be written and removed: durable, whole or not at all, and with patience. All of it blocks.

Who else has a file open, a virus scanner or a backup most often, lets go of it within a second or two: until then the
name cannot be given to another file or be removed (Windows errors 5, 32, 33; a share says EACCES or EBUSY for it).
"""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600

_WAITS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between tries, somewhat more than three together."""

_HELD_ON_WINDOWS: Final = frozenset({5, 32, 33})
"""ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION."""


def patiently(act: Callable[[], T]) -> T:
    """Do what fails while somebody else holds a file; tried again for a few seconds. Raises `OSError`."""
    for wait in _WAITS:
        try:
            return act()
        except OSError as error:
            if not _is_held(error):
                raise
            time.sleep(wait)
    return act()


def _is_held(error: OSError) -> bool:
    windows = getattr(error, "winerror", None)
    if windows is not None:
        return windows in _HELD_ON_WINDOWS
    return isinstance(error, PermissionError) or error.errno in {errno.EBUSY, errno.ETXTBSY}


def replace(source: Path, target: Path) -> None:
    """Give a file another name, perhaps that of a file that goes."""
    patiently(lambda: source.replace(target))


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    patiently(lambda: path.unlink(missing_ok=True))


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there; links are removed and not followed."""
    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "it is a link", str(folder))
    for above, folders, names in os.walk(folder, topdown=False):
        for name in names:
            remove(Path(above, name))
        for name in folders:
            inner = Path(above, name)
            patiently(inner.unlink if inner.is_symlink() else inner.rmdir)
    with suppress(FileNotFoundError):
        patiently(folder.rmdir)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows has no such call: NTFS journals names by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a private folder, and what is missing above it, if it is not there; durable on return."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    # Also where it is there: whoever made it may have been killed before this.
    with suppress(PermissionError):  # a folder that may not be read cannot be made durable
        sync_folder(folder.parent)


def move_into_place(source: Path, target: Path) -> None:
    """Give a file, whose data is durable already, its final name; durable on return."""
    if not target.parent.is_dir():
        make_folder(target.parent)
    replace(source, target)
    with suppress(PermissionError):
        sync_folder(target.parent)


def make_sure(path: Path) -> None:
    """Make a file durable that a process left which was killed, with its name: perhaps only the kernel knows of it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    make_folder(path.parent)
    sync_folder(path.parent)


class WholeFile:
    """A private file that is written piece by piece, and in the end stands at `path` whole, or not at all.

    What stood there stays until then. `partial` is where it grows: by default beside it under a name of its own, so
    that two may be written at once; a name that is given is overwritten, so that a killed process leaves one at most.
    """

    def __init__(self, path: Path, *, partial: Path | None = None) -> None:
        self.path = path
        self._partial = partial or path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
        remove(self._partial)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        # Windows keeps the name of a removed file as long as somebody has it open.
        self._file = os.fdopen(patiently(lambda: os.open(self._partial, flags, PRIVATE_FILE)), "wb")
        self._unfinished = True

    def write(self, piece: bytes | memoryview) -> None:
        """Write the next bytes."""
        self._file.write(piece)

    def finish(self) -> None:
        """Put it in its place; durable on return."""
        self.close()
        move_into_place(self._partial, self.path)
        self._unfinished = False

    def close(self) -> Path:
        """End writing, and return where the file is until it is moved; its data is durable on return."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()  # Windows renames closed files only
        return self._partial

    def discard(self) -> None:
        """Leave nothing of a file that was not finished; of one that was, all."""
        if self._unfinished:
            self._unfinished = False
            with suppress(OSError):  # what was written last may not fit on the disk
                self._file.close()
            remove(self._partial)


def write_whole(path: Path, data: bytes, *, partial: Path | None = None) -> None:
    """Write a small private file, whole or not at all; durable on return.

    Without `partial` it grows at its name with `.partial` behind: one writer at a time.
    """
    file = WholeFile(path, partial=partial or path.with_name(f"{path.name}.partial"))
    try:
        file.write(data)
        file.finish()
    finally:
        file.discard()

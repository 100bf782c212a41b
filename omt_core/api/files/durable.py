"""Files and names that outlive a power loss: whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from omt_core.api.drives import place_on_other_machine, refuse_missing
from omt_core.api.files.patience import patiently, remove, remove_tree, replace
from omt_core.api.files.rights import PRIVATE_FILE, PRIVATE_FOLDER, make_private


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable.

    Windows has no such call. There `replace` returns when the name is on the disk, and NTFS, which keeps a log of all
    names in the order in which they changed, has then written those before it too.
    """
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a private folder, and what is missing above it, if it is not there; durable on return.

    Raises `OSError`, and `InputError` `drive-not-there`.
    """
    if not folder.is_dir():
        refuse_missing(folder)
        if folder.parent == folder:  # as of a current folder that was removed
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        try:
            folder.mkdir(mode=PRIVATE_FOLDER)
        except FileExistsError:  # two may make it at once
            if not folder.is_dir():
                raise
        else:
            _keep_to_this_account(folder)
    # Also where it is there: whoever made it may have been killed before this.
    with suppress(PermissionError):  # a folder that may not be read cannot be made durable
        sync_folder(folder.parent)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Lend a private folder in the one for temporary files; it is removed in the end, if nobody keeps it from that."""
    folder = Path(tempfile.mkdtemp(prefix="omt-"))
    try:
        _keep_to_this_account(folder)
        yield folder
    finally:
        with suppress(OSError):  # what was done with it is not undone by a virus scanner that still looks at it
            remove_tree(folder)


def make_file(path: Path) -> None:
    """Make an empty private file; raises `FileExistsError` where there is one."""
    os.close(_create(path))


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
        # Windows keeps the name of a removed file as long as somebody has it open.
        self._file = os.fdopen(patiently(lambda: _create(self._partial)), "wb")
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


def _create(path: Path) -> int:
    """Make and open a private file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    try:
        _keep_to_this_account(path)
    except OSError:
        os.close(descriptor)
        remove(path)
        raise
    return descriptor


def _keep_to_this_account(path: Path) -> None:
    """Say on Windows what the mode, with which it was just made, says elsewhere.

    On another machine it has the rights of its folder: this account may be nobody there, and many a share knows no
    rights and says so by all kinds of errors.
    """
    if sys.platform == "win32" and place_on_other_machine(path) is None:
        with suppress(PermissionError):  # so has one on a disk that lets nobody set rights
            make_private(path)


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

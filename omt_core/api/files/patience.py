"""Renaming and removing with patience for who holds a file, and on Windows whatever its attributes say."""

from __future__ import annotations

import errno
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from omt_core.api.files import windows
from omt_core.api.sentence import sentence

T = TypeVar("T")

_WAITS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between tries, somewhat more than three together."""

MOUNT_POINT: Final = 0xA000_0003
"""Windows' reparse tag of a junction."""

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
    windows_error = getattr(error, "winerror", None)
    if windows_error is not None:
        return windows_error in _HELD_ON_WINDOWS
    return isinstance(error, PermissionError) or error.errno in {errno.EBUSY, errno.ETXTBSY}


def replace(source: Path, target: Path) -> None:
    """Give a file another name, perhaps that of a file that goes."""
    patiently(lambda: _whatever_attributes(target, lambda: _rename(source, target)))


def remove(path: Path) -> None:
    """Remove a file or a link, if it is there."""
    if is_junction(path):
        _remove_empty(path)  # of a junction this takes away the name alone
    else:
        patiently(lambda: _whatever_attributes(path, lambda: path.unlink(missing_ok=True)))


def is_link(path: Path) -> bool:
    """Tell whether it is a symbolic link or a junction, which Python 3.11 takes for a folder."""
    return path.is_symlink() or is_junction(path)


def is_junction(path: Path) -> bool:
    """Tell whether it is a junction of Windows."""
    try:
        return getattr(path.lstat(), "st_reparse_tag", 0) == MOUNT_POINT
    except OSError:
        return False


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there; links and junctions are removed and not followed."""
    if is_link(folder):
        raise NotADirectoryError(errno.ENOTDIR, sentence("it is a link"), str(folder))
    emptied, left = list[Path](), [folder]
    while left:
        emptied.append(left.pop())
        for path in _listed(emptied[-1]):
            if path.is_dir() and not is_link(path):
                left.append(path)
            else:
                remove(path)
    for inner in reversed(emptied):
        with suppress(FileNotFoundError):
            _remove_empty(inner)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # an empty one can be removed all the same, and any other says that it is not
        return []


def _remove_empty(folder: Path) -> None:
    patiently(lambda: _whatever_attributes(folder, folder.rmdir))


def _rename(source: Path, target: Path) -> None:
    if sys.platform == "win32":
        windows.move(source, target)
    else:
        source.replace(target)


def _whatever_attributes(path: Path, act: Callable[[], None]) -> None:
    """Do what takes a name away. Windows refuses it while the file is read-only, where POSIX asks the folder alone."""
    try:
        act()
    except PermissionError:
        if not _is_read_only(path):
            raise
        path.chmod(stat.S_IWRITE)
        try:
            act()
        except OSError:
            path.chmod(stat.S_IREAD)
            raise


def _is_read_only(path: Path) -> bool:
    try:
        return bool(getattr(path.lstat(), "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_READONLY)
    except OSError:
        return False

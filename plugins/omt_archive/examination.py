"""A single file: whether it can be moved, and the size and time that tell a change."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from omt_archive.findings import FILE_UNREADABLE
from omt_core.api import InventoryState

_EVERYBODY_READS = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_MOUNT_POINT = 0xA0000003
"""Windows' reparse tag of a junction."""


_RECALLED = 0x1000 | 0x40000 | 0x400000
"""Windows' attributes OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS: the content is in the cloud or on tape."""


class Examination(NamedTuple):
    """What is known of a file; a named tuple since there are millions."""

    presence: InventoryState
    size: int = 0
    mtime_ns: int = 0
    reason: str = ""
    detail: str = ""
    ctime_ns: int = 0
    recalled: bool = False


def is_link(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a symbolic link or a junction."""
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _MOUNT_POINT


def judge(path: str, found: os.stat_result) -> Examination:
    """Say what the status of a file means; the path is asked only where the permission bits leave it open."""
    if not stat.S_ISREG(found.st_mode):
        what = "A folder" if stat.S_ISDIR(found.st_mode) else "Something that is no file"
        return Examination(InventoryState.UNREADABLE, 0, 0, FILE_UNREADABLE.code, f"{what} lies in its place.")
    if (found.st_mode & _EVERYBODY_READS) != _EVERYBODY_READS and not os.access(path, os.R_OK):
        return Examination(InventoryState.UNREADABLE, 0, 0, FILE_UNREADABLE.code, "There is no permission to read it.")
    return Examination(
        InventoryState.FOUND,
        found.st_size,
        found.st_mtime_ns,
        ctime_ns=change_time(found),
        recalled=recalled(found),
    )


def recalled(found: os.stat_result) -> bool:
    """Tell whether reading a file fetches its content first."""
    return bool(getattr(found, "st_file_attributes", 0) & _RECALLED)


def change_time(found: os.stat_result) -> int:
    """Return when anything of a file was changed last; 0 on Windows, which has it at the price of opening the file."""
    return found.st_ctime_ns if os.name == "posix" else 0


def unreadable(error: OSError) -> Examination:
    """Say why the system would not show a file."""
    return Examination(InventoryState.UNREADABLE, 0, 0, FILE_UNREADABLE.code, f"{error.strerror or error}.")

"""Folders and files as a worker sees them. A folder that cannot be listed is left out: the tool looks itself."""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Sequence
from pathlib import Path

from omt_core.api import FileStatus, FolderEntry, FolderLook
from omt_core.api.files import openable
from omt_core.api.plain import change_time, modification_time
from omt_folders.disk import exact_status, is_link, listed
from omt_folders.look import look_at
from omt_online.verifying.archive import equal_below

from omt_dask.messages.walks import FolderColumns, LookOrder, ReadOrder, WalkOrder

_EVERYBODY_READS = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


class _NotTellableError(Exception):
    """Something in a folder is to be looked at by the tool itself."""


def walk_below(order: WalkOrder) -> Sequence[FolderColumns]:
    """Go through a folder and those below it, in the order of their names: the task that the tool hands out."""
    told: list[FolderColumns] = []
    room = order.entries
    waiting: list[tuple[str, ...]] = [()]
    while waiting and room > 0:
        below = waiting.pop()
        try:
            columns = _columns(os.path.join(order.folder, *below), below, exact=order.exact)  # noqa: PTH118 - a text
        except OSError:
            continue
        told.append(columns)
        room -= 1 + len(columns.names)
        waiting += [(*below, name) for name in reversed(columns.folders)]
    return told


def looks_there(order: LookOrder) -> Sequence[FolderLook | None]:
    """Look at folders: the task that the tool hands out. None of one that cannot be listed."""
    return [look_at(openable(folder), others) for folder, others in order.folders]


def equal_there(order: ReadOrder) -> Sequence[bool | None]:
    """Read files of a root: the task that the tool hands out."""
    return equal_below(Path(order.root), order.files, any_case=order.any_case)


def _columns(folder: str, below: tuple[str, ...], *, exact: bool) -> FolderColumns:
    entries = listed(folder)
    folders = tuple(sorted(entry.name for entry in entries if _is_folder(entry)))
    try:
        found = [_status(entry, exact=exact) for entry in entries]
        return FolderColumns(
            below=below,
            folders=folders,
            names=tuple(entry.name for entry in entries),
            modes=array("L", [_mode(entry, one) for entry, one in zip(entries, found, strict=True)]),
            sizes=array("q", [one.st_size for one in found]),
            mtimes_ns=array("q", map(modification_time, found)),
            ctimes_ns=array("q", map(change_time, found)),
            attributes=array("L", [getattr(one, "st_file_attributes", 0) for one in found]),
        )
    except (OSError, _NotTellableError):
        return FolderColumns(below=below, folders=folders, told=False)


def _is_folder(entry: FolderEntry) -> bool:
    return entry.is_dir(follow_symlinks=False) and not is_link(entry)


def _status(entry: FolderEntry, *, exact: bool) -> FileStatus:
    if is_link(entry):
        raise _NotTellableError
    return exact_status(entry) if exact else entry.stat(follow_symlinks=False)


def _mode(entry: FolderEntry, found: FileStatus) -> int:
    """Return the mode with the bits of who may read set where this worker may, whose account will send the file."""
    mode = found.st_mode
    if mode & _EVERYBODY_READS != _EVERYBODY_READS and os.access(openable(entry.path), os.R_OK):
        return mode | _EVERYBODY_READS
    return mode

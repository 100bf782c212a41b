"""The folders of this machine, for the buttons beside each path (W102)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anyio import to_thread

from omt_core.api import drives
from omt_core.api.errors import InputError

_MOST: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder and the names of those in it, sorted; `parent` is None at the top."""

    path: str
    parent: str | None
    folders: tuple[str, ...]


async def list_folders(path: str) -> Folder:
    """Return the folders in `path`, or where a person would begin. Raises `InputError` `folder-unreadable`."""
    return await to_thread.run_sync(_list, path)


def _list(path: str) -> Folder:
    if not path:
        roots = drives.roots()
        if roots:
            return Folder(path="", parent=None, folders=roots)
    folder = Path(path or Path.home())
    if not folder.is_absolute():
        raise _unreadable(path, "it is not a whole path")
    try:
        with os.scandir(folder) as entries:
            names = sorted((entry.name for entry in entries if _is_folder(entry)), key=str.casefold)
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error
    top = folder.parent == folder
    return Folder(
        path=str(folder),
        parent=("" if drives.roots() else None) if top else str(folder.parent),
        folders=tuple(names[:_MOST]),
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether it is one; what cannot be looked at, such as a link in a circle, costs no other entry."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _unreadable(path: str, why: str) -> InputError:
    return InputError(
        "folder-unreadable", f"The folder {path} cannot be read: {why}.", "Choose another folder, or type the path."
    )

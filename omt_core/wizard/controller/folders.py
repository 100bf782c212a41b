"""The folders of this machine, for the buttons beside each path (W102)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anyio import to_thread

from omt_core.api import drives
from omt_core.api.errors import InputError
from omt_core.api.sentence import sentence
from omt_core.wizard.errors import FOLDER_UNREADABLE

_MOST: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder and the names of those in it, sorted; `parent` is None at the top."""

    path: str
    parent: str | None
    folders: tuple[str, ...]
    files: tuple[str, ...] = ()


async def list_folders(path: str, *, files: bool = False) -> Folder:
    """Return the folders in `path`, or where a person would begin, with its files where one of them is to be chosen.

    What the system keeps out of sight comes last. Raises `InputError` `folder-unreadable`.
    """
    return await to_thread.run_sync(_list, path, files)


def _list(path: str, files: bool) -> Folder:  # noqa: FBT001 - run_sync hands on positions only
    if not path:
        roots = drives.roots()
        if roots:
            return Folder(path="", parent=None, folders=roots)
    folder = Path(path or Path.home())
    if not folder.is_absolute():
        raise _unreadable(path, sentence("it is not a whole path"))
    try:
        with os.scandir(folder) as entries:
            named = [(entry.name, _is_folder(entry)) for entry in entries]
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error
    top = folder.parent == folder
    return Folder(
        path=str(folder),
        parent=("" if drives.roots() else None) if top else str(folder.parent),
        folders=tuple(sorted((name for name, is_folder in named if is_folder), key=_order)[:_MOST]),
        files=tuple(sorted((name for name, is_folder in named if files and not is_folder), key=_order)[:_MOST]),
    )


def _order(name: str) -> tuple[bool, str]:
    return name.startswith((".", "$")), name.casefold()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether it is one; what cannot be looked at, such as a link in a circle, costs no other entry."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _unreadable(path: str, why: str) -> InputError:
    return FOLDER_UNREADABLE.error(sentence("The folder {path} cannot be read: {why}.", path=path, why=why))

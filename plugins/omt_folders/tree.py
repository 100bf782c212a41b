"""All files of a folder and its sub-folders, in the order of their paths, without following links to folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from omt_core.api import FolderEntry, FoundFiles, InventoryState, Item, leads_out, sentence
from omt_folders.disk import Disk, Examination, is_link, unreadable


class TreeFile(NamedTuple):
    """A file, or a folder that could not be gone into; `relative` is its path below the tree with `/`.

    `location` is its path as text: there are as many as files, and most are opened by that.
    """

    relative: str
    location: str
    examination: Examination
    is_folder: bool = False
    """Then it stands for all files in it, whatever they are called."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.location)


def walk(folder: Path, disk: Disk, *, leave_out: Callable[[str], bool] = lambda _: False) -> Iterator[TreeFile]:
    """Yield the files below a folder. `leave_out` is asked with the relative path of each sub-folder.

    They are sorted by their whole paths, as a `Baseline` tells the files that it knows. Blocking.
    """
    yield from _walk(str(folder), "", disk, leave_out)


def _walk(folder: str, prefix: str, disk: Disk, leave_out: Callable[[str], bool]) -> Iterator[TreeFile]:
    try:
        entries = sorted(disk.listing(folder, was_there=True), key=_place)
    except OSError as error:
        examination = unreadable(error, disk.reasons.folder)
        yield TreeFile(prefix.rstrip("/"), folder, examination, is_folder=True)
        return
    for entry in entries:
        relative = prefix + entry.name
        if not _is_folder(entry):
            yield TreeFile(relative, entry.path, _examined(entry, relative, disk))
        elif leave_out(relative):
            continue
        elif is_link(entry):
            detail = sentence("A link to a folder is not followed.")
            examination = Examination(InventoryState.REFUSED, 0, 0, disk.reasons.link, detail)
            yield TreeFile(relative, entry.path, examination, is_folder=True)
        else:
            yield from _walk(entry.path, f"{relative}/", disk, leave_out)


def _examined(entry: FolderEntry, relative: str, disk: Disk) -> Examination:
    if leads_out(f"./{relative}"):
        detail = sentence("Its name would lead out of the folder on Windows.")
        return Examination(InventoryState.REFUSED, 0, 0, disk.reasons.outside, detail)
    return disk.examine(entry)


def _place(entry: FolderEntry) -> str:
    """Return what sorts an entry as the paths of the files in it sort: behind the folder `a` comes a separator."""
    return entry.name + os.sep if _is_folder(entry) else entry.name


def _is_folder(entry: FolderEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle: examined as a file, it says so
        return False


def tree_item(stage: str, key: str, file: TreeFile) -> Item:
    """Return the item of a file; `key` is its path with `/`, which is also its name online.

    A name that would lead out elsewhere, since a backslash that is a part of it here is a separator on Windows, stays
    in its folder by `./` before it.
    """
    seen, name = file.examination, telling(key)
    return Item(
        stage=stage, key=name, name=_inside(name), path=file.path, size=seen.size,
        mtime_ns=seen.mtime_ns, ctime_ns=seen.ctime_ns, presence=seen.presence, reason=seen.reason, detail=seen.detail,
        recalled=seen.recalled,
    )  # fmt: skip


def tree_items(stage: str, files: Sequence[TreeFile]) -> Sequence[Item]:
    """Return the items of files, each under its path below the tree, in columns where nothing is to be said of any."""
    if any(seen.presence is not InventoryState.FOUND or seen.recalled for _, _, seen, _ in files):
        return [tree_item(stage, file.relative or ".", file) for file in files]
    keys = [telling(file.relative) for file in files]
    return FoundFiles(
        stage=stage,
        keys=keys,
        names=list(map(_inside, keys)),
        locations=[file.location for file in files],
        sizes=[file.examination.size for file in files],
        mtimes_ns=[file.examination.mtime_ns for file in files],
        ctimes_ns=[file.examination.ctime_ns for file in files],
    )


def _inside(name: str) -> str:
    return f"./{name}" if leads_out(name) else name


def telling(text: str) -> str:
    r"""Return the text with lone surrogates, which stand for undecodable bytes on a disk, written out as `\udce6`."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()

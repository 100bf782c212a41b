"""The disk compared with what a migration confirmed, folder by folder: what has changed, vanished, or come anew."""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, groupby

from anyio.from_thread import check_cancelled

from omt_core.api import FolderEntry, ItemRecord, KnownFile, KnownFolders
from omt_core.api.plain import change_time, modification_time
from omt_folders.disk import Disk, exact_status
from omt_folders.known import looks, others_of


class NotComparableError(Exception):
    """More differs than is worth comparing, or something is unusual: the inventory has to be taken anew."""


@dataclass(slots=True)
class Comparison:
    """What differs between the disk and confirmed documents.

    `ids` are those of all that were compared file by file, `touched` those whose file is gone or has another size or
    time. `unclaimed` are, for each folder, the names in it that are not those of untouched files. `limit` bounds both.
    """

    limit: int
    disk: Disk
    ids: array[int] = field(default_factory=lambda: array("q"))
    touched: set[int] = field(default_factory=set)
    unclaimed: dict[str, set[str]] = field(default_factory=dict)
    _names: int = 0

    def read(self, confirmed: Iterable[KnownFile]) -> None:
        """Compare all confirmed files, sorted by path, with the folders that they lie in.

        Blocking, to be run in a thread of anyio's. Raises `NotComparableError` also when a folder cannot be listed, or
        when the journal does not know where the files lay.
        """
        for folder, known in groupby(confirmed, key=lambda file: folder_of(file.path)):
            check_cancelled()
            if not folder or folder in self.unclaimed:
                # Not known; or split up by files of a sub-folder, which sort between those of this one.
                raise NotComparableError
            self._compare(folder, known)

    def look(
        self, known: KnownFolders, left: Iterable[ItemRecord], *, meanwhile: Callable[[], None] = lambda: None
    ) -> Sequence[str]:
        """Look at all folders in which files are confirmed, and return those that are to be compared file by file.

        Blocking, to be run in a thread of anyio's; `meanwhile` is called in it while processes look. A folder whose
        files have the names, sizes and times that they had is done with: nobody owns what is `left` beside them.
        """
        changed: list[str] = []
        with closing(looks(known.folders, others_of(left), self.disk.near)) as seen:
            first = next(seen, None)
            meanwhile()
            for folder, look in chain(() if first is None else (first,), seen):
                led_on = self.disk.led_on(folder.path)
                if look is None or led_on or look.digest != folder.digest or not set(look.folders) <= set(look.others):
                    changed.append(folder.path)
                else:
                    self._leave(folder.path, look.others)
        return changed

    def add_folder(self, folder: str) -> None:
        """Take all names in a folder in which nothing is confirmed for unclaimed."""
        self._leave(folder, self._listed(folder))

    def unclaim(self, file: KnownFile) -> None:
        """Take a confirmed file for one that no document owns any more."""
        self.unclaimed[folder_of(file.path)].add(name_of(file))

    def _compare(self, folder: str, known: Iterable[KnownFile]) -> None:
        entries = self._listed(folder)
        own: set[str] = set()
        for file in known:
            id_of_document = int(file.key)
            self.ids.append(id_of_document)
            name = name_of(file)
            entry = entries.get(name)
            if entry is not None and _is_same(entry, file):
                own.add(name)
            else:
                self.touched.add(id_of_document)
        self._leave(folder, entries.keys() - own)

    def _listed(self, folder: str) -> dict[str, FolderEntry]:
        try:
            return {entry.name: entry for entry in self.disk.listing(folder)}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise NotComparableError from error

    def _leave(self, folder: str, names: Iterable[str]) -> None:
        left = self.unclaimed[folder] = set(names)
        self._names += len(left)
        if self._names + len(self.touched) > self.limit:
            raise NotComparableError


def folder_of(location: str) -> str:
    """Return the folder of a file."""
    return location.rpartition(os.sep)[0]


def name_of(file: KnownFile) -> str:
    """Return the file's own name."""
    return file.path.rpartition(os.sep)[2]


def _is_same(entry: FolderEntry, file: KnownFile) -> bool:
    try:
        status = exact_status(entry)
    except OSError:
        return False
    return (
        status.st_size == file.size
        and modification_time(status) == file.mtime_ns
        and stat.S_ISREG(status.st_mode)
        and (not file.ctime_ns or change_time(status) in {0, file.ctime_ns})
    )

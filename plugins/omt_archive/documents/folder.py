"""One folder as it was listed once: its files by name, which of them were claimed, and what is left over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from omt_archive.findings import FILE_OUTSIDE_ROOT
from omt_core.api import FolderEntry, InventoryState, sentence
from omt_core.api.files import real_path
from omt_crm.paths import fold
from omt_folders.disk import Disk, Examination, may_lead_on, unreadable


class Folder:
    """A listing of a folder that was just told of. `trouble` says why it could not be made.

    `real` is its path without links, if that is known. `unclaimed`, if given, are the names that no document owns so
    far; otherwise that is so of all. `found` counts the documents that were found in it.
    """

    __slots__ = ("_by_fold", "_claimed", "_entries", "_real", "found", "path", "root", "trouble")

    def __init__(
        self,
        path: Path,
        *,
        root: int,
        disk: Disk,
        real: str | None = None,
        unclaimed: AbstractSet[str] | None = None,
    ) -> None:
        self.path = path
        self.root = root
        self.found = 0
        self.trouble: Examination | None = None
        self._entries: dict[str, FolderEntry] = {}
        self._by_fold: dict[str, str] | None = None
        self._claimed: set[str] = set()
        try:
            self._real = real_path(path) if real is None else real
            if not disk.contains(self._real):
                detail = sentence("A link leads out of the archive.")
                self.trouble = Examination(InventoryState.REFUSED, 0, 0, FILE_OUTSIDE_ROOT.code, detail)
                return
            self._entries = {entry.name: entry for entry in disk.listing(path, was_there=True)}
            if unclaimed is not None:
                self._claimed = self._entries.keys() - unclaimed
        except OSError as error:
            self.trouble = unreadable(error, disk.reasons.file)

    def find(self, name: str) -> FolderEntry | None:
        """Return the entry of this name: as it is spelt, or else in any case."""
        entry = self._entries.get(name)
        if entry is not None or not self._entries:
            return entry
        if self._by_fold is None:
            # In reverse, so that of several spellings the first in order is kept.
            self._by_fold = {fold(spelling): spelling for spelling in sorted(self._entries, reverse=True)}
        spelling = self._by_fold.get(fold(name))
        return None if spelling is None else self._entries[spelling]

    def take(self, name: str) -> FolderEntry | None:
        """Return the same, and note that a document owns it."""
        entry = self.find(name)
        if entry is not None:
            self._claimed.add(entry.name)
            self.found += 1
        return entry

    def real(self, entry: FolderEntry) -> str:
        """Return the path of an entry without links; the system is asked where there may be some."""
        return real_path(entry.path) if may_lead_on(entry) else f"{self._real}{os.sep}{entry.name}"

    def claim(self, *names: str) -> None:
        """Note that documents own the entries of these names."""
        self._claimed.update(names)

    def claimed(self) -> AbstractSet[str]:
        """Return the names of all that is claimed."""
        return self._claimed

    def claimed_folds(self) -> frozenset[str]:
        """Return the folded names of all that is claimed."""
        return frozenset(map(fold, self._claimed))

    def unclaimed(self) -> Iterator[FolderEntry]:
        """Yield what nobody owns, in the order of names."""
        for name in sorted(self._entries.keys() - self._claimed):
            yield self._entries[name]

    def names(self) -> frozenset[str]:
        """Return all names."""
        return frozenset(self._entries)

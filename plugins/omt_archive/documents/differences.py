"""What a recovery has to tell of the documents: those that are not as the migration confirmed them, and no others.

Every file is looked at once; rows are read of those documents only that are left, touched or new, and the ordinary
inventory is taken of them and of the files that no confirmed document owns. So its answers are the same as those of an
inventory of everything (a property test holds the two against each other), and an archive that has not changed costs
what asking for the status of its files costs.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final

from omt_archive.documents.comparison import Comparison, NotComparableError, folder_of, name_of
from omt_archive.documents.inventory import DocumentInventory
from omt_archive.documents.roots import ArchiveRoots, owner_of, period_folders
from omt_archive.documents.row import moment
from omt_core.api import Baseline, Differences, ItemRecord, Row
from omt_crm.numbers import merged, whole_number
from omt_crm.paths import fold
from omt_folders.batches import as_batches

_IDS_AT_ONCE: Final = 50_000
"""So many are held against what is known at a time: sets of a million would take 60 MB."""

_UNDATED: Final = datetime.min  # noqa: DTZ901 - the columns have no zone


class DocumentDifferences:
    """`compare`, and beside it `see` the ids of all documents, then `settle`, then `items` of the rows `wanted`.

    Blocking, to be run in threads of anyio's. All may raise `NotComparableError`.
    """

    def __init__(self, baseline: Baseline, roots: ArchiveRoots, *, limit: int) -> None:
        self._baseline = baseline
        self._roots = roots
        self._limit = limit
        self._comparison = Comparison(limit, roots.disk)
        self._left: Sequence[ItemRecord] = ()
        self._known: array[int] = array("q")
        self._there: array[int] = array("q")
        self._compared = 0
        self._new: set[int] = set()
        self._deleted: set[int] = set()

    def compare(self) -> None:
        """Compare the disk with what is confirmed."""
        if self._roots.unreadable or self._roots.shared:
            raise NotComparableError
        self._left = self._baseline.left(self._limit + 1)
        if len(self._left) > self._limit:
            raise NotComparableError
        ids, folders = self._compare_confirmed()
        if not self._comparison.unclaimed.keys() <= folders:
            raise NotComparableError  # the archives are others now, or called otherwise
        for folder in sorted(folders - self._comparison.unclaimed.keys()):
            self._comparison.add_folder(folder)
        self._known = merged(ids, self._left_ids())

    def _compare_confirmed(self) -> tuple[array[int], frozenset[str]]:
        """Compare what is confirmed with the disk; return the ids of all of it, sorted, and all periods' folders."""
        known = self._baseline.folders()
        if known is None or known.numbers is None:
            with self._baseline.confirmed() as files:
                self._comparison.read(files)
            return array("q", sorted(self._comparison.ids)), self._folders()
        folders: set[str] = set()
        changed = self._comparison.look(known, self._left, meanwhile=lambda: folders.update(self._folders()))
        with self._baseline.confirmed_in(changed) as files:
            self._comparison.read(files)
        return known.numbers, frozenset(folders)

    def see(self, rows: Sequence[Row]) -> None:
        """Take the next ids of documents, which come in ascending order."""
        ids = [whole_number(row[0]) for row in rows]
        if ids != sorted(ids) or (ids and self._there and ids[0] < self._there[-1]):
            raise NotComparableError  # SQLite's ODBC driver cuts what has more than 32 bits
        try:
            self._there.extend(ids)
        except OverflowError as error:  # an Oracle NUMBER has up to 38 digits
            raise NotComparableError from error

    def settle(self) -> None:
        """Draw the conclusions once all was compared and all ids were seen."""
        for begin in range(0, len(self._there), _IDS_AT_ONCE):
            self._find_differing(self._there[begin : begin + _IDS_AT_ONCE])
        self._deleted.update(self._known[self._compared :])
        come = self._files_that_came()
        if not come and not self._deleted:
            return
        with self._baseline.confirmed() as files:
            for file in files:
                number = int(file.key)
                if number in self._deleted:
                    self._comparison.unclaim(file)
                elif number not in self._comparison.touched and self._login_of(folder_of(file.path)) in come.get(
                    fold(name_of(file)), ()
                ):
                    # What came may be nearer to where that document is looked for than the file that was confirmed.
                    raise NotComparableError

    def _find_differing(self, there: array[int]) -> None:
        """Note which of the next ids are new, and which known ones up to the last of them are not there."""
        begin, self._compared = self._compared, bisect_right(self._known, there[-1], self._compared)
        known = self._known[begin : self._compared]
        if there == known:
            return
        self._new.update(set(there).difference(known))
        self._deleted.update(set(known).difference(there))
        if len(self._new) + len(self._deleted) > self._limit:
            raise NotComparableError

    @property
    def wanted(self) -> Sequence[int]:
        """The ids of the documents whose rows are needed, sorted."""
        return sorted((self._comparison.touched | set(self._left_ids()) | self._new) - self._deleted)

    def items(self, rows: Iterable[Row], inventory: Callable[[ArchiveRoots], DocumentInventory]) -> Differences:
        """Take the inventory of these rows and of all files that no untouched document owns."""
        self._roots.narrow(self._comparison.unclaimed)
        taken = inventory(self._roots)
        told = [*taken.feed(sorted(rows, key=_by_owner_and_date)), *taken.finish()]
        items = [item for batch in as_batches(told) for item in batch]
        keys = {item.key for item in items}
        gone = [record.key for record in self._left if not record.key.isdecimal() and record.key not in keys]
        return Differences(items, [*gone, *map(str, sorted(self._deleted))])

    def _left_ids(self) -> Iterator[int]:
        """Yield the ids of documents that are not confirmed; what else is left are files, under their paths."""
        return (int(record.key) for record in self._left if record.key.isdecimal())

    def _folders(self) -> frozenset[str]:
        """Return every folder of every period of every owner."""
        folders: set[str] = set()
        for owner in self._roots.owners():
            on_disk = period_folders([owner], self._roots.disk)
            if on_disk.trouble is not None:
                raise NotComparableError
            for place in chain.from_iterable(on_disk.periods.values()):
                if not self._roots.disk.contains(place.real):
                    raise NotComparableError  # behind the link files may look as they did; an inventory goes no way out
                folders.add(str(place.path))
        return frozenset(folders)

    def _files_that_came(self) -> dict[str, set[str]]:
        """Return the folded logins of each folded name of a file that nobody knew or that was touched."""
        known = {record.location for record in self._left if record.location is not None}
        come: dict[str, set[str]] = {}
        for folder, names in self._comparison.unclaimed.items():
            for name in names:
                if str(Path(folder, name)) not in known:
                    come.setdefault(fold(name), set()).add(self._login_of(folder))
        return come

    def _login_of(self, period_folder: str) -> str:
        return self._roots.led_from(owner_of(period_folder))


def _by_owner_and_date(row: Row) -> tuple[str, datetime, int]:
    """Order rows as `statements.DOCUMENTS` does."""
    return (fold(str(row[5] or "")), moment(row[3]) or _UNDATED, whole_number(row[0]))

"""The documents of one owner, matched with the owner's folders period by period, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from omt_archive.documents.folder import Folder
from omt_archive.documents.roots import (
    ArchiveRoots,
    Ignored,
    OwnerFolder,
    Period,
    is_never_moved,
    period_before,
    period_folders,
)
from omt_archive.findings import DOCUMENT_FILE_SHADOWED, DOCUMENT_VERSIONS, FILE_WITHOUT_DOCUMENT, FOLDER_UNREADABLE
from omt_archive.names import stem
from omt_crm.paths import fold
from omt_folders.disk import Disk, Examination
from omt_folders.tree import walk


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A file or folder that no document owns. `reason` is the finding code that tells what it seems to be."""

    root: int
    path: Path
    period: Period | None
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A document whose file is not where it is expected."""

    key: str
    name: str
    expected: Path | None
    period: Period
    login: str
    trouble: Examination | None = None
    registered: datetime | None = None


class Located(NamedTuple):
    """What was found where a document should be. `location` is None where a folder could not be looked into."""

    location: str | None
    seen: Examination


class Owner:
    """One owner's folders. Documents come in the order of their dates, so that only a few periods are open at once.

    What nobody owns in a shared folder is left: `rest_of` has these, or those of a login without documents, told.
    """

    def __init__(
        self, login: str, roots: ArchiveRoots, pinned: Period, rest_of: Sequence[OwnerFolder] | None = None
    ) -> None:
        self.login = login
        self.unclaimed: list[Unclaimed] = []
        self.missing: list[Missing] = []
        self._roots = roots
        self._folders = roots.owner(login) if rest_of is None else rest_of
        self._is_rest = rest_of is not None
        self._pinned = pinned
        self._open: dict[Period, list[Folder]] = {}
        self._watermark: Period = (0, 0)
        self.found: Counter[str] = Counter()
        self.lacking = 0
        on_disk = period_folders(self._folders, roots.disk)
        self._waiting = on_disk.periods
        self._trouble = on_disk.trouble
        self.unclaimed.extend(
            Unclaimed(folder.root, folder.path, None, FOLDER_UNREADABLE.code)
            for folder in on_disk.unlisted
            if self._tells_of(folder.path)
        )
        for path in on_disk.beside:
            if self._tells_of(path.parent):
                roots.ignored.add(path)

    def find(self, name: str, periods: Sequence[Period]) -> Located | None:
        """Look for a document's file in these periods, the likeliest first, in all roots; the first that is there wins.

        Returns None when it is in none of them.
        """
        self._advance(periods)
        trouble = self._trouble
        for period in periods:
            for folder in self._open.get(period) or self._opened(period):
                entry = folder.take(name)
                if entry is not None:
                    return Located(entry.path, self._roots.disk.examine(entry))
                trouble = trouble or folder.trouble
        return None if trouble is None else Located(None, trouble)

    def expected(self, period_folder: str, name: str) -> Path | None:
        """Return where the first root should have the file, or None when there is no root at all."""
        if not self._roots.paths:
            return None
        first = self._folders[0] if self._folders else None
        home = first.path if first is not None and first.root == 0 else self._roots.paths[0] / self.login
        return home / period_folder / name

    def remembered(self) -> int:
        """Return how many missing documents and unclaimed files wait to be matched."""
        return len(self.missing) + len(self.unclaimed)

    def closing(self) -> Iterator[Period]:
        """Move all that is left over to `unclaimed`, period by period: no more documents of this owner will come."""
        for period in sorted(self._open.keys() | self._waiting.keys()):
            self._opened(period)
            self._close(period)
            yield period

    def _tells_of(self, folder: Path) -> bool:
        return self._is_rest or not self._roots.is_shared(folder)

    def _opened(self, period: Period) -> list[Folder]:
        folders = self._open.get(period)
        if folders is None:
            # A period that no root has is remembered as well: its documents come in a row.
            folders = self._open[period] = self._roots.open(self._waiting.pop(period, ()))
            if self._is_rest:
                for folder in folders:
                    folder.claim(*self._roots.claims(folder))
        return folders

    def _advance(self, periods: Sequence[Period]) -> None:
        """Close what no later document can lead to: later ones lead at most one period back (section 6)."""
        if self._pinned in periods or periods[0] <= self._watermark:
            return
        self._watermark = periods[0]
        earliest = period_before(self._watermark)
        for period in sorted((self._open.keys() | self._waiting.keys()) - {self._pinned}):
            if period < earliest:
                self._opened(period)
                self._close(period)

    def _close(self, period: Period) -> None:
        folders = self._open.pop(period)
        self.found.update({str(folder.path): folder.found for folder in folders if folder.found})
        claimed = [folder.claimed_folds() for folder in folders]
        for place, folder in enumerate(folders):
            if not self._tells_of(folder.path.parent):
                self._roots.keep_claims(folder)
                continue
            owned = frozenset[str]().union(*claimed[:place])
            self.unclaimed.extend(left_over(folder, period, owned, self._roots.ignored, self._roots.disk))


def left_over(
    folder: Folder, period: Period, owned: frozenset[str], ignored: Ignored, disk: Disk
) -> Iterator[Unclaimed]:
    """Yield what nobody owns in a period folder. `owned` are folded names that an earlier root's files answer for."""
    if folder.trouble is not None:
        yield Unclaimed(folder.root, folder.path, None, FOLDER_UNREADABLE.code, folder.trouble.detail)
    stems: frozenset[str] | None = None
    for entry in folder.unclaimed():
        path = Path(entry.path)
        if is_never_moved(entry.name):
            ignored.add(path)
        elif entry.is_dir(follow_symlinks=False):
            if stems is None:
                stems = frozenset(fold(stem(name)) for name in folder.names() if stem(name) != name)
            if fold(entry.name) in stems:
                yield Unclaimed(folder.root, path, None, DOCUMENT_VERSIONS.code)
            else:
                for file in walk(path, disk):
                    yield Unclaimed(folder.root, file.path, None, FILE_WITHOUT_DOCUMENT.code, file.examination.detail)
        elif fold(entry.name) in owned:
            yield Unclaimed(folder.root, path, None, DOCUMENT_FILE_SHADOWED.code)
        else:
            yield Unclaimed(folder.root, path, period, FILE_WITHOUT_DOCUMENT.code)

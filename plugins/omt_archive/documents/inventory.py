"""The inventory of documents: every row becomes one item, and every file that no row owns is told too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from omt_archive.documents.candidates import COMPARED_LETTER_BY_LETTER, Candidates
from omt_archive.documents.owner import Missing, Owner, Unclaimed
from omt_archive.documents.roots import ArchiveRoots, Period
from omt_archive.documents.row import (
    LOST_LETTER,
    DocumentRow,
    Unmovable,
    document_row,
    hostile_login,
    hostile_name,
    meant,
    periods_of,
    unmovable,
)
from omt_archive.findings import DOCUMENT_FILE_MISPLACED, DOCUMENT_FILE_MISSING, DOCUMENT_NAME_HOSTILE
from omt_archive.lacking_trees import DocumentCount
from omt_archive.names import on_site
from omt_archive.settings import ArchiveSettings
from omt_core.api import Expected, InventoryState, Item, Row, Sentence, sentence
from omt_crm.paths import fold, refuse_reason
from omt_folders.batches import Told, told
from omt_folders.disk import Examination

STAGE: Final = "documents"


class _Held(NamedTuple):
    """A missing document that waits for the folders of logins without documents, and files of a similar name."""

    document: Missing
    alike: tuple[str, ...]


class DocumentInventory:
    """A merge join of rows and folders: `feed` the rows in the order of the query, then `finish`.

    Blocking, to be run in a thread. Memory holds the open folders of one owner and, up to a setting, what of that
    owner's documents and files still has to be matched; of folders that logins share, the names of what is owned.
    """

    def __init__(self, roots: ArchiveRoots, *, settings: ArchiveSettings, machine: Path | None, now: datetime) -> None:
        self._roots = roots
        self._settings = settings
        self._machine = machine
        self._now = now
        self._pinned = periods_of(None, now=now)[0]
        self._owner: Owner | None = None
        self._owner_fold: str | None = None
        self._refused_login: Sentence | None = None
        self._known: set[str] = set()
        self.count = DocumentCount()
        self.renamed: Counter[tuple[str, str]] = Counter()
        self._held: dict[tuple[Period, str], list[_Held]] = {}
        self._held_count = 0

    def feed(self, rows: Sequence[Row]) -> Iterator[Told]:
        """Yield what there is to tell of these rows, of missing documents perhaps later."""
        login: str | None = None
        for row in rows:
            document = document_row(row)
            reason = unmovable(document)
            if reason is not None:
                other = meant(document) if reason.reason == DOCUMENT_NAME_HOSTILE.code else None
                if other is None:
                    yield self._unmovable(document, reason)
                    continue
                document = other
            if document.owner != login:
                login = document.owner or ""
                if fold(login) != self._owner_fold:
                    yield from self._next_owner(login)
            owner = self._owner
            if owner is None:
                yield self._unmovable(document, hostile_login(login or "", self._refused_login or ""))
                continue
            item = self._locate(document, owner)
            if item is not None:
                yield item
            if owner.remembered() > self._settings.remembered_per_owner:
                yield from self._settle(owner)

    def finish(self) -> Iterator[Item]:
        """Yield what is left of the last owner, and of folders of logins that own no document or share one."""
        yield from self._next_owner(None)
        for folders in self._roots.strangers(frozenset(self._known)):
            stranger = Owner(folders[0].path.name, self._roots, self._pinned, folders)
            for _ in stranger.closing():
                yield from self._claim(stranger)
            yield from self._claim(stranger)
        for held in self._held.values():
            yield from (self._lacking(one.document, DOCUMENT_FILE_MISSING.code, one.alike) for one in held)

    def _claim(self, stranger: Owner) -> Iterator[Item]:
        """Tell the files of a login without documents: whose they seem to be, by name and period, or that of nobody."""
        for file in stranger.unclaimed:
            waiting = [] if file.period is None else self._held.get((file.period, fold(file.path.name)), [])
            if waiting:
                document = waiting.pop(0).document
                self.renamed[document.login, stranger.login] += 1
                yield self._lacking(document, DOCUMENT_FILE_MISPLACED.code, (self._shown(file.path),))
            else:
                yield self._orphan(file)
        stranger.unclaimed.clear()

    def _next_owner(self, login: str | None) -> Iterator[Item]:
        if self._owner is not None:
            for _ in self._owner.closing():
                if self._owner.remembered() > self._settings.remembered_per_owner:
                    yield from self._settle(self._owner)
            yield from self._settle(self._owner)
            self._count(self._owner)
        self._owner, self._owner_fold = None, None
        if login is None:
            return
        self._owner_fold = fold(login)
        self._refused_login = refuse_reason(login)
        if self._refused_login is None:
            self._known.update(self._roots.names_of(login))
            self._owner = Owner(login, self._roots, self._pinned)

    def _count(self, owner: Owner) -> None:
        roots = Counter[Path]()
        for period, found in owner.found.items():
            roots[Path(period).parent.parent] += found
        self._roots.with_documents.update(owner.found)
        if roots or owner.lacking:
            self.count.add(owner.login, roots, owner.lacking)

    def _locate(self, document: DocumentRow, owner: Owner) -> Told | None:
        """Tell of a document whose file is there; one that is missing is remembered with its owner."""
        periods = periods_of(document.registered, now=self._now)
        year, half = periods[0]
        found = None if LOST_LETTER in document.name else owner.find(document.name, periods)
        if found is not None and found.location is not None:
            name = f"{document.owner}/{year}.{half}/{document.name}"
            return told(STAGE, document.key, name, found.location, found.seen)
        expected = owner.expected(f"{year}.{half}", document.name)
        trouble = None if found is None else found.seen
        if document.refused:
            why = hostile_name(document.name, document.refused)
            trouble = Examination(why.presence, reason=why.reason, detail=why.detail)
        owner.lacking += trouble is None
        login = document.owner or ""
        owner.missing.append(
            Missing(document.key, document.name, expected, periods[0], login, trouble, document.registered)
        )
        return None

    @staticmethod
    def _unmovable(document: DocumentRow, why: Unmovable) -> Item:
        return Item(
            stage=STAGE, key=document.key, name=f"document {document.key}", presence=why.presence, reason=why.reason,
            detail=why.detail,
        )  # fmt: skip

    def _settle(self, owner: Owner) -> Iterator[Item]:
        """Match missing documents with unclaimed files: when the owner is done, or too much is remembered."""
        candidates = Candidates(owner.unclaimed, self._shown, self._settings.candidates)
        few = len(owner.missing) <= COMPARED_LETTER_BY_LETTER
        for document in owner.missing:
            yield from self._missing(document, candidates, few=few)
        for file in owner.unclaimed:
            if file.path not in candidates.told:
                yield self._orphan(file)
        owner.missing.clear()
        owner.unclaimed.clear()

    def _missing(self, document: Missing, candidates: Candidates, *, few: bool) -> Iterator[Item]:
        """Yield the item of a missing document, unless its file may still be found with a login without documents."""
        year, half = document.period
        name = f"{document.login}/{year}.{half}/{document.name}"
        if document.trouble is not None:
            seen = document.trouble
            hostile = seen.reason == DOCUMENT_NAME_HOSTILE.code
            yield Item(
                stage=STAGE, key=document.key, name=f"document {document.key}" if hostile else name,
                presence=seen.presence, reason=seen.reason, detail=seen.detail,
                candidates=candidates.resembling(document) if hostile else (),
            )  # fmt: skip
            return
        if nearest := candidates.misplaced(document):
            yield self._lacking(document, DOCUMENT_FILE_MISPLACED.code, nearest)
            return
        alike = candidates.alike(document, letter_by_letter=few)
        if self._held_count >= self._settings.remembered_per_owner:
            yield self._lacking(document, DOCUMENT_FILE_MISSING.code, alike)
            return
        self._held_count += 1
        self._held.setdefault((document.period, fold(document.name)), []).append(_Held(document, alike))

    def _lacking(self, document: Missing, reason: str, candidates: tuple[str, ...]) -> Item:
        year, half = document.period
        path = "" if document.expected is None else self._shown(document.expected)
        detail = sentence("Expected as {path}.", path=path) if path else ""
        date = "" if document.registered is None else document.registered.isoformat()
        return Item(
            stage=STAGE, key=document.key, name=f"{document.login}/{year}.{half}/{document.name}",
            presence=InventoryState.MISSING, reason=reason, detail=detail, candidates=candidates,
            expected=Expected(path=path, date=date) if path else None,
        )  # fmt: skip

    def _orphan(self, file: Unclaimed) -> Item:
        # Without a row to be named after it is its own name; a path is never the number of a document.
        shown = self._shown(file.path)
        return Item(
            stage=STAGE, key=shown, name=shown, path=file.path, presence=InventoryState.ORPHAN, reason=file.reason,
            detail=file.detail,
        )  # fmt: skip

    def _shown(self, path: Path) -> str:
        return on_site(path, self._machine)

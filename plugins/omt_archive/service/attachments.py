"""The inventory of attachments: a merge join of rows by id and the indexes of the folders they may lie in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from omt_archive.findings import ATTACHMENT_FILE_MISSING, FILE_WITHOUT_ATTACHMENT
from omt_archive.lacking_trees import AttachmentCount
from omt_archive.names import on_site
from omt_archive.service.attachment_index import AttachmentIndex, IndexedFile
from omt_archive.service.files import missing_folder
from omt_archive.service.folders import ServiceLayout
from omt_core.api import Expected, InventoryState, Item, Row, Sentence, sentence
from omt_core.api.files import real_path
from omt_crm.numbers import whole_number
from omt_folders.batches import Told, told
from omt_folders.disk import Disk, Examination

STAGE: Final = "attachments"


class _Row(NamedTuple):
    id: int
    size: int | None
    location: int


@dataclass(slots=True)
class _Search:
    """Where the files of one location are looked for: folders, and the places of their indexes; and how many there are.

    There are few locations, and a million rows.
    """

    folders: tuple[Path, ...]
    places: Sequence[int]
    expected: int = 0
    missing: int = 0
    empty: int = 0


class AttachmentInventory:
    """`feed` the rows in the order of their ids, then `finish`. Blocking, to be run in a thread."""

    def __init__(self, layout: ServiceLayout, disk: Disk, *, machine: Path | None) -> None:
        self._layout = layout
        self._machine = machine
        self._folders = layout.all_attachment_folders()
        self._disk = disk
        self._indexes: list[AttachmentIndex] = []
        self._index_of: dict[Path, AttachmentIndex] = {}
        self._searches: dict[int, _Search] = {}
        self._absent: list[Path] = []
        self._ready = False
        self.count = AttachmentCount()

    def feed(self, rows: Sequence[Row]) -> Iterator[Told]:
        """Yield what there is to tell of these rows, and the files between them that no row owns."""
        self._prepare()
        for row in map(_row, rows):
            for index in self._indexes:
                yield from map(self._orphan, index.until(row.id))
            yield from self._locate(row)

    def finish(self) -> Iterator[Told]:
        """Yield the files behind the last row, those whose name is no attachment's, and the folders not there."""
        self._prepare()
        for search in self._searches.values():
            self.count.expected[search.folders] += search.expected
            self.count.missing[search.folders] += search.missing
            self.count.empty[search.folders] += search.empty
        for index in self._indexes:
            yield from map(self._orphan, index.until(None))
            for stranger in index.strangers:
                yield self._left(stranger.path, stranger.reason, stranger.detail)
        for folder in self._absent:
            shown = on_site(folder, self._machine)
            yield missing_folder(STAGE, f"folder:{shown}", shown)

    def _prepare(self) -> None:
        """List the folders when the first row is there, which is in the thread; each real folder once."""
        if self._ready:
            return
        self._ready = True
        others = (*self._folders, self._layout.templates, self._layout.texts)
        leave_out = frozenset(real_path(folder) for folder in others if folder is not None)
        listed: dict[str, AttachmentIndex] = {}
        for folder in self._folders:
            if not self._disk.has_root(folder):
                self._absent.append(folder)
                continue
            real = real_path(folder)
            if real not in listed:
                listed[real] = AttachmentIndex(folder, self._disk, leave_out=leave_out)
                self._indexes.append(listed[real])
            self._index_of[folder] = listed[real]

    def _locate(self, row: _Row) -> Iterator[Told]:
        """Take the row's file from the first folder that has one; other files of its id belong to nobody."""
        files = [index.take(row.id) for index in self._indexes]
        search = self._searches.get(row.location) or self._new_search(row.location)
        own = next((files[place] for place in search.places if files[place]), ())
        search.expected += 1
        if not own:
            search.missing += 1
            yield Item(
                stage=STAGE, key=str(row.id), name=str(row.id), presence=InventoryState.MISSING,
                reason=ATTACHMENT_FILE_MISSING.code, detail=self._expected(row),
                candidates=tuple(on_site(file.path, self._machine) for found in files for file in found),
                expected=self._place(row),
            )  # fmt: skip
            return
        file, seen = self._best(own, row.size)
        if seen.presence is InventoryState.FOUND and row.size is not None and seen.size < row.size:
            self.count.short.append(str(row.id))
        search.empty += seen.presence is InventoryState.FOUND and seen.size == 0
        # The name online is the id, as on site: the row's own name is a title from a mail and may be anything.
        yield told(STAGE, str(row.id), str(row.id), str(file.path), seen)
        for found in files:
            yield from (self._orphan(other) for other in found if other != file)

    def _new_search(self, location: int) -> _Search:
        folders = self._layout.folders_for(location)
        indexes = dict.fromkeys(self._index_of[folder] for folder in folders if folder in self._index_of)
        search = self._searches[location] = _Search(folders, [self._indexes.index(index) for index in indexes])
        return search

    def _best(self, files: Sequence[IndexedFile], size: int | None) -> tuple[IndexedFile, Examination]:
        """Of several files with one id, flat and in a sub-folder say, prefer the one of the size that the row names."""
        seen = [(file, self._disk.examine_path(file.path)) for file in files]
        return next((one for one in seen if one[1].presence is InventoryState.FOUND and one[1].size == size), seen[0])

    def _expected(self, row: _Row) -> Sentence:
        folders = [on_site(folder, self._machine) for folder in self._layout.folders_for(row.location)]
        if not folders:
            return sentence("The database names no folder for it.")
        either = folders[0]
        for folder in folders[1:]:
            either = sentence("{folder} or {other}", folder=either, other=folder)
        return sentence("Expected in {folders}.", folders=either)

    def _place(self, row: _Row) -> Expected | None:
        """Say where the file should lie: in the first folder that the row names, under its id."""
        folder = next(iter(self._layout.folders_for(row.location)), None)
        return None if folder is None else Expected(path=on_site(folder / str(row.id), self._machine), size=row.size)

    def _orphan(self, file: IndexedFile) -> Item:
        return self._left(file.path, FILE_WITHOUT_ATTACHMENT.code)

    def _left(self, path: Path, reason: str, detail: str = "") -> Item:
        shown = on_site(path, self._machine)
        return Item(
            stage=STAGE, key=shown, name=shown, path=path, presence=InventoryState.ORPHAN, reason=reason, detail=detail,
        )  # fmt: skip


def _row(row: Row) -> _Row:
    key, size, location = row
    return _Row(
        id=whole_number(key),
        size=None if size is None else whole_number(size),
        location=whole_number(location),
    )

"""Whether attachments are as the migration had them imported: rows that lead to files, folders, and the files.

Which file is whose follows from rows, folders and names alone. So where these are as they were when all attachments
were told last, and every confirmed file is as it was confirmed, there is nothing to tell; else all are told.
"""

from __future__ import annotations

import json
import logging
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Final

from omt_archive.findings import FILE_WITHOUT_ATTACHMENT, FOLDER_LINK, SERVICE_FOLDER_MISSING
from omt_archive.service.attachment_index import number_of
from omt_archive.service.folders import ServiceLayout
from omt_core.api import Baseline, ItemRecord, ItemState, KnownFolder, KnownFolders, Row, __version__
from omt_core.api.files import real_path, write_whole
from omt_core.api.plain import digest_of
from omt_crm.numbers import merged, whole_number
from omt_folders.disk import Disk
from omt_folders.known import Others, looks, others_of

_log = logging.getLogger("omt.archive")

_FILE: Final = "attachments-told.json"
_NO_SIZE: Final = -1

_LASTING: Final = frozenset({FILE_WITHOUT_ATTACHMENT.code, FOLDER_LINK.code, SERVICE_FOLDER_MISSING.code})
"""Reasons of what belongs to no row that hold as long as the same names lie in the same folders."""


class AttachmentBasis:
    """All from which it follows which file is whose, but the names of files: rows in the order of ids, and folders."""

    def __init__(self, layout: ServiceLayout, disk: Disk, trusted: Sequence[Path]) -> None:
        there = [str(folder) for folder in layout.all_attachment_folders() if folder in disk.roots]
        self._sha256 = sha256(repr((__version__, layout, there, [*map(str, trusted)])).encode("utf-8", "surrogatepass"))
        self.ids = array("q")

    def see(self, rows: Sequence[Row]) -> None:
        """Take the next rows of `statements.ATTACHMENTS`."""
        ids = array("q", [whole_number(row[0]) for row in rows])
        self._sha256.update(ids)
        self._sha256.update(array("q", [_NO_SIZE if row[1] is None else whole_number(row[1]) for row in rows]))
        self._sha256.update(array("q", [whole_number(row[2]) for row in rows]))
        self.ids += ids

    @property
    def digest(self) -> str:
        """What of all that was seen tells it apart."""
        return self._sha256.hexdigest()


def note_basis(workspace: Path | None, digest: str) -> None:
    """Keep what all attachments were told from, once they are. Blocking.

    What cannot be kept costs the next recovery time, and is only logged.
    """
    if workspace is None:
        return
    try:
        write_whole(workspace / _FILE, json.dumps({"basis": digest}).encode())
    except OSError as error:
        _log.warning("what attachments were told from cannot be kept: %s", error.strerror or type(error).__name__)


def noted_basis(workspace: Path | None) -> str | None:
    """Return what was kept last. Blocking."""
    if workspace is None:
        return None
    try:
        return str(json.loads((workspace / _FILE).read_text(encoding="ascii"))["basis"])
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return None


class AttachmentComparison:
    """Compares the disk with what was confirmed: `is_as_confirmed`. Blocking, to be run in a thread of anyio's."""

    def __init__(self, baseline: Baseline, layout: ServiceLayout, disk: Disk, *, limit: int) -> None:
        self._baseline = baseline
        self._near = disk.near
        self._limit = limit
        there = (folder for folder in layout.all_attachment_folders() if folder in disk.roots)
        # Each real folder by its first name, as the inventory has it.
        self._folders = {real_path(folder): str(folder) for folder in reversed(list(there))}
        others = (*layout.all_attachment_folders(), layout.templates, layout.texts)
        self._leave_out = frozenset(real_path(folder) for folder in others if folder is not None)

    def is_as_confirmed(self, ids: array[int]) -> bool:
        """Tell whether these are the ids of all attachments, and everything lies as it lay."""
        left = self._baseline.left(self._limit + 1)
        known = self._baseline.folders()
        if known is None or known.numbers is None or len(left) > self._limit:
            return False
        if not all(map(_lasts, left)):
            return False
        if merged(known.numbers, (int(one.key) for one in left if one.key.isdecimal())) != ids:
            return False
        return not _may_be_whose(left, known.numbers) and self._lies_as_it_lay(known, others_of(left), left)

    def _lies_as_it_lay(self, known: KnownFolders, others: Others, left: Iterable[ItemRecord]) -> bool:
        by_path = {folder.path: folder for folder in known.folders}
        reached: set[str] = set()
        waiting = [*known.folders, *_without(self._folders.values(), by_path)]
        while waiting:
            below: set[str] = set()
            with closing(looks(waiting, others, self._near)) as seen:
                for folder, look in seen:
                    reached.add(folder.path)
                    if look is None or look.digest != folder.digest:
                        return False
                    if set(look.others) != set(others.get(folder.path, ())):
                        return False
                    below.update(str(Path(folder.path, name)) for name in look.folders)
            inside = (path for path in below - reached if real_path(path) not in self._leave_out)
            waiting = list(_without(inside, by_path))
        files = (Path(one.location) for one in left if one.location is not None)
        return all(str(file.parent) in reached and str(file) not in reached for file in files)


def _without(paths: Iterable[str], known: Mapping[str, KnownFolder]) -> Iterator[KnownFolder]:
    """Return those of these folders in which nothing is confirmed, as they are then."""
    return (KnownFolder(path, 0, digest_of(())) for path in paths if path not in known)


def _lasts(record: ItemRecord) -> bool:
    """Tell whether what is left stays so as long as the names do: what could not be read may be readable now."""
    return record.state is ItemState.MISSING if record.key.isdecimal() else record.reason in _LASTING


def _may_be_whose(left: Iterable[ItemRecord], confirmed: Sequence[int]) -> bool:
    """Tell whether what belongs to nobody has the number of a confirmed one: by its size that may be the better one."""
    numbers = {number_of(Path(one.location).name) for one in left if one.location is not None}
    return not numbers.isdisjoint(confirmed)

"""Hold the files of an archive on disk against a manifest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Final

from omt_core.api import STAGE_ROOTS_FILE, KnownContent, ManifestEntry, NearReader, sentence
from omt_core.api.files import openable
from omt_online.verifying.archive_folders import TEMPLATE_FOLDER, ArchiveFolders
from omt_protocol.receipt import DATABASE_STAGE, ManifestLine, Mismatch
from omt_protocol.receipt.manifest import read_manifest
from omt_protocol.side_by_side import side_by_side

DOCUMENTS, TEMPLATES = "documents", "templates"
"""The stages whose files lie in an archive. Those of Customer Service lie elsewhere and have no documented names; those
of a partner lie below a root of their own, if the partner says so."""

_RANGE_FILES: Final = 500
_RANGE_BYTES: Final = 256 << 20
_RANGES_AT_ONCE: Final = 4


@dataclass(slots=True)
class ArchiveCounts:
    """What became of the manifest's files: `absent` are not below the folders given.

    `elsewhere` are, by stage, those that lie in no folder that was given or is known, and were not looked for. A file
    that is absent is a mismatch like one that differs: whoever checks an archive gives all of its folders.
    """

    equal: int = 0
    differing: int = 0
    absent: int = 0
    elsewhere: Counter[str] = field(default_factory=Counter)


def known_roots(receipt: Path) -> Mapping[str, Path]:
    """Return the roots of stages as the workspace of this receipt noted them, also those that are away. Blocking."""
    try:
        known = json.loads((receipt.parent / STAGE_ROOTS_FILE).read_bytes())
        return {stage: Path(root) for stage, root in known.items()}
    except (OSError, ValueError, RecursionError, TypeError, AttributeError):
        return {}  # of a migration whose stages have none, or a file of somebody else's: those are not looked for


def stages_of_files(manifest: Path) -> frozenset[str]:
    """Return the stages of which the manifest names a file that was migrated. Blocking."""
    return frozenset(line.entry.stage for line in read_manifest(manifest) if _is_file(line.entry))


def check_archive(
    roots: Sequence[Path],
    stages: Mapping[str, Path],
    manifest: Path,
    counts: ArchiveCounts,
    near: Sequence[NearReader] = (),
) -> Iterator[Mismatch]:
    """Read every file that the manifest names and that can be found, and yield those that are not what was migrated.

    `roots` are the archive's folders, `stages` the roots of other stages by name. Files are read by ranges: by those
    who are `near` first, a few ranges at the same time; what these do not find equal is looked at here.
    """
    search = _Search(roots, stages, near)
    files = (line for line in read_manifest(manifest) if _is_file(line.entry))
    for lines, verdicts in side_by_side(search.verdicts, _ranges(files), threads=_RANGES_AT_ONCE if near else 1):
        for line, verdict in zip(lines, verdicts, strict=True):
            match verdict:
                case _Verdict.EQUAL:
                    counts.equal += 1
                case _Verdict.ELSEWHERE:
                    counts.elsewhere[line.entry.stage] += 1
                case _Verdict.ABSENT:
                    counts.absent += 1
                    yield _mismatch(
                        line, "file", sentence("{file} is not below the folders given", file=line.entry.name)
                    )
                case (path, digest):
                    counts.differing += 1
                    yield _mismatch(line, "digest", _said(path, digest, line.entry.digest))


def _ranges(lines: Iterator[ManifestLine]) -> Iterator[Sequence[ManifestLine]]:
    """Part lines into ranges of so many files, or bytes."""
    some: list[ManifestLine] = []
    size = 0
    for line in lines:
        some.append(line)
        size += line.entry.size
        if len(some) >= _RANGE_FILES or size >= _RANGE_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


class _Verdict(Enum):
    """What became of a file that does not differ."""

    EQUAL = auto()
    ABSENT = auto()
    ELSEWHERE = auto()


class _Search:
    """Looks for files in all folders that are given or known."""

    def __init__(self, roots: Sequence[Path], stages: Mapping[str, Path], near: Sequence[NearReader]) -> None:
        self._roots = roots
        self._stages = stages
        self._near = near
        self._folders = ArchiveFolders(roots)
        self._single = [ArchiveFolders([root]) for root in roots]
        self._below = {stage: ArchiveFolders([root]) for stage, root in stages.items()}

    def verdicts(self, lines: Sequence[ManifestLine]) -> Sequence[_Verdict | tuple[Path, str | None]]:
        """Return what became of each file; of one that differs its path and its digest, None where it is unreadable."""
        equal = self._equal_near([line.entry for line in lines]) if self._near else frozenset[int]()
        return [_Verdict.EQUAL if place in equal else self._verdict(line.entry) for place, line in enumerate(lines)]

    def _verdict(self, entry: ManifestEntry) -> _Verdict | tuple[Path, str | None]:
        if entry.stage in self._stages:
            candidates = self._below[entry.stage].exact(entry.name)
        elif entry.stage in {DOCUMENTS, TEMPLATES} and self._roots:
            folders = self._folders
            candidates = (folders.document if entry.stage == DOCUMENTS else folders.template)(entry.name)
        else:
            return _Verdict.ELSEWHERE
        other = None
        for path in candidates:
            if (digest := _digest(path)) == entry.digest:
                return _Verdict.EQUAL
            other = other or (path, digest)
        if other is None and entry.stage == DOCUMENTS and _is_in_neighbouring_period(entry, self._folders):
            return _Verdict.EQUAL
        return other or _Verdict.ABSENT

    def _equal_near(self, entries: Sequence[ManifestEntry]) -> frozenset[int]:
        """Return the places of those files that somebody near found equal, where they would be looked for first."""
        equal: set[int] = set()
        for stage in {entry.stage for entry in entries}:
            places = [place for place, entry in enumerate(entries) if entry.stage == stage]
            if stage in self._stages:
                found = self._asked(self._stages[stage], [_content(entries[place], "") for place in places], exact=True)
                equal.update(place for place, same in zip(places, found or (), strict=False) if same)
            elif stage == DOCUMENTS:
                equal.update(self._in_roots(entries, places, ""))
            elif stage == TEMPLATES:
                equal.update(self._in_roots(entries, places, f"{TEMPLATE_FOLDER}/"))
        return frozenset(equal)

    def _in_roots(self, entries: Sequence[ManifestEntry], places: Sequence[int], below: str) -> Iterator[int]:
        """Yield those that are equal in the first root that has them."""
        for root, folders in zip(self._roots, self._single, strict=True):
            if not places:
                return
            found = self._asked(root, [_content(entries[place], below) for place in places], exact=False)
            if found is None:
                # A root that is near to nobody: whether it has them is asked here, and whoever is in it is read later.
                found = [
                    False if next(folders.document(below + entries[place].name), None) else None for place in places
                ]
            yield from (place for place, same in zip(places, found, strict=True) if same)
            places = [place for place, same in zip(places, found, strict=True) if same is None]

    def _asked(self, root: Path, files: Sequence[KnownContent], *, exact: bool) -> Sequence[bool | None] | None:
        for reader in self._near:
            if (found := reader.equal(str(root), files, any_case=not exact)) is not None:
                return found
        return None


def _content(entry: ManifestEntry, below: str) -> KnownContent:
    return KnownContent(below + entry.name, entry.size, entry.digest or "")


def _is_file(entry: ManifestEntry) -> bool:
    return entry.digest is not None and entry.stage != DATABASE_STAGE


def equal_below(root: Path, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None]:
    """Read files below a root, as `NearReader.equal` says: for whoever is near. Blocking."""
    folders = ArchiveFolders([root])
    told: list[bool | None] = []
    for file in files:
        candidates = folders.document(file.name) if any_case else folders.exact(file.name)
        same = None
        for path in candidates:
            same = _digest(path) == file.digest
            if same:
                break
        told.append(same)
    return told


def _is_in_neighbouring_period(entry: ManifestEntry, folders: ArchiveFolders) -> bool:
    """Tell whether the content lies in the half-year before or after; another content is another file."""
    return any(_digest(path) == entry.digest for path in folders.document_in_neighbouring_period(entry.name))


def _said(path: Path, digest: str | None, migrated: str | None) -> str:
    if digest is None:
        return sentence("{file} cannot be read", file=path)
    return sentence("{file} has {digest}, but {migrated} was migrated", file=path, digest=digest, migrated=migrated)


def _mismatch(line: ManifestLine, field: str, message: str) -> Mismatch:
    key = f"{line.entry.stage}/{line.entry.key}"
    return Mismatch(where="archive", line=line.number, key=key, field=field, message=message)


def _digest(path: Path) -> str | None:
    """Return the sha256 of a file, or None when it cannot be read."""
    try:
        with Path(openable(path)).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

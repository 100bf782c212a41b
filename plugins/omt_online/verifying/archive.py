"""Hold the files of an archive on disk against a manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from omt_online.receipt import DATABASE_STAGE, ManifestLine, Mismatch
from omt_online.receipt.manifest import read_manifest
from omt_online.verifying.archive_folders import ArchiveFolders

DOCUMENTS, TEMPLATES = "documents", "templates"
"""The stages whose files lie in an archive. Those of Customer Service lie elsewhere and have no documented names."""


@dataclass(slots=True)
class ArchiveCounts:
    """What became of the manifest's files: `absent` are not below the folders given, `elsewhere` not of an archive."""

    equal: int = 0
    differing: int = 0
    absent: int = 0
    elsewhere: int = 0


def check_archive(roots: Sequence[Path], manifest: Path, counts: ArchiveCounts) -> Iterator[Mismatch]:
    """Read every archive file that the manifest names and yield those that are not what was migrated."""
    folders = ArchiveFolders(roots)
    for line in read_manifest(manifest):
        entry = line.entry
        if entry.digest is None or entry.stage == DATABASE_STAGE:
            continue
        if entry.stage not in {DOCUMENTS, TEMPLATES}:
            counts.elsewhere += 1
            continue
        find = folders.document if entry.stage == DOCUMENTS else folders.template
        mismatch = _compare(line, find, folders)
        if mismatch is None:
            counts.equal += 1
        elif mismatch is _ABSENT:
            counts.absent += 1
        else:
            counts.differing += 1
            yield mismatch


_ABSENT = Mismatch(where="archive", field="digest", message="is not there")


def _compare(line: ManifestLine, find: Callable[[str], Path | None], folders: ArchiveFolders) -> Mismatch | None:
    entry = line.entry
    path = find(entry.name)
    if path is None:
        if entry.stage == DOCUMENTS:
            for neighbour in folders.document_in_neighbouring_period(entry.name):
                if _digest(neighbour) == entry.digest:
                    return None
        return _ABSENT
    found = _digest(path)
    if found == entry.digest:
        return None
    message = f"{path} " + ("cannot be read" if found is None else f"has {found}, but {entry.digest} was migrated")
    return Mismatch(
        where="archive", line=line.number, key=f"{entry.stage}/{entry.key}", field="digest", message=message
    )


def _digest(path: Path) -> str | None:
    """Return the sha256 of a file, or None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

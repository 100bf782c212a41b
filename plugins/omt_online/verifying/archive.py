"""Hold the files of an archive on disk against a manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from omt_core.api import ManifestEntry
from omt_online.verifying.archive_folders import ArchiveFolders
from omt_protocol.receipt import DATABASE_STAGE, ManifestLine, Mismatch
from omt_protocol.receipt.manifest import read_manifest

DOCUMENTS, TEMPLATES = "documents", "templates"
"""The stages whose files lie in an archive. Those of Customer Service lie elsewhere and have no documented names."""


@dataclass(slots=True)
class ArchiveCounts:
    """What became of the manifest's files: `absent` are not below the folders given, `elsewhere` not of an archive.

    A file that is absent is a mismatch like one that differs: whoever checks an archive gives all of its folders.
    """

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
        path = find(entry.name)
        if path is None and entry.stage == DOCUMENTS:
            path = _in_neighbouring_period(entry, folders)
        if path is None:
            counts.absent += 1
            yield _mismatch(line, "file", f"{entry.name} is not below the folders given")
        elif (found := _digest(path)) == entry.digest:
            counts.equal += 1
        else:
            counts.differing += 1
            said = "cannot be read" if found is None else f"has {found}, but {entry.digest} was migrated"
            yield _mismatch(line, "digest", f"{path} {said}")


def _in_neighbouring_period(entry: ManifestEntry, folders: ArchiveFolders) -> Path | None:
    """Return the document where its content lies in the half-year before or after; another content is another file."""
    neighbours = folders.document_in_neighbouring_period(entry.name)
    return next((path for path in neighbours if _digest(path) == entry.digest), None)


def _mismatch(line: ManifestLine, field: str, message: str) -> Mismatch:
    key = f"{line.entry.stage}/{line.entry.key}"
    return Mismatch(where="archive", line=line.number, key=key, field=field, message=message)


def _digest(path: Path) -> str | None:
    """Return the sha256 of a file, or None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

"""Hold the files of an archive on disk against a manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from omt_core.api import ManifestEntry
from omt_core.api.files import openable
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
        candidates = folders.document if entry.stage == DOCUMENTS else folders.template
        other = None
        for path in candidates(entry.name):
            if (digest := _digest(path)) == entry.digest:
                break
            other = other or (path, digest)
        else:
            if other is None and entry.stage == DOCUMENTS and _is_in_neighbouring_period(entry, folders):
                counts.equal += 1
            elif other is None:
                counts.absent += 1
                yield _mismatch(line, "file", f"{entry.name} is not below the folders given")
            else:
                counts.differing += 1
                path, digest = other
                said = "cannot be read" if digest is None else f"has {digest}, but {entry.digest} was migrated"
                yield _mismatch(line, "digest", f"{path} {said}")
            continue
        counts.equal += 1


def _is_in_neighbouring_period(entry: ManifestEntry, folders: ArchiveFolders) -> bool:
    """Tell whether the content lies in the half-year before or after; another content is another file."""
    return any(_digest(path) == entry.digest for path in folders.document_in_neighbouring_period(entry.name))


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

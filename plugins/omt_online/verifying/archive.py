"""Hold the files of an archive on disk against a manifest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omt_core.api import STAGE_ROOTS_FILE, ManifestEntry, leads_out, sentence
from omt_core.api.files import openable, real_path
from omt_online.verifying.archive_folders import ArchiveFolders
from omt_protocol.receipt import DATABASE_STAGE, ManifestLine, Mismatch
from omt_protocol.receipt.manifest import read_manifest

DOCUMENTS, TEMPLATES = "documents", "templates"
"""The stages whose files lie in an archive. Those of Customer Service lie elsewhere and have no documented names; those
of a partner lie below a root of their own, if the partner says so."""


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
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # of a migration whose stages have none, or a file of somebody else's: those are not looked for


def stages_of_files(manifest: Path) -> frozenset[str]:
    """Return the stages of which the manifest names a file that was migrated. Blocking."""
    return frozenset(line.entry.stage for line in read_manifest(manifest) if _is_file(line.entry))


def check_archive(
    roots: Sequence[Path], stages: Mapping[str, Path], manifest: Path, counts: ArchiveCounts
) -> Iterator[Mismatch]:
    """Read every file that the manifest names and that can be found, and yield those that are not what was migrated.

    `roots` are the archive's folders, `stages` the roots of other stages by name.
    """
    folders = ArchiveFolders(roots)
    for line in read_manifest(manifest):
        entry = line.entry
        if not _is_file(entry):
            continue
        if entry.stage in stages:
            candidates = _below(stages[entry.stage], entry.name)
        elif entry.stage in {DOCUMENTS, TEMPLATES} and roots:
            candidates = (folders.document if entry.stage == DOCUMENTS else folders.template)(entry.name)
        else:
            counts.elsewhere[entry.stage] += 1
            continue
        other = None
        for path in candidates:
            if (digest := _digest(path)) == entry.digest:
                break
            other = other or (path, digest)
        else:
            if other is None and entry.stage == DOCUMENTS and _is_in_neighbouring_period(entry, folders):
                counts.equal += 1
            elif other is None:
                counts.absent += 1
                yield _mismatch(line, "file", sentence("{file} is not below the folders given", file=entry.name))
            else:
                counts.differing += 1
                path, digest = other
                yield _mismatch(line, "digest", _said(path, digest, entry.digest))
            continue
        counts.equal += 1


def _is_file(entry: ManifestEntry) -> bool:
    return entry.digest is not None and entry.stage != DATABASE_STAGE


def _below(root: Path, name: str) -> Iterator[Path]:
    """Yield the file of this name below the root, unless the name or a link leads out."""
    if leads_out(name):
        return
    path = root / name
    try:
        if Path(openable(path)).is_file() and Path(real_path(path)).is_relative_to(real_path(root)):
            yield path
    except (OSError, ValueError):
        return  # a name that this system's files cannot have


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

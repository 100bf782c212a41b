"""Trees that lack so many of their files that they are hardly whole: a share that is not connected, half a restore."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from omt_archive.findings import TREE_INCOMPLETE, TREE_WITHOUT_CONTENT
from omt_archive.names import on_site
from omt_archive.settings import ArchiveSettings
from omt_core.api import SUBJECTS_SHOWN, Finding, joined, listing, sentence

_DOCUMENTS, _ATTACHMENTS = sentence("documents"), sentence("attachments")
_SAID = 5
"""So many trees are spelt out in the message; all are subjects."""


class Tree(NamedTuple):
    """A folder, and how many files of a kind should lie in it and do not."""

    folder: str
    kind: str
    expected: int
    missing: int


@dataclass(slots=True)
class DocumentCount:
    """Documents by the root that their file was found in, and those of each owner: found, and missing."""

    found: Counter[Path] = field(default_factory=Counter)
    owners: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, login: str, found: Counter[Path], missing: int) -> None:
        """Count one owner's documents, or more of them."""
        self.found.update(found)
        before = self.owners.get(login, (0, 0))
        self.owners[login] = (before[0] + found.total(), before[1] + missing)

    @property
    def missing(self) -> int:
        """How many documents have no file anywhere."""
        return sum(missing for _, missing in self.owners.values())


@dataclass(slots=True)
class AttachmentCount:
    """Attachments by the folders that they are looked for in: all, those that are missing, and those of 0 bytes.

    `short` are the ids of those whose file is shorter than their row says.
    """

    expected: Counter[tuple[Path, ...]] = field(default_factory=Counter)
    missing: Counter[tuple[Path, ...]] = field(default_factory=Counter)
    empty: Counter[tuple[Path, ...]] = field(default_factory=Counter)
    short: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ContentCount:
    """Files that were found: documents by the folder of their owner, others by kind; all, and those of 0 bytes.

    `places` has the folder that holds all empty files of such a kind; of those on several drives, the first that was
    found.
    """

    found: Counter[tuple[str, Path | None]] = field(default_factory=Counter)
    empty: Counter[tuple[str, Path | None]] = field(default_factory=Counter)
    places: dict[str, Path] = field(default_factory=dict)

    def add(self, kind: str, owner: Path | None, path: Path, size: int) -> None:
        """Count one file; `owner` is the folder of its owner, if it is a document."""
        self.found[kind, owner] += 1
        if size == 0:
            self.empty[kind, owner] += 1
            if owner is None:
                self.places[kind] = _common(self.places.get(kind, path.parent), path.parent)

    def add_of_owner(self, kind: str, owner: Path, found: int, empty: int) -> None:
        """Count files of one owner."""
        self.found[kind, owner] += found
        if empty:
            self.empty[kind, owner] += empty


def _common(place: Path, other: Path) -> Path:
    """Return the folder that holds both; the first of two on different drives of Windows, which none does."""
    try:
        return Path(os.path.commonpath((place, other)))
    except ValueError:
        return place


def lacking_trees(
    documents: DocumentCount,
    attachments: AttachmentCount,
    templates: Tree | None,
    roots: Sequence[Path],
    *,
    settings: ArchiveSettings,
    machine: Path | None,
) -> list[Finding]:
    """Return one finding about all trees that lack more than the set share, or none."""
    candidates = [*_of_documents(documents, roots, settings, machine), *([] if templates is None else [templates])]
    for folders, expected in attachments.expected.items():
        candidates.append(Tree(_shown(folders, machine), _ATTACHMENTS, expected, attachments.missing[folders]))
    trees = [tree for tree in candidates if _is_lacking(tree.expected, tree.missing, settings)]
    if not trees:
        return []
    said = [
        sentence(
            "{folder} lacks {missing:,} of {expected:,} {kind}",
            folder=tree.folder,
            missing=tree.missing,
            expected=tree.expected,
            kind=tree.kind,
        )
        for tree in trees
    ]
    subjects = tuple(dict.fromkeys(tree.folder for tree in trees))[:SUBJECTS_SHOWN]
    return [TREE_INCOMPLETE.finding(joined([listing(said, _SAID, "; "), TREE_INCOMPLETE.meaning], ". "), subjects)]


def trees_without_content(
    count: ContentCount, attachments: AttachmentCount, *, settings: ArchiveSettings, machine: Path | None
) -> list[Finding]:
    """Return one finding about all trees of whose files more than the set share are empty, or none."""
    candidates = [
        *_owners_or_roots(count, settings, machine),
        *(
            Tree(on_site(place, machine), kind, count.found[kind, None], count.empty[kind, None])
            for kind, place in count.places.items()
        ),
        *(
            Tree(_shown(folders, machine), _ATTACHMENTS, expected - attachments.missing[folders], empty)
            for folders, expected in attachments.expected.items()
            if (empty := attachments.empty[folders])
        ),
    ]
    trees = [tree for tree in candidates if _is_lacking(tree.expected, tree.missing, settings)]
    if not trees:
        return []
    said = [
        sentence(
            "{missing:,} of {expected:,} {kind} in {folder}",
            missing=tree.missing,
            expected=tree.expected,
            kind=tree.kind,
            folder=tree.folder,
        )
        for tree in trees
    ]
    subjects = tuple(dict.fromkeys(tree.folder for tree in trees))[:SUBJECTS_SHOWN]
    message = sentence("Without content: {trees}.", trees=listing(said, _SAID, "; "))
    return [TREE_WITHOUT_CONTENT.finding(joined([message, TREE_WITHOUT_CONTENT.meaning], " "), subjects)]


def _owners_or_roots(count: ContentCount, settings: ArchiveSettings, machine: Path | None) -> Iterator[Tree]:
    """Yield the roots that hold too many empty files, and single owners in the others."""
    found: Counter[Path] = Counter()
    empty: Counter[Path] = Counter()
    owners = {owner: key for key in count.found if (owner := key[1]) is not None}
    for owner, key in owners.items():
        found[owner.parent] += count.found[key]
        empty[owner.parent] += count.empty[key]
    lacking = {root for root in found if _is_lacking(found[root], empty[root], settings)}
    yield from (Tree(on_site(root, machine), _DOCUMENTS, found[root], empty[root]) for root in sorted(lacking))
    for owner, key in sorted(owners.items()):
        if owner.parent not in lacking:
            yield Tree(on_site(owner, machine), _DOCUMENTS, count.found[key], count.empty[key])


def _shown(folders: Sequence[Path], machine: Path | None) -> str:
    shown = [on_site(folder, machine) for folder in folders]
    return joined(shown, " or ") if shown else sentence("the folders of attachments")


def _of_documents(
    count: DocumentCount, roots: Sequence[Path], settings: ArchiveSettings, machine: Path | None
) -> Iterator[Tree]:
    """Yield a root in which nothing was found; else all documents, or single owners where it is not of all."""
    missing = count.missing
    if not roots or not missing:
        return
    found = count.found.total()
    empty = [root for root in roots if not count.found[root]]
    if empty:
        # What is missing may have lain in it: of how many files it lacks, nobody can say more.
        yield from (Tree(on_site(root, machine), _DOCUMENTS, missing, missing) for root in empty)
    elif _is_lacking(found + missing, missing, settings):
        yield Tree(on_site(roots[0], machine), _DOCUMENTS, found + missing, missing)
    else:
        for login, (owned, lacking) in sorted(count.owners.items()):
            yield Tree(on_site(roots[0] / login, machine), _DOCUMENTS, owned + lacking, lacking)


def _is_lacking(expected: int, missing: int, settings: ArchiveSettings) -> bool:
    return missing >= settings.missing_files and missing > settings.missing_share * expected

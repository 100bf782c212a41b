"""Find the files of a manifest below folders, by the names that the manifest has of them (`omt_folders.tree`).

Names of an archive are compared as Windows does (section 6).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from omt_core.api.files import openable, real_path
from omt_crm.paths import fold
from omt_folders.tree import telling

TEMPLATE_FOLDER = "TEMPLATE"
"""Where templates lie below the first archive folder unless a setting says otherwise (crm.md section 1)."""

LISTINGS_KEPT = 256

_WINDOWS_PATH = re.compile(r"[\\:]")
"""What makes a path of a name on Windows; elsewhere it may be a part of a file's name."""

_PERIOD = re.compile(r"(.*/)([0-9]{4})\.([12])(/[^/]*)", re.DOTALL)


class ArchiveFolders:
    """Looks names up below `roots`, in order: the files of the first one that has any count.

    A disk that tells case apart may hold several that Windows takes for one; the one that is spelled as asked is first.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(Path(real_path(root)) for root in roots)
        self._listing = lru_cache(LISTINGS_KEPT)(_listing)

    def document(self, name: str) -> Iterator[Path]:
        """Yield the files that may be a document, by its name below an archive folder."""
        return self._first(self._roots, name)

    def document_in_neighbouring_period(self, name: str) -> Iterator[Path]:
        """Yield files of this name in the half-years before and after: at the border either is possible (ND)."""
        match = _PERIOD.fullmatch(name)
        if match is None:
            return
        owner, year, half, file = match[1], int(match[2]), match[3], match[4]
        for other in (f"{year - 1}.2", f"{year}.2") if half == "1" else (f"{year}.1", f"{year + 1}.1"):
            yield from self._first(self._roots, f"{owner}{other}{file}")

    def template(self, name: str) -> Iterator[Path]:
        """Yield the files that may be a template; an archive's template folder may be given as a root, too."""
        below = None
        for below in self._first(self._roots, f"{TEMPLATE_FOLDER}/{name}"):
            yield below
        if below is None:
            yield from self._first(self._roots, name)

    def exact(self, name: str) -> Iterator[Path]:
        """Yield the files that have just this name below their root, in this case of its letters."""
        parts = _parts(name)
        for root in self._roots:
            for path in self._spelled(root, parts):
                if [telling(part) for part in path.relative_to(root).parts] == parts:
                    yield path

    def _first(self, roots: Sequence[Path], name: str) -> Iterator[Path]:
        parts = _parts(name)
        for root in roots:
            found = None
            for found in self._spelled(root, parts):
                yield found
            if found is not None:
                return

    def _spelled(self, root: Path, parts: Sequence[str]) -> Iterator[Path]:
        if any(part in {"", ".."} for part in parts):
            return
        exact = None if any(map(_WINDOWS_PATH.search, parts)) else root.joinpath(*parts)
        # The usual case, for which no folder has to be listed.
        if exact is not None and _is_file(exact) and _is_below(root, exact):
            yield exact
        for path in self._below(root, parts):
            if path != exact and _is_below(root, path):
                yield path

    def _below(self, folder: Path, parts: Sequence[str]) -> Iterator[Path]:
        """Yield the files below a folder that Windows would find by this name."""
        if not parts:
            if _is_file(folder):
                yield folder
            return
        for spelling in sorted(self._listing(folder).get(fold(parts[0]), ())):
            yield from self._below(folder / spelling, parts[1:])


def _parts(name: str) -> Sequence[str]:
    """Part a name, without the `./` that stands before one which would lead out elsewhere."""
    return [part for part in name.split("/") if part != "."]


def _is_file(path: Path) -> bool:
    # Also of a name that this system's files cannot have, or that is too long for it.
    return os.path.isfile(openable(path))  # noqa: PTH113 - Path's own raises some of what may be wrong


def _is_below(root: Path, path: Path) -> bool:
    return Path(real_path(path)).is_relative_to(root)


def _listing(folder: Path) -> dict[str, list[str]]:
    """Return the names in a folder as they are spelled, by what a manifest calls them, folded."""
    listing: dict[str, list[str]] = {}
    with suppress(OSError):
        for name in os.listdir(openable(folder)):  # noqa: PTH208 - names only
            listing.setdefault(fold(telling(name)), []).append(name)
    return listing

"""Find the files of a manifest below archive folders; names are compared as Windows does (section 6)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from omt_core.api.files import openable, real_path
from omt_crm.paths import fold

TEMPLATE_FOLDER = "TEMPLATE"
"""Where templates lie below the first archive folder unless a setting says otherwise (crm.md section 1)."""

LISTINGS_KEPT = 256

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

    def _first(self, roots: Sequence[Path], name: str) -> Iterator[Path]:
        parts = name.split("/")
        if not all(_is_plain(part) for part in parts):
            return
        for root in roots:
            found = None
            for found in self._spelled(root, parts):
                yield found
            if found is not None:
                return

    def _spelled(self, root: Path, parts: Sequence[str]) -> Iterator[Path]:
        exact = root.joinpath(*parts)
        try:
            # The usual case, for which no folder has to be listed.
            if _is_file(exact) and _is_below(root, exact):
                yield exact
        except ValueError:
            return  # a name that this system's files cannot have
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


def _is_file(path: Path) -> bool:
    return Path(openable(path)).is_file()


def _is_below(root: Path, path: Path) -> bool:
    return Path(real_path(path)).is_relative_to(root)


def _is_plain(part: str) -> bool:
    """Tell whether this is a file's own name and cannot lead elsewhere, here or on Windows."""
    return part not in {"", ".", ".."} and not any(sign in part for sign in "\\:\0")


def _listing(folder: Path) -> dict[str, list[str]]:
    listing: dict[str, list[str]] = {}
    with suppress(OSError):
        for name in os.listdir(openable(folder)):  # noqa: PTH208 - names only
            listing.setdefault(fold(name), []).append(name)
    return listing

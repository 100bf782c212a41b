"""Find the files of a manifest below archive folders; letters' case does not matter, as on Windows (section 6)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

TEMPLATE_FOLDER = "TEMPLATE"
"""Where templates lie below the first archive folder unless a setting says otherwise (domain/README.md section 1)."""

LISTINGS_KEPT = 256

_PERIOD = re.compile(r"(.*/)([0-9]{4})\.([12])(/[^/]*)", re.DOTALL)


class ArchiveFolders:
    """Looks names up below `roots`, in order; the first file that is there counts."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(root.resolve() for root in roots)
        self._listing = lru_cache(LISTINGS_KEPT)(_listing)

    def document(self, name: str) -> Path | None:
        """Return the file of a document, by its name below an archive folder."""
        return self._first(self._roots, name)

    def document_in_neighbouring_period(self, name: str) -> Iterator[Path]:
        """Yield files of this name in the half-years before and after: at the border either is possible (ND)."""
        match = _PERIOD.fullmatch(name)
        if match is None:
            return
        owner, year, half, file = match[1], int(match[2]), match[3], match[4]
        for other in (f"{year - 1}.2", f"{year}.2") if half == "1" else (f"{year}.1", f"{year + 1}.1"):
            found = self._first(self._roots, f"{owner}{other}{file}")
            if found is not None:
                yield found

    def template(self, name: str) -> Path | None:
        """Return the file of a template; an archive's template folder may be given as a root, too."""
        return self._first(self._roots, f"{TEMPLATE_FOLDER}/{name}") or self._first(self._roots, name)

    def _first(self, roots: Sequence[Path], name: str) -> Path | None:
        parts = name.split("/")
        if not all(_is_plain(part) for part in parts):
            return None
        for root in roots:
            found = self._below(root, parts)
            if found is not None and found.resolve().is_relative_to(root):
                return found
        return None

    def _below(self, root: Path, parts: Sequence[str]) -> Path | None:
        exact = root.joinpath(*parts)
        try:
            if exact.is_file():
                return exact
        except ValueError:
            return None  # a name that this system's files cannot have
        path = root
        for part in parts:
            spelling = self._listing(path).get(part.casefold())
            if spelling is None:
                return None
            path /= spelling
        return path if path.is_file() else None


def _is_plain(part: str) -> bool:
    """Tell whether this is a file's own name and cannot lead elsewhere, here or on Windows."""
    return part not in {"", ".", ".."} and not any(sign in part for sign in "\\:\0")


def _listing(folder: Path) -> dict[str, str]:
    try:
        return {name.casefold(): name for name in sorted(os.listdir(folder), reverse=True)}  # noqa: PTH208  # names only
    except OSError:
        return {}

"""Finds the pages: in the wheel they lie beside this module, in a checkout in `docs/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

_ENDING: Final = ".md"
_REMARK: Final = re.compile(r"<!--.*?-->\s*", re.DOTALL)
"""What authors are told, not readers."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page in Markdown; `name` is its path below the documentation, without its ending: `reference/answers`."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """Its first heading, else its name."""
        return next((line.lstrip("# ") for line in self.text.splitlines() if line.startswith("# ")), self.name)


def all_names() -> tuple[str, ...]:
    """Return the names of all pages, in order."""
    return tuple(sorted(_pages()))


def read_page(name: str) -> Page | None:
    """Return the page of this name, None where there is none. No name leads out of the documentation."""
    found = _pages().get(name)
    return None if found is None else Page(name, _REMARK.sub("", found.read_text(encoding="utf-8")))


def find_page(topic: str) -> Page | None:
    """Return the page that a person means: by its name or the end of it, a finding's code among these.

    Where a whole folder is meant (`findings`), it is its index.
    """
    wanted = topic.strip().strip("/").lower().removesuffix(_ENDING)
    names = all_names()
    found = [name for name in names if f"/{name}".endswith((f"/{wanted}", f"/{wanted}/index"))]
    return read_page(min(found, key=lambda name: (name.count("/"), name))) if wanted and found else None


@cache
def _pages() -> dict[str, Traversable]:
    packed = files("omt_core.documentation") / "pages"
    return dict(_below(packed if packed.is_dir() else Path(__file__).parents[2] / "docs", ""))


def _below(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_ENDING):
            yield f"{prefix}{entry.name.removesuffix(_ENDING)}", entry

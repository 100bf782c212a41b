"""Markdown, as the reference uses it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by docs/generate.py from the code. Change the code, then run it again. -->"


NUMBERS = """\
Numbers such as W16, and sections by number, are of [the facts about the CRM](crm.md) that the tool rests on; words are
explained in the [glossary](glossary.md)."""


def page(title: str, *blocks: str) -> str:
    """Return a page with a title and blocks with an empty line between them."""
    return "\n\n".join((NOTICE, f"# {title}", *(block for block in blocks if block))) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are escaped."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def code(text: object) -> str:
    """Return a text in code font."""
    return f"`{text}`"


def prose(docstring: str | None) -> str:
    """Return a docstring as Markdown."""
    return inspect.cleandoc(docstring or "")


def one_line(text: str | None) -> str:
    """Return a text without line breaks."""
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|").replace("<", "&lt;")

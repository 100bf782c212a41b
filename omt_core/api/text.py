"""Text on its way to a person: figures and rows of names, and what others wrote.

Names come from databases and disks: anything may be in them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Final

_JOINERS = frozenset("\u200c\u200d")
"""Format characters that words and emoji are made with; they hide nothing."""


_UNITS: Final = ("bytes", "KB", "MB", "GB", "TB", "PB")
_STEP: Final = 1024


def byte_size(count: float) -> str:
    """Write a number of bytes with one decimal, in steps of 1024 (W74): `39.1 KB`."""
    step = 0
    while count >= _STEP and step < len(_UNITS) - 1:
        count, step = count / _STEP, step + 1
    return f"{count:,.0f} {'byte' if count == 1 else _UNITS[0]}" if step == 0 else f"{count:,.1f} {_UNITS[step]}"


def duration(seconds: float) -> str:
    """Write seconds as `hh:mm:ss` (W77)."""
    whole = max(0, round(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def listing(words: Sequence[str], shown: int = 5, separator: str = ", ") -> str:
    """Return the first few of these words for a sentence, and how many more there are."""
    named = separator.join(words[:shown])
    return f"{named} and {len(words) - shown:,} more" if len(words) > shown else named


_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def spreadsheet_cell(text: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula: it gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def text_of_cell(cell: str) -> str:
    """Take away what `spreadsheet_cell` put in front."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


def one_line(text: object) -> str:
    r"""Return text on one line that hides nothing and that any output can encode.

    Control characters, line feeds among them, marks that turn the direction of text, and surrogates of names that are
    no text become escapes (`\n`, `\u001b`, `\u202e`, `\udc80`), so that no name forges a line or looks like another.
    They are JSON's own: a line of JSON stays what it was.
    """
    line = str(text)
    if line.isprintable():
        return line
    return "".join(json.dumps(char)[1:-1] if _is_hidden(char) else char for char in line)


def _is_hidden(char: str) -> bool:
    return not char.isprintable() and unicodedata.category(char) not in {"Zs", "Cn", "Co"} and char not in _JOINERS

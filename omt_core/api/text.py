"""Text of others on its way to a person. Names come from databases and disks: anything may be in them."""

from __future__ import annotations

import json
import unicodedata

_JOINERS = frozenset("\u200c\u200d")
"""Format characters that words and emoji are made with; they hide nothing."""


def one_line(text: object) -> str:
    r"""Return text on one line that hides nothing and that any output can encode.

    Control characters, line feeds among them, marks that turn the direction of text, and surrogates of names that are
    no text become escapes (`\n`, `\u001b`, `\u202e`, `\udc80`), so that no name forges a line or looks like another.
    They are JSON's own: a line of JSON stays what it was.
    """
    return "".join(json.dumps(char)[1:-1] if _is_hidden(char) else char for char in str(text))


def _is_hidden(char: str) -> bool:
    return not char.isprintable() and unicodedata.category(char) not in {"Zs", "Cn", "Co"} and char not in _JOINERS

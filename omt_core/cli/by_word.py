"""Breaks lines for a terminal between words, where it would break them anywhere."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

_NARROWEST: Final = 20


def by_word(console: Console, text: Text) -> Text:
    """Return a line as it is told on this console: on a terminal in as many lines as it takes, each as far in.

    A word that is longer than a line stays whole, so that a path can be copied. What is no terminal gets one line.
    """
    if not console.is_terminal:
        return text
    inward = len(text.plain) - len(text.plain.lstrip(" "))
    width = console.width - inward
    if width < _NARROWEST or text.cell_len <= console.width:
        return text
    lines = text[inward:].wrap(console, width, overflow="ignore")
    for line in lines:
        line.rstrip()
    return Text(" " * inward) + Text(f"\n{' ' * inward}").join(lines)

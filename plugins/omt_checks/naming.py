"""How a rule names what it found in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

_NAMED = 5


def listing(words: Sequence[str]) -> str:
    """Return the first few of these words, and how many more there are."""
    named = ", ".join(words[:_NAMED])
    return f"{named} and {len(words) - _NAMED:,} more" if len(words) > _NAMED else named

"""Which contents a tenant cannot have: it held nothing when the migration was opened, and was sent none of them since.

That spares asking for each of the contents of a first migration. Kept in a few megabytes, however many they are: each
digest has one of 2^25 places, and a content whose place is taken is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_PLACES: Final = 1 << 25
_DIGITS: Final = 8
"""Digits of a digest that say its place: as good as chance, since a sha256 is."""


class MetContents:
    """The places of contents that were sent. Of a million, one in thirty others is taken for sent too."""

    def __init__(self) -> None:
        self._taken = bytearray(_PLACES // 8)

    def add(self, digests: Iterable[str]) -> None:
        """Note contents that begin to be sent."""
        taken = self._taken
        for digest in digests:
            place = int(digest[:_DIGITS], 16) % _PLACES
            taken[place >> 3] |= 1 << (place & 7)

    def never_met(self, digests: Iterable[str]) -> frozenset[str]:
        """Return those that were not sent for sure."""
        taken = self._taken
        places = ((digest, int(digest[:_DIGITS], 16) % _PLACES) for digest in digests)
        return frozenset(digest for digest, place in places if not taken[place >> 3] & 1 << (place & 7))

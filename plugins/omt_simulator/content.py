"""What files hold: office-like bytes, cheap to make, some of them compressible and some of them equal."""

from __future__ import annotations

import random

from omt_simulator.chance import stream

MEDIAN_BYTES = 20_000
SPREAD = 1.15
"""Sigma of the log-normal sizes; with the cap it keeps the mean near 40 KB."""

LARGEST_BYTES = 4_000_000
SMALLEST_BYTES = 200
DUPLICATES = 0.03
"""Share of files whose content another file has too."""

SHARING_BLOCK = 100
"""Such files among so many neighbouring numbers have the same content."""

_POOL_BYTES = 1 << 20
_SIGNATURES = {
    "docx": b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml",
    "xlsx": b"PK\x03\x04\x14\x00\x06\x00xl/workbook.xml",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
}
_COMPRESSED = frozenset({"docx", "xlsx", "pdf"})
_WORDS = (
    "kunde",
    "avtale",
    "leveranse",
    "møte",
    "tilbud",
    "vilkår",
    "pris",
    "uke",
    "signert",
    "vedlegg",
    "frist",
    "år",
)


class Contents:
    """Makes contents of noise, which is new in each file, and of pieces of prose from a seeded pool."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        chance = stream(seed, "content pool")
        prose = " ".join(chance.choices(_WORDS, k=_POOL_BYTES // 6)).encode()
        self._prose = (prose * (_POOL_BYTES // len(prose) + 1))[:_POOL_BYTES]

    def make(self, key: object, extension: str, size: int | None = None) -> bytes:
        """Return the content named by `key`, the same for the same key; of log-normal size when none is given.

        Keys are numbers where some contents are to be equal.
        """
        chance = stream(self._seed, "content", key)
        if size is None:
            if isinstance(key, int) and chance.random() < DUPLICATES:
                key = f"shared {key // SHARING_BLOCK}"
                extension = "docx"
                chance = stream(self._seed, "content", key)
            size = round(min(LARGEST_BYTES, max(SMALLEST_BYTES, MEDIAN_BYTES * chance.lognormvariate(0, SPREAD))))
        kind = extension.lower()
        head = _SIGNATURES.get(kind, b"") + f"\r\n{self._seed}/{key}\r\n".encode()
        body = max(0, size - len(head))
        noise = round(body * (0.85 if kind in _COMPRESSED else 0.15))
        return b"".join((head, *self._cut(body - noise, chance), chance.randbytes(noise)))[:size]

    def _cut(self, length: int, chance: random.Random) -> list[bytes]:
        pieces = []
        while length > 0:
            start = chance.randrange(_POOL_BYTES // 2)
            pieces.append(self._prose[start : start + length])
            length -= len(pieces[-1])
        return pieces

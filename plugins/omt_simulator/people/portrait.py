"""Small valid PNG pictures without an image library (PNG specification: signature, IHDR, IDAT, IEND)."""

from __future__ import annotations

import struct
import zlib

SIDE = 32


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def portrait(colour: tuple[int, int, int]) -> bytes:
    """Return a square picture of a head and shoulders in one colour on grey."""
    middle = SIDE / 2
    rows = bytearray()
    for y in range(SIDE):
        rows.append(0)
        for x in range(SIDE):
            head = (x - middle) ** 2 + (y - SIDE * 0.35) ** 2 < (SIDE * 0.2) ** 2
            shoulders = (x - middle) ** 2 + (y - SIDE) ** 2 < (SIDE * 0.38) ** 2
            rows += bytes(colour) if head or shoulders else b"\xe6\xe6\xe6"
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")

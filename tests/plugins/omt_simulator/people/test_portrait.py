from __future__ import annotations

import struct
import zlib

from omt_simulator.people.portrait import SIDE, portrait


def test_a_portrait_is_a_whole_png_picture():
    picture = portrait((10, 120, 200))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    position, chunks = 8, {}
    while position < len(picture):
        (length,) = struct.unpack(">I", picture[position : position + 4])
        kind, content = picture[position + 4 : position + 8], picture[position + 8 : position + 8 + length]
        (check,) = struct.unpack(">I", picture[position + 8 + length : position + 12 + length])
        assert check == zlib.crc32(kind + content)
        chunks[kind] = content
        position += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    assert len(zlib.decompress(chunks[b"IDAT"])) == SIDE * (SIDE * 3 + 1)

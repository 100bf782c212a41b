"""A bundle on its way as one frame of zstd (RFC 8878), which ends where it lands: what is kept is the bundle.

What files have in common, such as the parts of the template that letters were made from, lies within the frame's window
and goes over the line once; packed one by one each of them would carry it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

import zstandard

from omt_protocol.bundle.headers import malformed

_LEVEL: Final = 3
"""Level 2 leaves 5 % more of office files at twice the speed, level 6 nothing less at two thirds of it."""

_WINDOW_LOG: Final = 23
"""8 MiB, which each decoder is asked to have memory for."""

_PIECE: Final = 256 << 10

_LONGEST_HEADER: Final = 18
_BLOCK_HEADER: Final = 3
_CHECKSUM: Final = 4
_ONE_BYTE_AGAIN: Final = 1
"""The type of a block that is one byte, and how often it comes (RFC 8878, 3.1.1.2.2)."""


def in_a_frame(bundle: memoryview) -> bytes:
    """Return a bundle as one frame, the same for the same bytes and the same zstd. Blocks, without Python's lock."""
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, source_size=len(bundle), window_log=_WINDOW_LOG, write_checksum=True
    )
    return zstandard.ZstdCompressor(compression_params=parameters).compress(bundle)


def out_of_a_frame(frame: BinaryIO, limit: int) -> Iterator[bytes]:
    """Yield the pieces of a bundle that a file holds as one frame; a frame that is cut off ends with what there is.

    Raises ProtocolError `bundle-malformed` where it is none, where something stands before or behind it, or where it
    becomes more than `limit` bytes; memory stays flat.
    """
    _refuse_what_is_behind(frame)
    left = limit
    with zstandard.ZstdDecompressor(max_window_size=1 << _WINDOW_LOG).stream_reader(frame, closefd=False) as reader:
        while piece := _next_piece(reader):
            left -= len(piece)
            if left < 0:
                raise malformed(f"it becomes more than {limit} bytes")
            yield piece


def _next_piece(reader: zstandard.ZstdDecompressionReader) -> bytes:
    try:
        return reader.read(_PIECE)
    except zstandard.ZstdError as error:
        raise malformed("it is not one frame of zstd") from error


def _refuse_what_is_behind(frame: BinaryIO) -> None:
    """Go from block to block to the end of the first frame: the decoder would go on with whatever frame comes next."""
    header = frame.read(_LONGEST_HEADER)
    if not header.startswith(zstandard.FRAME_HEADER):
        raise malformed("it is not one frame of zstd")
    try:
        place = zstandard.frame_header_size(header)
        checksum = _CHECKSUM if zstandard.get_frame_parameters(header).has_checksum else 0
    except zstandard.ZstdError as error:
        raise malformed("it is not one frame of zstd") from error
    last = False
    while not last:
        frame.seek(place)
        block = frame.read(_BLOCK_HEADER)
        if len(block) < _BLOCK_HEADER:
            break
        told = int.from_bytes(block, "little")
        last = bool(told & 1)
        place += _BLOCK_HEADER + (1 if told >> 1 & 3 == _ONE_BYTE_AGAIN else told >> 3)
    if last and frame.seek(0, io.SEEK_END) > place + checksum:
        raise malformed("something stands behind its frame of zstd")
    frame.seek(0)

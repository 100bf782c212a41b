"""Bundles: plain ustar archives of contents named by their sha256, the same bytes for the same members.

A bundle is made where its contents were read, so that no content is ever copied to be put beside another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from mmap import mmap
from typing import Final, TypeAlias

Buffer: TypeAlias = bytearray | mmap | memoryview
"""Memory that contents are read into."""

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)

_NAME: Final = slice(0, 64)
_SIZE: Final = slice(124, 135)
_SUM: Final = slice(148, 154)


def _template() -> bytes:
    header = bytearray(BLOCK)
    header[100:107] = b"0000644"
    header[108:115] = header[116:123] = b"0000000"
    header[136:147] = b"00000000000"
    header[148:156] = b"        "
    header[156:157] = b"0"
    header[257:265] = b"ustar\x0000"
    return bytes(header)


_TEMPLATE: Final = _template()
_TEMPLATE_SUM: Final = sum(_TEMPLATE)


def space(size: int) -> int:
    """Return how many bytes a member of `size` bytes takes in a bundle."""
    return BLOCK + -(-size // BLOCK) * BLOCK


def bundle_size(sizes: Iterable[int]) -> int:
    """Return the size of a bundle of members of these sizes."""
    return sum(map(space, sizes)) + len(END)


def bundle_digest(digests: Iterable[str]) -> str:
    """Return what a bundle of these members, in this order, is announced by (docs/reference/protocol.md, Uploads)."""
    return hashlib.sha256(bytes.fromhex("".join(digests))).hexdigest()


def build_bundle(buffer: Buffer, members: Sequence[tuple[str, int, int]]) -> int:
    """Make the buffer begin with a bundle of its contents (digest, offset, size); returns the bundle's size.

    The contents lie in this order, a block or more before each and two behind the last; what lies between them is lost.
    """
    position = 0
    with memoryview(buffer) as view:
        for digest, offset, size in members:
            begin, end = position + BLOCK, position + space(size)
            if offset != begin:
                view[begin : begin + size] = view[offset : offset + size]
            view[position:begin] = _header(digest, size)
            view[begin + size : end] = bytes(end - begin - size)
            position = end
        view[position : position + len(END)] = END
    return position + len(END)


def _header(digest: str, size: int) -> bytes:
    name, octal = digest.encode("ascii"), b"%011o" % size
    header = bytearray(_TEMPLATE)
    header[_NAME] = name
    header[_SIZE] = octal
    header[_SUM] = b"%06o" % (_TEMPLATE_SUM + sum(name) + sum(octal))
    header[154] = 0
    return bytes(header)

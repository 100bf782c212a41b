"""Bundles: plain ustar archives of contents named by their sha256, the same bytes for the same members.

A bundle is made where its contents were read, so that no content is ever copied to be put beside another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Final, TypeAlias

Buffer: TypeAlias = bytearray | mmap | memoryview
Pack: TypeAlias = "Callable[[memoryview], Packed | None]"
"""Memory that contents are read into."""

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)

_PACKED_NAME: Final = b".gz"
_SIZE: Final = slice(124, 135)
_SUM: Final = slice(148, 154)


@dataclass(frozen=True, slots=True)
class Packed:
    """A content as a member holds it that is packed (gzip)."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that lies in a buffer: its size, and what it is announced by."""

    size: int
    digest: str


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


def build_bundle(buffer: Buffer, members: Sequence[tuple[str, int, int]], pack: Pack | None = None) -> Bundle:
    """Make the buffer begin with a bundle of its contents (digest, offset, size), packing those that `pack` packs.

    The contents lie in this order, a block or more before each and two behind the last; what lies between them is lost.
    """
    position, told = 0, bytearray()
    with memoryview(buffer) as view:
        for digest, offset, size in members:
            packed = None
            if pack is not None:
                with view[offset : offset + size] as content:
                    packed = pack(content)
            begin = position + BLOCK
            told += bytes.fromhex(digest)
            if packed is None:
                name, stored = digest.encode("ascii"), size
                if offset != begin:
                    view[begin : begin + size] = view[offset : offset + size]
            else:
                name, stored = digest.encode("ascii") + _PACKED_NAME, len(packed.data)
                view[begin : begin + stored] = packed.data
                told += hashlib.sha256(packed.data).digest()
            end = position + space(stored)
            view[position:begin] = _header(name, stored)
            view[begin + stored : end] = bytes(end - begin - stored)
            position = end
        view[position : position + len(END)] = END
    return Bundle(position + len(END), hashlib.sha256(told).hexdigest())


def _header(name: bytes, size: int) -> bytes:
    octal = b"%011o" % size
    header = bytearray(_TEMPLATE)
    header[: len(name)] = name
    header[_SIZE] = octal
    header[_SUM] = b"%06o" % (_TEMPLATE_SUM + sum(name) + sum(octal))
    header[154] = 0
    return bytes(header)

"""Bundles: archives of contents named by their sha256 that any tool opens, the same bytes for the same members.

A bundle is made where its contents were read, so that no content is ever copied to be put beside another. It is a cpio
where the online side takes that, which needs a fifth of the bytes to hold members together, and else a plain ustar.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Final, NamedTuple, TypeAlias

Buffer: TypeAlias = bytearray | mmap | memoryview
"""Memory that contents are read into."""

_BLOCK: Final = 512
_SIZE: Final = slice(124, 135)
_SUM: Final = slice(148, 154)

_CPIO_HEAD: Final = b"070707" + b"0" * 12 + b"100644" + b"0" * 12 + b"000001" + b"0" * 17
"""All of a header in POSIX's cpio that is the same for each member; lengths of name and content follow."""

_CPIO_END: Final = b"070707" + b"0" * 30 + b"000001" + b"0" * 17 + b"000013" + b"0" * 11 + b"TRAILER!!!\0"


class Framing(NamedTuple):
    """What holds members together, in bytes.

    `head` before each, and zeros behind it up to a multiple of `align`; then `end`. `sign` begins what the bundle is
    announced by, so that the same members in another framing are another bundle.
    """

    head: int
    align: int
    end: bytes
    sign: bytes

    @property
    def layout(self) -> tuple[int, int]:
        """How contents are to lie in memory to become such a bundle."""
        return self.head, self.align

    def space(self, size: int) -> int:
        """Return how many bytes a member of `size` bytes takes in a bundle."""
        return self.head + -(-size // self.align) * self.align

    def bundle_size(self, sizes: Iterable[int]) -> int:
        """Return the size of a bundle of members of these sizes."""
        return sum(map(self.space, sizes)) + len(self.end)


USTAR: Final = Framing(_BLOCK, _BLOCK, bytes(2 * _BLOCK), b"")
CPIO: Final = Framing(len(_CPIO_HEAD) + 6 + 11 + 64 + 1, 1, _CPIO_END, b"cpio")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that lies in a buffer: its size, and what it is announced by."""

    size: int
    digest: str


def _template() -> bytes:
    header = bytearray(_BLOCK)
    header[100:107] = b"0000644"
    header[108:115] = header[116:123] = b"0000000"
    header[136:147] = b"00000000000"
    header[148:156] = b"        "
    header[156:157] = b"0"
    header[257:265] = b"ustar\x0000"
    return bytes(header)


_TEMPLATE: Final = _template()
_TEMPLATE_SUM: Final = sum(_TEMPLATE)


def build_bundle(buffer: Buffer, members: Sequence[tuple[str, int, int]], framing: Framing) -> Bundle:
    """Make the buffer begin with a bundle of its contents (digest, offset, size).

    The contents lie in this order, a head or more before each and an end behind the last; what lies between them is
    lost.
    """
    header = _ustar_header if framing is USTAR else _cpio_header
    position, told = 0, bytearray(framing.sign)
    with memoryview(buffer) as view:
        for digest, offset, size in members:
            told += bytes.fromhex(digest)
            head = header(digest.encode("ascii"), size)
            begin = position + len(head)
            if offset != begin:
                view[begin : begin + size] = view[offset : offset + size]
            view[position:begin] = head
            position = begin + size
            if filling := -position % framing.align:
                view[position : position + filling] = bytes(filling)
                position += filling
        view[position : position + len(framing.end)] = framing.end
    return Bundle(position + len(framing.end), hashlib.sha256(told).hexdigest())


def _ustar_header(name: bytes, size: int) -> bytes:
    octal = b"%011o" % size
    header = bytearray(_TEMPLATE)
    header[: len(name)] = name
    header[_SIZE] = octal
    header[_SUM] = b"%06o" % (_TEMPLATE_SUM + sum(name) + sum(octal))
    header[154] = 0
    return bytes(header)


def _cpio_header(name: bytes, size: int) -> bytes:
    return b"%s%06o%011o%s\0" % (_CPIO_HEAD, len(name) + 1, size, name)

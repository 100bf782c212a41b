"""Bundles: plain ustar archives of contents named by their sha256, the same bytes for the same members."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

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


def build_bundle(members: Sequence[tuple[str, bytes]]) -> tuple[bytes, str]:
    """Return a bundle of (digest, content) in this order, and its own sha256. Blocking: it copies and hashes."""
    pieces: list[bytes] = []
    for digest, content in members:
        pieces += (_header(digest, len(content)), content)
        if rest := len(content) % BLOCK:
            pieces.append(bytes(BLOCK - rest))
    pieces.append(END)
    whole = b"".join(pieces)
    return whole, hashlib.sha256(whole).hexdigest()


def _header(digest: str, size: int) -> bytes:
    name, octal = digest.encode("ascii"), b"%011o" % size
    header = bytearray(_TEMPLATE)
    header[_NAME] = name
    header[_SIZE] = octal
    header[_SUM] = b"%06o" % (_TEMPLATE_SUM + sum(name) + sum(octal))
    header[154] = 0
    return bytes(header)

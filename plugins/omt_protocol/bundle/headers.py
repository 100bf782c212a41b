"""What holds the members of a bundle together: the headers of ustar and of cpio, read strictly.

Of ustar every form is taken that hides nothing, so that any tool makes a bundle. Of cpio (the octal one of POSIX) it is
one form to the byte: a header there has no checksum, and so every byte of it is known or names the content.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from omt_protocol.protocol_error import ProtocolError

BLOCK = 512
RECORD = 20 * BLOCK
"""Archivers fill up to a whole record with zeros; that much padding is taken."""

FORMATS = ("ustar", "cpio", "zstd")
"""The forms of bundles that the tenant takes, as its capabilities say; `zstd` is either of the others in one frame."""

FIRST_BYTES = 76
"""By so many bytes the form of a bundle is told, and the length of a header."""

_NAME = re.compile(rb"([0-9a-f]{64})(?:\0{36}|(\.gz)\0{33})")
_OCTAL = re.compile(rb" *([0-7]{1,12})[ \0]*")
_SUM = re.compile(rb"([0-7]{6})\0 ")
"""The checksum of a header, which covers all of it but itself: in one form only, so that no byte of it is free."""

_CHECKSUM = slice(148, 156)
_REGULAR = b"0\0"

_CPIO_HEAD = b"070707" + b"0" * 12 + b"100644" + b"0" * 12 + b"000001" + b"0" * 17
_CPIO_END = b"070707" + b"0" * 30 + b"000001" + b"0" * 17 + b"000013" + b"0" * 11 + b"TRAILER!!!\0"
_CPIO_MEMBER = re.compile(
    re.escape(_CPIO_HEAD) + rb"(?:000101([0-7]{11})([0-9a-f]{64})|000104([0-7]{11})([0-9a-f]{64})\.gz)\0"
)
_CPIO_LENGTHS = {b"000101": FIRST_BYTES + 65, b"000104": FIRST_BYTES + 68, b"000013": FIRST_BYTES + 11}
_CPIO_NAME_LENGTH = slice(59, 65)
_CPIO_LEAST = FIRST_BYTES + 65
_CPIO_PACKED = FIRST_BYTES + 68


class Head(NamedTuple):
    """What a header tells: the sha256 of a content, whether it is packed, and how many bytes it takes."""

    digest: bytes
    packed: bool
    size: int


class HeaderFormat(NamedTuple):
    """One form: `sign` begins what such a bundle is announced by.

    `length` tells from a header's first bytes how long it is, and `read` what it says, None where it begins the end.
    Zeros stand behind each content up to a multiple of `align`, and as many as in `behind` behind the header that
    begins the end. Both raise ProtocolError, naming the position of the header.
    """

    sign: bytes
    align: int
    behind: range
    length: Callable[[bytes, int], int]
    read: Callable[[bytes, int], Head | None]


def format_of(first: bytes) -> HeaderFormat:
    """Tell the form of a bundle by its first bytes: a ustar begins with the digest of its first member."""
    return CPIO if first.startswith(_CPIO_HEAD) else USTAR


def format_at(offset: int) -> HeaderFormat:
    """Tell the form of a bundle by where its first content begins."""
    return USTAR if offset >= BLOCK else CPIO


def packed_size(before: bytes) -> int | None:
    """Return how many bytes a member takes that is packed, by what stands before it; None for one that is not.

    `before` are the 512 bytes before a content, or all that there are.
    """
    for read, length in ((_read_cpio, _CPIO_PACKED), (_read_ustar, BLOCK)):
        try:
            head = read(before[-length:], 0)
        except ProtocolError:
            continue
        if head is not None and head.packed:
            return head.size
    return None


def malformed(reason: str) -> ProtocolError:
    """Say why something is not a bundle."""
    return ProtocolError(
        400,
        "bundle-malformed",
        f"The bundle was not taken: {reason}.",
        "Send a plain ustar archive of regular files, each named by the sha256 of its content (and .gz if packed), or a"
        " cpio exactly as `omt help protocol` has it.",
    )


def _ustar_length(_header: bytes, _position: int) -> int:
    return BLOCK


def _read_ustar(header: bytes, position: int) -> Head | None:
    if len(header) == BLOCK and not any(header):
        return None
    name = _NAME.fullmatch(header[:100])
    size = _OCTAL.fullmatch(header[124:136])
    checksum = _SUM.fullmatch(header[_CHECKSUM])
    if header[257:265] != b"ustar\x0000" or checksum is None or size is None:
        raise malformed(f"the block at byte {position} is not a header of ustar")
    if int(checksum[1], 8) != _sum(header) - sum(header[_CHECKSUM]) + 8 * ord(" "):
        raise malformed(f"the header at byte {position} is damaged")
    if name is None or header[156] not in _REGULAR or (header[157:257] + header[345:500]).strip(b"\0"):
        raise malformed(f"the member at byte {position} is not a regular file named by a sha256")
    return Head(bytes.fromhex(name[1].decode()), name[2] is not None, int(size[1], 8))


def _sum(header: bytes) -> int:
    # The lower half of Adler-32 is one more than the sum as long as that is below 65,521, as it is of ASCII.
    return (zlib.adler32(header) & 0xFFFF) - 1 if header.isascii() else sum(header)


def _cpio_length(header: bytes, position: int) -> int:
    length = _CPIO_LENGTHS.get(header[_CPIO_NAME_LENGTH])
    if length is None:
        raise _no_cpio(position)
    return length


def _read_cpio(header: bytes, position: int) -> Head | None:
    found = _CPIO_MEMBER.fullmatch(header)
    if found is not None:
        size, digest, packed_bytes, packed = found.groups()
        if packed is None:
            return Head(bytes.fromhex(digest.decode()), packed=False, size=int(size, 8))
        return Head(bytes.fromhex(packed.decode()), packed=True, size=int(packed_bytes, 8))
    if header != _CPIO_END:
        raise _no_cpio(position)
    return None


def _no_cpio(position: int) -> ProtocolError:
    return malformed(f"at byte {position} there is no header of cpio as a bundle has them")


USTAR = HeaderFormat(b"", BLOCK, range(BLOCK, BLOCK + RECORD + 1, BLOCK), _ustar_length, _read_ustar)
CPIO = HeaderFormat(b"cpio", 1, range(1), _cpio_length, _read_cpio)

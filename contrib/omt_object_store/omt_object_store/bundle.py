"""Bundles: plain ustar archives whose members are contents named by their sha256 (docs/reference/protocol.md, Uploads).

Read strictly: a bundle is kept as it came, as one pack, so nothing may hide in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from omt_core.api import OnlineRefusedError, UploadMismatchError

_BLOCK: Final = 512
_RECORD: Final = 20 * _BLOCK
_NAME: Final = re.compile(rb"([0-9a-f]{64})\0{36}")
_OCTAL: Final = re.compile(rb" *([0-7]{1,12})[ \0]*")
_CHECKSUM: Final = slice(148, 156)
_REGULAR: Final = b"0\0"


class Member(NamedTuple):
    """A content inside a pack: its sha256, its size, and where its bytes begin, counted from the pack's start."""

    digest: str
    size: int
    offset: int


def bundle_digest(members: Iterable[Member]) -> str:
    """Return what a bundle is announced by: the sha256 of its members' digests, 32 bytes each, one after another."""
    return hashlib.sha256(b"".join(bytes.fromhex(member.digest) for member in members)).hexdigest()


def verify_bundle(content: bytes, *, member_bytes: int) -> list[Member]:
    """Return the members of a bundle after checking its form and every member's digest.

    Raises `OnlineRefusedError` `bundle-malformed` or `too-large`, and `UploadMismatchError` `content-mismatch`.
    """
    with memoryview(content) as view:
        members = list(_members(view, member_bytes))
        differing = sum(_sha256(view, member) != member.digest for member in members)
    if not members:
        raise _malformed("it holds nothing")
    if differing:
        raise UploadMismatchError(
            "content-mismatch",
            f"{differing} of {len(members)} members are not what their names say; nothing of the bundle was kept.",
            "Read the files again and send them in a new bundle.",
        )
    return members


def _sha256(view: memoryview, member: Member) -> str:
    with view[member.offset : member.offset + member.size] as content:
        return hashlib.sha256(content).hexdigest()


def _members(view: memoryview, member_bytes: int) -> Iterator[Member]:
    position = 0
    while True:
        header = bytes(view[position : position + _BLOCK])
        if len(header) < _BLOCK:
            raise _malformed("it ends without two blocks of zeros")
        if not any(header):
            _check_end(bytes(view[position:]))
            return
        digest, size = _header(header, position)
        if size > member_bytes:
            raise OnlineRefusedError(
                "too-large", f"A member of {size} bytes is too large for a bundle.", "Send it as a file."
            )
        position += _BLOCK
        after = position + -(-size // _BLOCK) * _BLOCK
        if after > len(view) or bytes(view[position + size : after]).strip(b"\0"):
            raise _malformed(f"the member at byte {position} is cut off, or something stands behind it")
        yield Member(digest, size, position)
        position = after


def _header(header: bytes, position: int) -> tuple[str, int]:
    name, size = _NAME.fullmatch(header[:100]), _OCTAL.fullmatch(header[124:136])
    checksum = _OCTAL.fullmatch(header[_CHECKSUM])
    if header[257:265] != b"ustar\x0000" or checksum is None or size is None:
        raise _malformed(f"the block at byte {position} is not a header of ustar")
    if int(checksum[1], 8) != sum(header) - sum(header[_CHECKSUM]) + 8 * ord(" "):
        raise _malformed(f"the header at byte {position} is damaged")
    if name is None or header[156] not in _REGULAR or (header[157:257] + header[345:500]).strip(b"\0"):
        raise _malformed(f"the member at byte {position} is not a regular file named by a sha256")
    return name[1].decode(), int(size[1], 8)


def _check_end(rest: bytes) -> None:
    if not 2 * _BLOCK <= len(rest) <= 2 * _BLOCK + _RECORD or len(rest) % _BLOCK or rest.strip(b"\0"):
        raise _malformed("it must end with two blocks of zeros and nothing behind them but a record's padding")


def _malformed(reason: str) -> OnlineRefusedError:
    return OnlineRefusedError(
        "bundle-malformed",
        f"The bundle was not taken: {reason}.",
        "Send a plain ustar archive of regular files, each named by the sha256 of its content.",
    )

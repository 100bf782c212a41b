"""Bundles: plain ustar archives whose members are contents named by their sha256 (docs/reference/protocol.md, Uploads).

Read strictly and without copying: a bundle is kept as it came, so nothing may hide in it.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from omt_online.server.protocol_error import CHECKSUM_MISMATCH, ProtocolError

BLOCK = 512
RECORD = 20 * BLOCK
"""Archivers fill up to a whole record with zeros; that much padding is taken."""

_NAME = re.compile(rb"([0-9a-f]{64})\0{36}")
_OCTAL = re.compile(rb" *([0-7]{1,12})[ \0]*")
_CHECKSUM = slice(148, 156)
_REGULAR = b"0\0"


@dataclass(frozen=True, slots=True)
class Member:
    """A content inside a pack: `offset` is where its bytes begin, counted from the pack's start."""

    digest: bytes
    size: int
    offset: int


def verify_bundle(path: Path, *, member_bytes: int) -> list[Member]:
    """Return the members of a bundle after checking its form and every member's digest.

    Raises ProtocolError: `bundle-malformed`, `too-large`, or `content-mismatch` with the digests that differ.
    """
    with path.open("rb") as file:
        if path.stat().st_size < 2 * BLOCK:
            raise _malformed("it is too short to be an archive")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            members = list(_members(view, member_bytes))
            differing = [member.digest.hex() for member in members if _digest(view, member) != member.digest]
    if not members:
        raise _malformed("it holds nothing")
    if differing:
        raise ProtocolError(
            CHECKSUM_MISMATCH,
            "content-mismatch",
            f"{len(differing)} of {len(members)} members are not what their names say; nothing of the bundle was kept.",
            "Read the files again and send them in a new bundle.",
            fields={"digests": differing},
        )
    return members


def bundle_digest(members: Iterable[Member]) -> str:
    """Return what a bundle is announced by and kept as: the sha256 of its members' digests, one after another."""
    return hashlib.sha256(b"".join(member.digest for member in members)).hexdigest()


def _digest(view: memoryview, member: Member) -> bytes:
    with view[member.offset : member.offset + member.size] as content:
        return hashlib.sha256(content).digest()


def _members(view: memoryview, member_bytes: int) -> Iterator[Member]:
    position = 0
    while True:
        header = bytes(view[position : position + BLOCK])
        if len(header) < BLOCK:
            raise _malformed("it ends without two blocks of zeros")
        if not any(header):
            _check_end(bytes(view[position : position + 2 * BLOCK + RECORD + 1]))
            return
        digest, size = _read_header(header, position)
        if size > member_bytes:
            raise ProtocolError(
                413, "too-large", f"A member of {size} bytes is too large for a bundle.", "Send it as a file."
            )
        position += BLOCK
        after = position + -(-size // BLOCK) * BLOCK
        if after > len(view):
            raise _malformed(f"the member at byte {position} is cut off")
        if bytes(view[position + size : after]).strip(b"\0"):
            raise _malformed(f"there is something behind the member at byte {position}")
        yield Member(digest, size, position)
        position = after


def _read_header(header: bytes, position: int) -> tuple[bytes, int]:
    name = _NAME.fullmatch(header[:100])
    size = _OCTAL.fullmatch(header[124:136])
    checksum = _OCTAL.fullmatch(header[_CHECKSUM])
    if header[257:265] != b"ustar\x0000" or checksum is None or size is None:
        raise _malformed(f"the block at byte {position} is not a header of ustar")
    if int(checksum[1], 8) != sum(header) - sum(header[_CHECKSUM]) + 8 * ord(" "):
        raise _malformed(f"the header at byte {position} is damaged")
    if name is None or header[156] not in _REGULAR or (header[157:257] + header[345:500]).strip(b"\0"):
        raise _malformed(f"the member at byte {position} is not a regular file named by a sha256")
    return bytes.fromhex(name[1].decode()), int(size[1], 8)


def _check_end(rest: bytes) -> None:
    if not 2 * BLOCK <= len(rest) <= 2 * BLOCK + RECORD or len(rest) % BLOCK or rest.strip(b"\0"):
        raise _malformed("it must end with two blocks of zeros and nothing behind them but a record's padding")


def _malformed(reason: str) -> ProtocolError:
    return ProtocolError(
        400,
        "bundle-malformed",
        f"The bundle was not taken: {reason}.",
        "Send a plain ustar archive of regular files, each named by the sha256 of its content.",
    )

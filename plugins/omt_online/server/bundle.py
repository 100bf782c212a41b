"""Bundles: plain ustar archives whose members are contents named by their sha256 (docs/reference/protocol.md, Uploads).

Read strictly, since a bundle is kept as it came and nothing may hide in it; and while it arrives, so that no byte is
read twice.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from omt_online.server.packed import Unpacker, UnpackingError
from omt_online.server.protocol_error import CHECKSUM_MISMATCH, ProtocolError

BLOCK = 512
RECORD = 20 * BLOCK
"""Archivers fill up to a whole record with zeros; that much padding is taken."""

_NAME = re.compile(rb"([0-9a-f]{64})(?:\0{36}|(\.gz)\0{33})")
_OCTAL = re.compile(rb" *([0-7]{1,12})[ \0]*")
_SUM = re.compile(rb"([0-7]{6})\0 ")
"""The checksum of a header, which covers all of it but itself: in one form only, so that no byte of it is free."""

_CHECKSUM = slice(148, 156)
_REGULAR = b"0\0"
_PIECE = 1 << 20


class Member(NamedTuple):
    """A content inside a pack: `offset` is where its bytes begin, counted from the pack's start.

    One that is packed takes `stored` bytes there, and `seal` is their sha256; else `size` and nothing.
    """

    digest: bytes
    size: int
    offset: int
    stored: int
    seal: bytes = b""


class BundleReader:
    """Checks the form of a bundle and every member's digest, piece by piece.

    What is wrong is told by `members` only: whether the pieces themselves arrived well is known first then.
    """

    __slots__ = (
        "_differing",
        "_end",
        "_fault",
        "_hasher",
        "_header",
        "_left",
        "_member_bytes",
        "_members",
        "_padding",
        "_position",
        "_unpacker",
    )

    def __init__(self, *, member_bytes: int) -> None:
        """Begin a bundle whose members may have `member_bytes` each."""
        self._member_bytes = member_bytes
        self._members: list[Member] = []
        self._differing: list[str] = []
        self._fault: ProtocolError | None = None
        self._position = 0
        self._header = b""
        self._hasher = hashlib.sha256()
        self._unpacker: Unpacker | None = None
        self._left = self._padding = 0
        self._end: int | None = None

    def copy(self) -> BundleReader:
        """Return one that goes on from here by itself."""
        twin = BundleReader(member_bytes=self._member_bytes)
        twin._members, twin._differing = self._members.copy(), self._differing.copy()
        twin._fault, twin._position, twin._header = self._fault, self._position, self._header
        twin._hasher, twin._left, twin._padding, twin._end = self._hasher.copy(), self._left, self._padding, self._end
        twin._unpacker = None if self._unpacker is None else self._unpacker.copy()
        return twin

    def update(self, piece: bytes | memoryview, /) -> None:
        """Take the next bytes."""
        if self._fault is None:
            try:
                with memoryview(piece) as view:
                    self._take(view)
            except ProtocolError as error:
                self._fault = error

    def members(self) -> list[Member]:
        """Return the members of a bundle that has come to its end.

        Raises ProtocolError: `bundle-malformed`, `too-large`, or `content-mismatch` with the digests that differ.
        """
        if self._fault is not None:
            raise self._fault
        if self._left or self._padding:
            raise _malformed(f"the member at byte {self._members[-1].offset} is cut off")
        if self._end is None or self._end < 2 * BLOCK:
            raise _malformed("it ends without two blocks of zeros")
        if self._end % BLOCK:
            raise _bad_end()
        if not self._members:
            raise _malformed("it holds nothing")
        if self._differing:
            raise ProtocolError(
                CHECKSUM_MISMATCH,
                "content-mismatch",
                f"{len(self._differing)} of {len(self._members)} members are not what their names say; nothing of the"
                " bundle was kept.",
                "Read the files again and send them in a new bundle.",
                fields={"digests": self._differing},
            )
        return self._members

    def _take(self, view: memoryview) -> None:
        at, size = 0, len(view)
        while at < size:
            if self._left:
                step = min(self._left, size - at)
                self._take_content(view[at : at + step])
                self._left -= step
                if not self._left:
                    self._close_member()
            elif self._padding:
                step = min(self._padding, size - at)
                if bytes(view[at : at + step]).strip(b"\0"):
                    raise _malformed(f"there is something behind the member at byte {self._members[-1].offset}")
                self._padding -= step
            elif self._end is None:
                step = min(BLOCK - len(self._header), size - at)
                self._header += view[at : at + step]
                if len(self._header) == BLOCK:
                    self._open_member(self._header, self._position + step)
                    self._header = b""
            else:
                step = size - at
                self._end += step
                if self._end > 2 * BLOCK + RECORD or bytes(view[at:]).strip(b"\0"):
                    raise _bad_end()
            at += step
            self._position += step

    def _open_member(self, header: bytes, offset: int) -> None:
        if not any(header):
            self._end = BLOCK
            return
        digest, packed, size = _read_header(header, offset - BLOCK)
        if size > self._member_bytes:
            raise ProtocolError(
                413, "too-large", f"A member of {size} bytes is too large for a bundle.", "Send it as a file."
            )
        self._members.append(Member(digest, size, offset, size))
        self._unpacker = Unpacker(self._member_bytes) if packed else None
        self._hasher = hashlib.sha256()
        self._left, self._padding = size, -size % BLOCK
        if not size:
            self._close_member()

    def _take_content(self, piece: memoryview) -> None:
        if self._unpacker is None:
            self._hasher.update(piece)
            return
        try:
            self._unpacker.update(piece)
        except UnpackingError as error:
            raise _malformed(f"the member at byte {self._members[-1].offset} {error}") from error

    def _close_member(self) -> None:
        member = self._members[-1]
        found = self._hasher.digest()
        if self._unpacker is not None:
            try:
                found, seal = self._unpacker.finish()
            except UnpackingError as error:
                raise _malformed(f"the member at byte {member.offset} {error}") from error
            self._members[-1] = member._replace(size=self._unpacker.size, seal=seal)
            self._unpacker = None
        if found != member.digest:
            self._differing.append(member.digest.hex())


def verify_bundle(path: Path, *, member_bytes: int) -> list[Member]:
    """Return the members of a bundle in a file after checking its form and every member's digest.

    Raises what `BundleReader.members` raises.
    """
    reader = BundleReader(member_bytes=member_bytes)
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            reader.update(piece)
    return reader.members()


def bundle_digest(members: Iterable[Member]) -> str:
    """Return what a bundle is announced by and kept as: the sha256 of its members' digests, one after another.

    Behind that of a packed member stands that of how it is packed, so that every byte of a pack is vouched for.
    """
    return hashlib.sha256(b"".join(member.digest + member.seal for member in members)).hexdigest()


def packed_size(header: bytes) -> int | None:
    """Return how many bytes a member takes that is packed, by its header; None for one that is not, or no header."""
    try:
        _, packed, size = _read_header(header, 0)
    except ProtocolError:
        return None
    return size if packed else None


def _read_header(header: bytes, position: int) -> tuple[bytes, bool, int]:
    name = _NAME.fullmatch(header[:100])
    size = _OCTAL.fullmatch(header[124:136])
    checksum = _SUM.fullmatch(header[_CHECKSUM])
    if header[257:265] != b"ustar\x0000" or checksum is None or size is None:
        raise _malformed(f"the block at byte {position} is not a header of ustar")
    if int(checksum[1], 8) != _sum(header) - sum(header[_CHECKSUM]) + 8 * ord(" "):
        raise _malformed(f"the header at byte {position} is damaged")
    if name is None or header[156] not in _REGULAR or (header[157:257] + header[345:500]).strip(b"\0"):
        raise _malformed(f"the member at byte {position} is not a regular file named by a sha256")
    return bytes.fromhex(name[1].decode()), name[2] is not None, int(size[1], 8)


def _sum(header: bytes) -> int:
    # The lower half of Adler-32 is one more than the sum as long as that is below 65,521, as it is of ASCII.
    return (zlib.adler32(header) & 0xFFFF) - 1 if header.isascii() else sum(header)


def _bad_end() -> ProtocolError:
    return _malformed("it must end with two blocks of zeros and nothing behind them but a record's padding")


def _malformed(reason: str) -> ProtocolError:
    return ProtocolError(
        400,
        "bundle-malformed",
        f"The bundle was not taken: {reason}.",
        "Send a plain ustar archive of regular files, each named by the sha256 of its content (and .gz if packed).",
    )

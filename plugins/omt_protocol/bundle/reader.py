"""Bundles: archives whose members are contents named by their sha256 (docs/reference/protocol.md, Uploads).

Read strictly, since a bundle is kept as it came and nothing may hide in it; and while it arrives, so that no byte is
read twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from omt_protocol.bundle.headers import FIRST_BYTES, USTAR, HeaderFormat, format_at, format_of, malformed
from omt_protocol.bundle.packed import Unpacker, UnpackingError
from omt_protocol.protocol_error import CHECKSUM_MISMATCH, ProtocolError

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
        "_behind",
        "_differing",
        "_fault",
        "_format",
        "_hasher",
        "_header",
        "_left",
        "_member_bytes",
        "_members",
        "_padding",
        "_plain",
        "_position",
        "_unpacker",
        "_wanted",
    )

    def __init__(self, *, member_bytes: int, plain: bool = False) -> None:
        """Begin a bundle whose members may have `member_bytes` each; a `plain` one is a ustar of unpacked members."""
        self._member_bytes = member_bytes
        self._plain = plain
        self._members: list[Member] = []
        self._differing: list[str] = []
        self._fault: ProtocolError | None = None
        self._position = 0
        self._header = b""
        self._hasher = hashlib.sha256()
        self._unpacker: Unpacker | None = None
        self._left = self._padding = 0
        self._format: HeaderFormat = USTAR
        self._wanted = FIRST_BYTES
        self._behind: int | None = None

    def copy(self) -> BundleReader:
        """Return one that goes on from here by itself."""
        twin = BundleReader(member_bytes=self._member_bytes, plain=self._plain)
        twin._members, twin._differing = self._members.copy(), self._differing.copy()
        twin._fault, twin._position, twin._header = self._fault, self._position, self._header
        twin._hasher, twin._left, twin._padding = self._hasher.copy(), self._left, self._padding
        twin._format, twin._wanted, twin._behind = self._format, self._wanted, self._behind
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
            raise malformed(f"the member at byte {self._members[-1].offset} is cut off")
        if self._behind is None or self._behind not in self._format.behind:
            raise _bad_end()
        if not self._members:
            raise malformed("it holds nothing")
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
                    raise malformed(f"there is something behind the member at byte {self._members[-1].offset}")
                self._padding -= step
            elif self._behind is None:
                step = min(self._wanted - len(self._header), size - at)
                self._header += view[at : at + step]
                if len(self._header) == self._wanted:
                    self._take_header(self._position + step)
            else:
                step = size - at
                self._behind += step
                if self._behind > self._format.behind[-1] or bytes(view[at:]).strip(b"\0"):
                    raise _bad_end()
            at += step
            self._position += step

    def _take_header(self, offset: int) -> None:
        """Take a header that ends at `offset`, or the first bytes of one."""
        header = self._header
        begin = offset - len(header)
        if not begin:
            self._format = format_of(header)
        self._wanted = self._format.length(header, begin)
        if len(header) < self._wanted:
            return
        self._header, self._wanted = b"", FIRST_BYTES
        head = self._format.read(header, begin)
        if head is None:
            self._behind = 0
            return
        digest, packed, size = head
        if self._plain and (packed or self._format is not USTAR):
            raise malformed("it is no plain ustar, which is all that is taken here")
        if size > self._member_bytes:
            raise ProtocolError(
                413, "too-large", f"A member of {size} bytes is too large for a bundle.", "Send it as a file."
            )
        self._members.append(Member(digest, size, offset, size))
        self._unpacker = Unpacker(self._member_bytes) if packed else None
        self._hasher = hashlib.sha256()
        self._left, self._padding = size, -size % self._format.align
        if not size:
            self._close_member()

    def _take_content(self, piece: memoryview) -> None:
        if self._unpacker is None:
            self._hasher.update(piece)
            return
        try:
            self._unpacker.update(piece)
        except UnpackingError as error:
            raise malformed(f"the member at byte {self._members[-1].offset} {error}") from error

    def _close_member(self) -> None:
        member = self._members[-1]
        found = self._hasher.digest()
        if self._unpacker is not None:
            try:
                found, seal = self._unpacker.finish()
            except UnpackingError as error:
                raise malformed(f"the member at byte {member.offset} {error}") from error
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


def bundle_digest(members: Sequence[Member]) -> str:
    """Return what a bundle is announced by and kept as: the sha256 of its members' digests, one after another.

    Behind that of a packed member stands that of how it is packed, and before them all what tells a cpio from a ustar:
    so every byte of a pack is vouched for.
    """
    sign = format_at(members[0].offset).sign if members else b""
    return hashlib.sha256(sign + b"".join(member.digest + member.seal for member in members)).hexdigest()


def _bad_end() -> ProtocolError:
    return malformed("it must end as its form ends, with nothing behind that but the zeros of a ustar's last record")

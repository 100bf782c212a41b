"""Contents that travel and are kept packed (gzip), as members of a bundle named `<sha256>.gz`.

What counts is always the content: its sha256 names it, its size is the one that the index has.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from typing import BinaryIO, Final

from typing_extensions import override

ENCODINGS: Final = ("gzip",)
"""What the tenant unpacks, as its capabilities say."""

_GZIP = 31
"""What zlib calls gzip's form."""

_PIECE = 256 << 10


class UnpackingError(ValueError):
    """What was packed cannot be unpacked, or is more than allowed."""


class Unpacker:
    """Unpacks a content piece by piece, and takes the digests of it and of how it is packed; memory stays flat.

    `size` is that of the content so far; it is never more than `limit`, whatever the pieces would become.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._unpack = zlib.decompressobj(_GZIP)
        self._content = hashlib.sha256()
        self._seal = hashlib.sha256()
        self.size = 0

    def copy(self) -> Unpacker:
        """Return one that goes on from here by itself."""
        twin = Unpacker(self._limit)
        twin._unpack, twin._content, twin._seal = self._unpack.copy(), self._content.copy(), self._seal.copy()
        twin.size = self.size
        return twin

    def update(self, piece: bytes | memoryview) -> None:
        """Take the next packed bytes. Raises `UnpackingError`."""
        self._seal.update(piece)
        rest: bytes | memoryview = piece
        try:
            while rest and not self._unpack.eof:
                content = self._unpack.decompress(rest, _PIECE)
                rest = self._unpack.unconsumed_tail
                self._take(content)
        except zlib.error as error:
            raise UnpackingError("is not packed as its name says") from error
        if self._unpack.eof and (rest or self._unpack.unused_data):
            raise UnpackingError("has something behind what is packed")

    def finish(self) -> tuple[bytes, bytes]:
        """Return the sha256 of the content and that of what it is packed as. Raises `UnpackingError`."""
        try:
            while not self._unpack.eof and (content := self._unpack.decompress(b"", _PIECE)):
                self._take(content)
        except zlib.error as error:
            raise UnpackingError("is not packed as its name says") from error
        if not self._unpack.eof:
            raise UnpackingError("ends before it is unpacked")
        return self._content.digest(), self._seal.digest()

    def _take(self, content: bytes) -> None:
        self.size += len(content)
        if self.size > self._limit:
            raise UnpackingError(f"becomes more than {self._limit} bytes")
        self._content.update(content)


class PackedFile(gzip.GzipFile):
    """A packed content as a file, unpacked while it is read; owns the file that it lies in."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._packed = packed

    @override
    def read(self, size: int | None = -1) -> bytes:
        """Read on. Raises OSError where it is damaged."""
        try:
            return super().read(size)
        except (zlib.error, EOFError) as error:
            raise OSError(f"a packed content is damaged: {error}") from error

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Unpack up to there. Raises OSError where it is damaged."""
        try:
            return super().seek(offset, whence)
        except (zlib.error, EOFError) as error:
            raise OSError(f"a packed content is damaged: {error}") from error

    @override
    def close(self) -> None:
        super().close()
        self._packed.close()


def opened(packed: BinaryIO) -> BinaryIO:
    """Return a packed content as a file of its own content."""
    return io.BufferedReader(PackedFile(packed))

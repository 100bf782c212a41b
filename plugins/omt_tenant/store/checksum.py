"""The header Upload-Checksum: what guards one chunk on its way (tus' extension checksum)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from typing import Protocol

from omt_protocol.protocol_error import bad_request


class Hasher(Protocol):
    """What computes a checksum piece by piece."""

    def update(self, piece: bytes, /) -> None:
        """Take the next bytes."""
        ...

    def digest(self) -> bytes:
        """Return the checksum of all bytes so far."""
        ...


class Crc32:
    """CRC-32 as in zlib and PNG, four bytes, most significant first."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: bytes, /) -> None:
        """Take the next bytes."""
        self._value = zlib.crc32(piece, self._value)

    def digest(self) -> bytes:
        """Return the checksum of all bytes so far."""
        return self._value.to_bytes(4, "big")


def _sha1() -> Hasher:
    return hashlib.sha1(usedforsecurity=False)


CHECKSUMS: dict[str, Callable[[], Hasher]] = {"sha1": _sha1, "crc32": Crc32}
"""The algorithms by name: the one that tus demands, and one that costs next to nothing. Neither is what a content is
believed by: that is its sha256."""

SO_FAR = "sha256-so-far"
"""The sha256 of all bytes of a file up to the end of the chunk: both ends compute it anyway."""


ALGORITHMS = (*CHECKSUMS, SO_FAR)
"""All that the header may name, as `Tus-Checksum-Algorithm` tells them."""


class ExpectedChecksum:
    """A checksum that was announced, and the one that is being computed."""

    def __init__(self, header: str) -> None:
        """Read the header's value. Raises ProtocolError when it is malformed or of another algorithm."""
        algorithm, _, encoded = header.strip().partition(" ")
        self.so_far = algorithm == SO_FAR
        if not self.so_far and algorithm not in CHECKSUMS:
            raise bad_request(
                f"The checksum algorithm {algorithm[:40]!r} is not known.",
                f"Use one of: {', '.join(ALGORITHMS)}.",
            )
        self._hasher = hashlib.sha256() if self.so_far else CHECKSUMS[algorithm]()
        try:
            self._expected = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise bad_request("The value of Upload-Checksum is not base64.") from error
        if len(self._expected) != len(self._hasher.digest()):
            raise bad_request(f"The value of Upload-Checksum is not one of {algorithm}.")

    def update(self, piece: bytes) -> None:
        """Take the next bytes of the chunk, unless the checksum is that of the upload so far."""
        if not self.so_far:
            self._hasher.update(piece)

    def matches(self, so_far: hashlib._Hash | None) -> bool:
        """Tell whether what came is what was announced; `so_far` has seen the whole upload up to here, if it is a file.

        Raises ProtocolError where it is none, and that is what the checksum is of.
        """
        if not self.so_far:
            return self._hasher.digest() == self._expected
        if so_far is None:
            raise bad_request(f"The checksum {SO_FAR} is for uploads of the kind file only.")
        return so_far.digest() == self._expected

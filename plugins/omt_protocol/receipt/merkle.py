"""The Merkle tree hash of RFC 6962, section 2.1, over lines that are seen once."""

from __future__ import annotations

import hashlib


class MerkleTree:
    """Takes leaves one by one and keeps one hash per complete subtree: O(log n) memory for n leaves.

    `_subtrees` are the roots of complete subtrees, largest first, each with its number of leaves; their sizes are the
    powers of two in n, which is exactly how RFC 6962 splits n leaves.
    """

    def __init__(self) -> None:
        self._subtrees: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Append a leaf."""
        size, digest = 1, hashlib.sha256(b"\x00" + leaf).digest()
        while self._subtrees and self._subtrees[-1][0] == size:
            digest = hashlib.sha256(b"\x01" + self._subtrees.pop()[1] + digest).digest()
            size *= 2
        self._subtrees.append((size, digest))

    def root(self) -> str:
        """Return the root of what was added so far, as 64 hexadecimal digits."""
        if not self._subtrees:
            return hashlib.sha256(b"").hexdigest()
        digest = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            digest = hashlib.sha256(b"\x01" + left + digest).digest()
        return digest.hex()

"""What the lines of a manifest add up to: the numbers that its receipt repeats."""

from __future__ import annotations

import hashlib

from omt_core.api import ManifestEntry
from omt_protocol.receipt.header import FileTotals, ManifestSummary, TableTotals
from omt_protocol.receipt.manifest import DATABASE_STAGE
from omt_protocol.receipt.merkle import MerkleTree

FINGERPRINT_MODULUS = 1 << 128
"""The fingerprint of a table is the sum of those of its parts modulo this."""


class ManifestTotals:
    """Adds up lines in the order of the manifest. Memory grows with the number of tables only."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._tree = MerkleTree()
        self._entries = self._verified = self._bytes = self._left_behind = 0
        self._tables: dict[str, tuple[int, int]] = {}

    def add(self, line: bytes, entry: ManifestEntry) -> None:
        """Take the next line, without its line feed, and what it says."""
        self._digest.update(line + b"\n")
        self._tree.add(line)
        self._entries += 1
        if entry.part is not None:
            rows, total = self._tables.get(entry.part.table, (0, 0))
            total = (total + int(entry.part.fingerprint, 16)) % FINGERPRINT_MODULUS
            self._tables[entry.part.table] = (rows + entry.part.rows, total)
        elif entry.stage == DATABASE_STAGE:
            return
        elif entry.digest is None:
            self._left_behind += 1
        else:
            self._verified += 1
            self._bytes += entry.size

    def manifest(self) -> ManifestSummary:
        """Digest, number of lines and root so far."""
        return ManifestSummary(digest=self._digest.hexdigest(), entries=self._entries, root=self._tree.root())

    def files(self) -> FileTotals:
        """Files verified and left behind so far."""
        return FileTotals(verified=self._verified, bytes=self._bytes, left_behind=self._left_behind)

    def tables(self) -> tuple[TableTotals, ...]:
        """All tables so far, sorted by name."""
        return tuple(
            TableTotals(table=table, rows=rows, fingerprint=f"{total:032x}")
            for table, (rows, total) in sorted(self._tables.items())
        )

"""The receipt of docs/reference/receipt.md: what its header says, Merkle root included, and how it is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from omt_core.api import ManifestEntry

from omt_object_store.manifest_lines import DATABASE_STAGE, malformed

_FINGERPRINTS = 1 << 128


@dataclass(slots=True)
class MerkleTree:
    """The tree hash of RFC 6962, section 2.1, over lines that are seen once; keeps one hash per complete subtree."""

    _subtrees: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])

    def add(self, leaf: bytes) -> None:
        """Append a leaf."""
        size, digest = 1, hashlib.sha256(b"\x00" + leaf).digest()
        while self._subtrees and self._subtrees[-1][0] == size:
            digest = hashlib.sha256(b"\x01" + self._subtrees.pop()[1] + digest).digest()
            size *= 2
        self._subtrees.append((size, digest))

    def root(self) -> str:
        """Return the root of what was added so far."""
        if not self._subtrees:
            return hashlib.sha256(b"").hexdigest()
        digest = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            digest = hashlib.sha256(b"\x01" + left + digest).digest()
        return digest.hex()


class Totals:
    """What the lines of a migration's manifest add up to. Memory grows with the number of tables only."""

    def __init__(self) -> None:
        self.entries = self.files = self.bytes = self.left_behind = 0
        self._digest = hashlib.sha256()
        self._tree = MerkleTree()
        self._tables: dict[str, tuple[int, int]] = {}
        self._parts: dict[str, tuple[int, bool]] = {}

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(rows for rows, _ in self._tables.values())

    @property
    def digest(self) -> str:
        """The sha256 of the manifest."""
        return self._digest.hexdigest()

    def add(self, line: bytes, entry: ManifestEntry) -> None:
        """Take the next line, without its line feed, and what it says. Raises `OnlineRefusedError` for a wrong part."""
        self._digest.update(line + b"\n")
        self._tree.add(line)
        self.entries += 1
        part = entry.part
        if part is not None:
            number, last = self._parts.get(part.table, (0, False))
            if last or part.number != number + 1:
                raise malformed(f"the parts of the table {part.table} are not in order")
            self._parts[part.table] = (part.number, part.last)
            rows, fingerprint = self._tables.get(part.table, (0, 0))
            fingerprint = (fingerprint + int(part.fingerprint, 16)) % _FINGERPRINTS
            self._tables[part.table] = (rows + part.rows, fingerprint)
        elif entry.stage == DATABASE_STAGE:
            return
        elif entry.digest is None:
            self.left_behind += 1
        else:
            self.files += 1
            self.bytes += entry.size

    def finish(self) -> None:
        """Raise `OnlineRefusedError` where a table's last part is not there."""
        for table, (_, last) in self._parts.items():
            if not last:
                raise malformed(f"the last part of the table {table} is not there")

    def header(self) -> Mapping[str, object]:
        """Return the keys of the header that say what is in the manifest."""
        return {
            "manifest": {"digest": self.digest, "entries": self.entries, "root": self._tree.root()},
            "files": {"verified": self.files, "bytes": self.bytes, "left_behind": self.left_behind},
            "tables": [
                {"table": table, "rows": rows, "fingerprint": f"{fingerprint:032x}"}
                for table, (rows, fingerprint) in sorted(self._tables.items())
            ],
        }


def signed_receipt(header: Mapping[str, object], key: Ed25519PrivateKey) -> bytes:
    """Return the receipt's file."""
    return _canonical({"header": header, "signature": key.sign(_canonical(header)).hex()})


def is_signed_by(receipt: bytes, public_key: str) -> bool:
    """Tell whether a receipt is in canonical form and signed by this key (64 hexadecimal digits)."""
    try:
        record = json.loads(receipt)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(record["signature"]), _canonical(record["header"]))
    except (InvalidSignature, ValueError, KeyError, TypeError, RecursionError):
        return False
    return _canonical(record) == receipt


def _canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "backslashreplace")

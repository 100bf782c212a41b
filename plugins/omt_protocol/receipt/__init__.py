"""The receipt and its manifest: formats, Merkle root, signature, and how to check them (docs/reference/receipt.md)."""

from omt_protocol.receipt.check import ManifestCheck, Mismatch, check_manifest, check_signature
from omt_protocol.receipt.header import (
    Changes,
    FileTotals,
    ManifestSummary,
    ReceiptHeader,
    TableTotals,
    canonical,
    canonical_header,
)
from omt_protocol.receipt.manifest import (
    DATABASE_STAGE,
    ManifestLine,
    ManifestLineError,
    manifest_line,
    ordinary_columns,
    parse_line,
    read_manifest,
    write_manifest,
)
from omt_protocol.receipt.merkle import MerkleTree
from omt_protocol.receipt.signature import Receipt, ReceiptFormatError, parse_receipt, public_key_of, sign
from omt_protocol.receipt.totals import FINGERPRINT_MODULUS, ManifestTotals

__all__ = [
    "DATABASE_STAGE",
    "FINGERPRINT_MODULUS",
    "Changes",
    "FileTotals",
    "ManifestCheck",
    "ManifestLine",
    "ManifestLineError",
    "ManifestSummary",
    "ManifestTotals",
    "MerkleTree",
    "Mismatch",
    "Receipt",
    "ReceiptFormatError",
    "ReceiptHeader",
    "TableTotals",
    "canonical",
    "canonical_header",
    "check_manifest",
    "check_signature",
    "manifest_line",
    "ordinary_columns",
    "parse_line",
    "parse_receipt",
    "public_key_of",
    "read_manifest",
    "sign",
    "write_manifest",
]

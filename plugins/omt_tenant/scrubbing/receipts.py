"""Receipts with their manifests, also those of earlier completions, against the key and one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from omt_core.api import sentence
from omt_protocol.receipt import Mismatch, ReceiptFormatError, check_manifest, check_signature, parse_receipt
from omt_tenant.scrubbing.counts import CompletedCounts
from omt_tenant.scrubbing.damage import store_mismatch
from omt_tenant.store.identity import TenantIdentity
from omt_tenant.store.layout import TenantLayout

RECEIPT, MANIFEST = ".receipt.json", ".manifest.jsonl"


def scrub_receipts(
    layout: TenantLayout, identity: TenantIdentity | None, counts: CompletedCounts
) -> Iterator[Mismatch]:
    """Check every receipt and the manifest beside it; without an identity, which is damaged, by the receipt's own."""
    for path in sorted(layout.receipts.glob(f"*{RECEIPT}")):
        counts.receipts += 1
        manifest = path.with_name(path.name.removesuffix(RECEIPT) + MANIFEST)
        header = None
        try:
            receipt = parse_receipt(path.read_bytes())
        except (OSError, ReceiptFormatError) as error:
            yield store_mismatch(_key(path), "receipt", str(error))
        else:
            header = receipt.header
            key = header.public_key if identity is None else identity.public_key
            yield from _placed(check_signature(receipt, key), path)
            if identity is not None and header.tenant != identity.tenant:
                yield store_mismatch(
                    _key(path),
                    "header.tenant",
                    sentence("is {tenant}, not {expected}", tenant=header.tenant, expected=identity.tenant),
                )
        if not manifest.is_file():
            yield store_mismatch(_key(manifest), "file", sentence("is not there"))
        elif header is not None:
            yield from _placed(check_manifest(header, manifest), manifest)


def _placed(mismatches: Iterator[Mismatch], path: Path) -> Iterator[Mismatch]:
    for mismatch in mismatches:
        key = _key(path) + (f", {mismatch.key}" if mismatch.key else "")
        yield replace(mismatch, where="store", key=key)


def _key(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"

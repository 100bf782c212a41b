"""Checks a receipt and its manifest as docs/reference/receipt.md says, for suites: written from that page alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from omt_core.testing.harness import PluginFaultError

_KEYS: Final = {
    "changed_tables", "changes", "completed_at", "files", "format", "kind", "manifest", "migration", "omitted", "owner",
    "plugins", "public_key", "serial", "snapshot", "tables", "tenant", "waivers",
}  # fmt: skip
_FINGERPRINTS: Final = 1 << 128


def check_receipt(receipt: bytes, manifest: bytes, public_key: str) -> Mapping[str, Any]:
    """Return the header of a receipt that is signed by this key and fits its manifest.

    Raises `PluginFaultError` that says what does not fit.
    """
    record = json.loads(receipt)
    header = record["header"]
    _same("the receipt's canonical form", receipt, _canonical(record))
    _same("the keys of the header", set(header), _KEYS)
    _same("header.public_key", header["public_key"], public_key)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(record["signature"]), _canonical(header))
    except (InvalidSignature, ValueError) as error:
        raise PluginFaultError("The signature of the receipt does not fit its header and the key.") from error
    lines = manifest.split(b"\n")[:-1]
    _same("header.manifest", header["manifest"], _summary(manifest, lines))
    entries = [json.loads(line) for line in lines]
    places = [(entry["stage"], entry["key"]) for entry in entries]
    _same("the order of the manifest's lines", places, sorted(set(places)))
    files = [entry for entry in entries if entry["stage"] != "database"]
    stored = [entry for entry in files if entry["digest"] is not None]
    counted = {
        "verified": len(stored),
        "bytes": sum(entry["size"] for entry in stored),
        "left_behind": len(files) - len(stored),
    }
    _same("header.files", header["files"], counted)
    _same("header.tables", header["tables"], _tables(entries))
    return dict(header)


def _summary(manifest: bytes, lines: Sequence[bytes]) -> Mapping[str, object]:
    digest = hashlib.sha256(manifest).hexdigest()
    return {"digest": digest, "entries": len(lines), "root": _root(lines).hex()}


def _root(leaves: Sequence[bytes]) -> bytes:
    """Hash as RFC 6962, section 2.1, says it: by splitting."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + _root(leaves[:half]) + _root(leaves[half:])).digest()


def _tables(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, object]]:
    totals: dict[str, tuple[int, int]] = {}
    for part in (entry["part"] for entry in entries if "part" in entry):
        rows, fingerprint = totals.get(part["table"], (0, 0))
        totals[part["table"]] = (rows + part["rows"], (fingerprint + int(part["fingerprint"], 16)) % _FINGERPRINTS)
    return [
        {"table": table, "rows": rows, "fingerprint": f"{fingerprint:032x}"}
        for table, (rows, fingerprint) in sorted(totals.items())
    ]


def _canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "backslashreplace")


def _same(what: str, said: object, found: object) -> None:
    if said != found:
        raise PluginFaultError(f"Receipt and manifest do not fit: {what} is {said!r}, not {found!r}.")

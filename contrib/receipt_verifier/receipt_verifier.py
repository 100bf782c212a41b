"""Check the receipt of an OMT migration, its manifest, and the files that it is about, without OMT.

Written from docs/reference/receipt.md alone. Usage:

    python receipt_verifier.py receipt.json manifest.jsonl [--key HEX] [--archive DIR]...

Exit codes: 0 verified, 1 something differs, 2 a file cannot be read or the key is none.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER_KEYS = {
    *("format", "tenant", "migration", "kind", "owner", "serial", "completed_at", "snapshot", "manifest", "files"),
    *("tables", "changes", "changed_tables", "omitted", "plugins", "waivers", "public_key"),
}
ITEM_KEYS = ("stage", "key", "name", "size", "digest", "reason", "part")
PART_KEYS = ("table", "number", "rows", "fingerprint", "last", "omitted_columns")
FOLDERS: dict[str, tuple[str, ...]] = {"documents": (), "templates": ("TEMPLATE",)}
"""The stages whose files lie in an archive, and where below its folder."""

LINE_LIMIT = 1 << 20
FINGERPRINTS = 1 << 128


class DifferenceError(Exception):
    """Something is not what it must be; the message names it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(description="Check the receipt of a migration and its manifest.")
    parser.add_argument("receipt", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--key", metavar="HEX", help="the tenant's public key, 64 hexadecimal digits")
    parser.add_argument(
        "--archive", type=Path, metavar="DIR", action="append", default=[], help="an archive's folder; give all of them"
    )
    options = parser.parse_args(arguments)
    if options.key is not None and not is_hex(options.key.lower(), 64):
        parser.error("--key takes 64 hexadecimal digits")
    try:
        header = read_receipt(options.receipt.read_bytes(), options.key and options.key.lower())
        check_manifest(header, options.manifest)
        read = check_archive(options.manifest, options.archive) if options.archive else 0
    except OSError as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    except DifferenceError as error:
        print(f"NOT VERIFIED: {ascii_only(str(error))}")
        return 1
    entries, files, tables = header["manifest"]["entries"], header["files"]["verified"], len(header["tables"])
    print(f"Verified: {entries} entries, {files} files, {tables} tables.")
    if options.archive:
        print(f"Archive: {read} files read, all as migrated.")
    if options.key is None:
        print("No --key was given: the receipt is whole, but this does not show who signed it.")
    return 0


def read_receipt(content: bytes, key: str | None) -> dict[str, Any]:
    """Return the header once its form and signature are checked, against `key` or else the receipt's own."""
    record = read_object(content, "receipt")
    require(canonical(record) == content, "receipt: it is not in canonical form")
    require(set(record) == {"header", "signature"}, "receipt: it must have a header, a signature and nothing else")
    header, signature = record["header"], record["signature"]
    if not isinstance(header, dict) or set(header) != HEADER_KEYS:
        raise DifferenceError("receipt: header: its keys are not the known ones")
    require(header["format"] == "omt-receipt-1", "receipt: header.format: is not omt-receipt-1")
    require(is_hex(signature, 128), "receipt: signature: is not 128 hexadecimal digits")
    public_key = header["public_key"]
    require(is_hex(public_key, 64), "receipt: header.public_key: is not 64 hexadecimal digits")
    require(key in {None, public_key}, f"receipt: header.public_key: is {public_key}, not the key given")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), canonical(header)
        )
    except (InvalidSignature, ValueError):
        raise DifferenceError("receipt: signature: does not fit the header and the key") from None
    return header


def check_manifest(header: dict[str, Any], path: Path) -> None:
    """Check the manifest's lines, and that they add up to what the header says; memory stays flat."""
    digest, entries = hashlib.sha256(), 0
    tree: list[tuple[int, bytes]] = []
    files = {"verified": 0, "bytes": 0, "left_behind": 0}
    tables: dict[str, dict[str, Any]] = {}
    before: tuple[str, str] | None = None
    for number, line in lines_of(path):
        where = f"manifest: line {number}"
        item = read_item(line, where)
        place = (item["stage"], item["key"])
        require(
            before is None or before < place, f"{where}: {'/'.join(place)}: key: does not come after the line before"
        )
        before, entries = place, entries + 1
        digest.update(line + b"\n")
        add_leaf(tree, line)
        if "part" in item:
            add_part(tables, item["part"], f"{where}: {'/'.join(place)}")
        elif item["stage"] != "database":
            files["left_behind" if item["digest"] is None else "verified"] += 1
            files["bytes"] += 0 if item["digest"] is None else item["size"]
    for name, table in tables.items():
        require(table["last"], f"manifest: {name}: part.last: no part is the last")
    found = {
        "manifest": {"digest": digest.hexdigest(), "entries": entries, "root": root_of(tree)},
        "files": files,
        "tables": [
            {"table": name, "rows": table["rows"], "fingerprint": f"{table['sum'] % FINGERPRINTS:032x}"}
            for name, table in sorted(tables.items())
        ],
    }
    for field, value in found.items():
        require(header[field] == value, f"receipt: header.{field}: says {header[field]}, but the manifest has {value}")


def check_archive(manifest: Path, roots: Sequence[Path]) -> int:
    """Check that each document and template lies below one of the folders as it was migrated; return how many."""
    count = 0
    for number, line in lines_of(manifest):
        item = json.loads(line)
        if item["digest"] is None or item["stage"] not in FOLDERS:
            continue
        where = f"archive: line {number}: {item['stage']}/{item['key']}: {item['name']}"
        parts = (*FOLDERS[item["stage"]], *item["name"].split("/"))
        plain = not any(part in {"", ".", ".."} or set(part) & set("\\:\0") for part in parts)
        path = next((path for root in roots if plain and (path := root.joinpath(*parts)).is_file()), None)
        if path is None:
            raise DifferenceError(f"{where}: is not below the folders given")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        require(digest == item["digest"], f"{where}: has {digest}, but {item['digest']} was migrated")
        count += 1
    return count


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines without their line feeds."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LINE_LIMIT), b""), start=1):
            require(line.endswith(b"\n"), f"manifest: line {number}: is too long or has no line feed")
            yield number, line[:-1]


def read_item(line: bytes, where: str) -> dict[str, Any]:
    """Read a line and check that it is in canonical form."""
    item = read_object(line, where)
    ordered = {key: item[key] for key in ITEM_KEYS if key in item}
    require(set(ITEM_KEYS[:5]) <= set(item), f"{where}: keys: some are not there")
    for key in ("stage", "key", "name"):
        require(isinstance(item[key], str), f"{where}: {key}: is not a text")
    require(is_count(item["size"]), f"{where}: size: is not a whole number from 0 up")
    require(item["digest"] is None or is_hex(item["digest"], 64), f"{where}: digest: is not 64 hexadecimal digits")
    reason = item.get("reason")
    require((item["digest"] is None) == (isinstance(reason, str) and reason != ""), f"{where}: reason: does not fit")
    require("reason" not in item or item["digest"] is None, f"{where}: reason: stands beside a digest")
    if "part" in item:
        part = item["part"]
        require(
            isinstance(part, dict) and set(part) == set(PART_KEYS), f"{where}: part: its keys are not the known ones"
        )
        require(item["stage"] == "database", f"{where}: part: stands outside the stage database")
        require(isinstance(part["table"], str), f"{where}: part.table: is not a text")
        require(is_count(part["number"]) and is_count(part["rows"]), f"{where}: part: is not a whole number from 0 up")
        require(is_hex(part["fingerprint"], 32), f"{where}: part.fingerprint: is not 32 hexadecimal digits")
        require(isinstance(part["last"], bool), f"{where}: part.last: is neither true nor false")
        columns = part["omitted_columns"]
        require(
            isinstance(columns, list) and all(isinstance(name, str) for name in columns), f"{where}: omitted_columns"
        )
        ordered["part"] = {key: part[key] for key in PART_KEYS}
    require(
        in_utf8(json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))) == line, f"{where}: is not canonical"
    )
    return item


def add_part(tables: dict[str, dict[str, Any]], part: dict[str, Any], where: str) -> None:
    """Count a part of a table."""
    table = tables.setdefault(part["table"], {"number": 0, "rows": 0, "sum": 0, "last": False})
    follows = part["number"] == table["number"] + 1 and not table["last"]
    require(follows, f"{where}: part.number: does not follow the part before it")
    table.update(number=part["number"], rows=table["rows"] + part["rows"], last=part["last"])
    table["sum"] += int(part["fingerprint"], 16)


def add_leaf(tree: list[tuple[int, bytes]], line: bytes) -> None:
    """Add a leaf to the roots of complete subtrees, largest first (RFC 6962, section 2.1)."""
    size, digest = 1, hashlib.sha256(b"\x00" + line).digest()
    while tree and tree[-1][0] == size:
        digest, size = hashlib.sha256(b"\x01" + tree.pop()[1] + digest).digest(), size * 2
    tree.append((size, digest))


def root_of(tree: list[tuple[int, bytes]]) -> str:
    """Join the subtrees from the right."""
    if not tree:
        return hashlib.sha256(b"").hexdigest()
    digest = tree[-1][1]
    for _, left in reversed(tree[:-1]):
        digest = hashlib.sha256(b"\x01" + left + digest).digest()
    return digest.hex()


def read_object(content: bytes, where: str) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DifferenceError(f"{where}: is not JSON in UTF-8 ({type(error).__name__})") from None
    if not isinstance(record, dict):
        raise DifferenceError(f"{where}: is not a JSON object")
    return record


def canonical(value: object) -> bytes:
    """Return the canonical form of a receipt or its header."""
    return in_utf8(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def in_utf8(text: str) -> bytes:
    """Encode; lone surrogates are escaped."""
    return text.encode("utf-8", "backslashreplace")


def is_hex(value: object, digits: int) -> bool:
    """Tell whether this is so many hexadecimal digits in lower case."""
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{digits}}}", value) is not None


def is_count(value: object) -> bool:
    """Tell whether this is a whole number from 0 up."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def ascii_only(text: str) -> str:
    """Escape what a terminal could take for a command, or cannot show."""
    return text.encode("unicode_escape").decode("ascii")


def require(condition: bool, message: str) -> None:  # noqa: FBT001  # reads like an assertion, and is never left out
    """Raise unless the condition holds."""
    if not condition:
        raise DifferenceError(message)


if __name__ == "__main__":
    sys.exit(main())

"""Receipts with their manifests, and the database that is online, against what was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from omt_online.receipt import (
    ManifestLineError,
    Mismatch,
    ReceiptFormatError,
    ReceiptHeader,
    check_manifest,
    check_signature,
    parse_receipt,
    read_manifest,
)
from omt_online.server.importing import ImportedMigration, ImportSettings
from omt_online.server.importing.database_file import open_database
from omt_online.server.importing.fingerprint import columns_of, measure
from omt_online.server.layout import TenantLayout
from omt_online.server.scrubbing.index import TenantIndex

RECEIPT, MANIFEST = ".receipt.json", ".manifest.jsonl"


@dataclass(slots=True)
class CompletedCounts:
    """What was read."""

    receipts: int = 0
    tables: int = 0
    rows: int = 0


def scrub_receipts(layout: TenantLayout, public_key: str, counts: CompletedCounts) -> Iterator[Mismatch]:
    """Check every receipt, also of earlier completions, and the manifest beside it."""
    for path in sorted(layout.receipts.glob(f"*{RECEIPT}")):
        counts.receipts += 1
        manifest = path.with_name(path.name.removesuffix(RECEIPT) + MANIFEST)
        header = None
        try:
            receipt = parse_receipt(path.read_bytes())
        except (OSError, ReceiptFormatError) as error:
            yield _mismatch(path, "receipt", str(error))
        else:
            header = receipt.header
            yield from _placed(check_signature(receipt, public_key), path)
        if not manifest.is_file():
            yield _mismatch(manifest, "file", "is not there")
        elif header is not None:
            yield from _placed(check_manifest(header, manifest), manifest)


def scrub_online(
    online: ImportedMigration, index: TenantIndex, settings: ImportSettings, counts: CompletedCounts
) -> Iterator[Mismatch]:
    """Check that all that is online is stored, and that each table is the one that was signed."""
    try:
        header = parse_receipt(online.receipt.read_bytes()).header
    except (OSError, ReceiptFormatError) as error:
        yield _mismatch(online.receipt, "receipt", str(error))
        return
    try:
        for digest in index.unknown(_contents(online.manifest)):
            yield _mismatch(online.manifest, "digest", f"{digest} is not in the index with this size")
    except (OSError, ManifestLineError) as error:
        yield _mismatch(online.manifest, "line", str(error))
    if online.database.is_file():
        yield from _scrub_database(online.database, header, settings, counts)
    else:
        yield _mismatch(online.database, "file", "is not there")


def _contents(manifest: Path) -> Iterator[tuple[str, int]]:
    for line in read_manifest(manifest):
        if line.entry.digest is not None:
            yield line.entry.digest, line.entry.size


def _scrub_database(
    path: Path, header: ReceiptHeader, settings: ImportSettings, counts: CompletedCounts
) -> Iterator[Mismatch]:
    import duckdb  # noqa: PLC0415  # heavy, and only needed here

    promised = {table.table: table for table in (*header.tables, *header.changed_tables)}
    try:
        with open_database(path, settings, read_only=True) as connection:
            rows = connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal"
            ).fetchall()
            present = {row[0] for row in rows}
            for name in sorted(present | promised.keys()):
                if name not in present or name not in promised:
                    where = "the database" if name not in present else "the receipt"
                    yield _mismatch(path, f"table {name}", f"is not in {where}")
                    continue
                found = measure(connection, name, columns_of(connection, name))
                counts.tables += 1
                counts.rows += found.rows
                said = promised[name]
                if (found.rows, f"{found.fingerprint:032x}") != (said.rows, said.fingerprint):
                    message = f"has {found.rows} rows and the fingerprint {found.fingerprint:032x}, signed were {said}"
                    yield _mismatch(path, f"table {name}", message)
            users = connection.execute("SELECT count(*) FROM omt.users").fetchone()
            if users != (header.changes.users,):
                yield _mismatch(path, "table omt.users", f"has {users} rows, signed were {header.changes.users}")
    except duckdb.Error as error:
        yield _mismatch(path, "database", f"cannot be read: {error}")


def _placed(mismatches: Iterator[Mismatch], path: Path) -> Iterator[Mismatch]:
    for mismatch in mismatches:
        key = _key(path) + (f", {mismatch.key}" if mismatch.key else "")
        yield replace(mismatch, where="store", key=key)


def _mismatch(path: Path, field: str, message: str) -> Mismatch:
    return Mismatch(where="store", key=_key(path), field=field, message=message)


def _key(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"

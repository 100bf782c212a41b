"""The database that is online: the file as it was closed, and each table as it was signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from omt_protocol.receipt import Mismatch, ReceiptHeader
from omt_tenant.importing import ImportSettings
from omt_tenant.importing.database_file import open_database
from omt_tenant.importing.files import digest_file, digest_line
from omt_tenant.importing.fingerprint import columns_of, measure
from omt_tenant.importing.identifiers import stored_tables
from omt_tenant.scrubbing.counts import CompletedCounts
from omt_tenant.scrubbing.damage import store_mismatch


def scrub_database(
    path: Path, header: ReceiptHeader, settings: ImportSettings, counts: CompletedCounts
) -> Iterator[Mismatch]:
    """Check the file's digest, which covers what lies in no table too, then each table, so that it is named."""
    key, digest = f"databases/{path.name}", digest_file(path)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        yield store_mismatch(key, "file", f"is not there or cannot be read: {error.strerror}")
        return
    try:
        said = digest.read_bytes()
    except OSError as error:
        yield store_mismatch(f"databases/{digest.name}", "file", f"is not there or cannot be read: {error.strerror}")
    else:
        if said != digest_line(path, found):
            noted = said[:64].decode("ascii", "replace")
            yield store_mismatch(key, "digest", f"is {found}, but databases/{digest.name} says {noted}")
    yield from _tables(path, key, header, settings, counts)


def _tables(
    path: Path, key: str, header: ReceiptHeader, settings: ImportSettings, counts: CompletedCounts
) -> Iterator[Mismatch]:
    import duckdb  # noqa: PLC0415  # heavy, and only needed here

    promised = {table.table: table for table in (*header.tables, *header.changed_tables)}
    try:
        with open_database(path, settings, read_only=True) as connection:
            present = stored_tables(connection)
            for name in sorted(present.keys() | promised.keys()):
                if name not in present or name not in promised:
                    where = "the database" if name not in present else "the receipt"
                    yield store_mismatch(key, f"table {name}", f"is not in {where}")
                    continue
                found = measure(connection, present[name], columns_of(connection, present[name]))
                counts.tables += 1
                counts.rows += found.rows
                said = promised[name]
                if (found.rows, f"{found.fingerprint:032x}") != (said.rows, said.fingerprint):
                    message = f"has {found.rows} rows and the fingerprint {found.fingerprint:032x}, signed were {said}"
                    yield store_mismatch(key, f"table {name}", message)
            users = connection.execute("SELECT count(*) FROM omt.users").fetchone()
            if users != (header.changes.users,):
                yield store_mismatch(key, "table omt.users", f"has {users} rows, signed were {header.changes.users}")
    except duckdb.Error as error:
        yield store_mismatch(key, "database", f"cannot be read: {error}")

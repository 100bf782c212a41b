"""The database that is online: the file as it was closed, and each table as it was signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from omt_core.api import sentence
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
        yield store_mismatch(key, "file", sentence("is not there or cannot be read: {reason}", reason=error.strerror))
        return
    try:
        said = digest.read_bytes()
    except OSError as error:
        yield store_mismatch(
            f"databases/{digest.name}",
            "file",
            sentence("is not there or cannot be read: {reason}", reason=error.strerror),
        )
    else:
        if said != digest_line(path, found):
            noted = said[:64].decode("ascii", "replace")
            yield store_mismatch(
                key,
                "digest",
                sentence("is {found}, but databases/{file} says {noted}", found=found, file=digest.name, noted=noted),
            )
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
                    lacking = sentence("is not in the database" if name not in present else "is not in the receipt")
                    yield store_mismatch(key, f"table {name}", lacking)
                    continue
                found = measure(connection, present[name], columns_of(connection, present[name]))
                counts.tables += 1
                counts.rows += found.rows
                said = promised[name]
                if (found.rows, f"{found.fingerprint:032x}") != (said.rows, said.fingerprint):
                    message = sentence(
                        "has {rows:,} rows and the fingerprint {fingerprint}, signed were {signed}",
                        rows=found.rows,
                        fingerprint=f"{found.fingerprint:032x}",
                        signed=said,
                    )
                    yield store_mismatch(key, f"table {name}", message)
            users = connection.execute("SELECT count(*) FROM omt.users").fetchone()
            if users != (header.changes.users,):
                yield store_mismatch(
                    key,
                    "table omt.users",
                    sentence("has {rows:,} rows, signed were {signed:,}", rows=users, signed=header.changes.users),
                )
    except duckdb.Error as error:
        yield store_mismatch(key, "database", sentence("cannot be read: {reason}", reason=error))

"""The second step of an import: each table from its Parquet parts, held against what the tool said it sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from omt_online.receipt import FINGERPRINT_MODULUS
from omt_online.server.importing.fingerprint import VERSION, Measured, StoredColumn, has_row_ids, measure
from omt_online.server.importing.identifiers import quoted, table
from omt_online.server.importing.ports import StoredContents
from omt_online.server.importing.verification import PartToImport
from omt_online.server.importing.verification_failed import Detail, VerificationFailedError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COPY_BYTES = 1 << 20
SMALL_TABLE_BYTES = 1 << 20

_READ = "read_parquet(?, hive_partitioning = false, union_by_name = false, binary_as_string = false)"


def create_bookkeeping(connection: DuckDBPyConnection) -> None:
    """Make the tenant's own schema `omt`, apart from the customer's tables, if it is not there.

    `omt.tables` has a row for each table that was imported and verified.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS omt")
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS omt.tables
            ("table" VARCHAR NOT NULL, rows BIGINT NOT NULL, fingerprint VARCHAR NOT NULL)
        """
    )


def finished_tables(connection: DuckDBPyConnection) -> frozenset[str]:
    """Return the tables that an interrupted import finished, and remove those that it only began."""
    finished = frozenset(row[0] for row in connection.execute('SELECT "table" FROM omt.tables').fetchall())
    begun = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal"
    ).fetchall()
    for (name,) in begun:
        if name not in finished:
            connection.execute(f"DROP TABLE {table(name)}")
    return finished


class TableImporter:
    """Imports tables into one database. `folder` is where a part lies while DuckDB reads it."""

    def __init__(self, connection: DuckDBPyConnection, contents: StoredContents, folder: Path) -> None:
        self._connection = connection
        self._contents = contents
        self._part = folder / "part.parquet"

    def import_table(self, name: str, parts: Sequence[PartToImport], before_part: Callable[[int], None]) -> Measured:
        """Create a table, verify it, and note that it is done; `before_part` is told how many parts are.

        Parts are committed one by one, since what a transaction holds back stays in memory; a small table, of which
        there are hundreds, is committed at once. Raises `VerificationFailedError` that names the table and the parts
        that are not what they should be.
        """
        small = len(parts) == 1 and parts[0].size <= SMALL_TABLE_BYTES
        with self._at_once() if small else nullcontext():
            measured = self._import(name, parts, before_part)
            self._connection.execute(
                "INSERT INTO omt.tables VALUES (?, ?, ?)", [name, measured.rows, f"{measured.fingerprint:032x}"]
            )
        return measured

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def _import(self, name: str, parts: Sequence[PartToImport], before_part: Callable[[int], None]) -> Measured:
        columns: list[StoredColumn] = []
        for part in parts:
            before_part(part.number - 1)
            self._fetch(part)
            try:
                columns = self._append(name, part, columns)
            finally:
                self._part.unlink()
        promised = Measured(
            rows=sum(part.rows for part in parts),
            fingerprint=sum(part.fingerprint for part in parts) % FINGERPRINT_MODULUS,
        )
        # The rows were counted as they were stored; of no rows there is only one fingerprint.
        measured = measure(self._connection, name, columns) if promised.rows else Measured(rows=0, fingerprint=0)
        if measured != promised:
            raise VerificationFailedError(self._differing(name, parts, columns))
        return measured

    def _fetch(self, part: PartToImport) -> None:
        digest = hashlib.sha256()
        with self._contents.open(part.digest) as source, self._part.open("wb") as target:
            while chunk := source.read(COPY_BYTES):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != part.digest:
            raise _failed("content-damaged", f"database/{part.key}", "its stored content is damaged")

    def _append(self, name: str, part: PartToImport, columns: list[StoredColumn]) -> list[StoredColumn]:
        import duckdb  # noqa: PLC0415  # loaded already by whoever opened the connection

        subject = f"{name}, part {part.number}"
        try:
            found = self._columns_of_part(subject)
            if not columns:
                described = ", ".join(f"{quoted(column.name)} {column.type_name}" for column in found)
                self._connection.execute(f"CREATE TABLE {table(name)} ({described})")
            elif found != columns:
                raise _failed("columns-differ", subject, "its columns are not those of the first part")
            statement = f"INSERT INTO {table(name)} SELECT * FROM {_READ}"  # noqa: S608  # quoted
            inserted = self._connection.execute(statement, [str(self._part)]).fetchone()
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise _failed("part-unreadable", subject, f"is not Parquet that can be read: {error}") from error
        if inserted is None or inserted[0] != part.rows:
            count = inserted[0] if inserted else 0
            raise _failed("rows-differ", subject, f"has {count} rows, not the {part.rows} that were announced")
        return found

    def _columns_of_part(self, subject: str) -> list[StoredColumn]:
        """Describe the part that lies ready, and refuse what could not be stored exactly as it is."""
        path = [str(self._part)]
        rows = self._connection.execute(f"DESCRIBE SELECT * FROM {_READ}", path).fetchall()  # noqa: S608  # a constant
        schema = self._connection.execute("SELECT name FROM parquet_schema(?)", path).fetchall()
        versions = self._connection.execute(
            "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'omt.fingerprint'", path
        ).fetchall()
        if versions != [(VERSION,)]:
            message = (
                f"its fingerprint follows another definition than number {VERSION}: the tool is of another version"
            )
            raise _failed("fingerprint-unknown", subject, message)
        columns = [StoredColumn(name=row[0], type_name=row[1]) for row in rows]
        for column in columns:
            if not column.is_supported:
                message = f"column {column.name} has the type {column.type_name}, for which no fingerprint is defined"
                raise _failed("column-type-unsupported", subject, message)
        if [column.name for column in columns] != [row[0] for row in schema[1:]]:
            raise _failed("column-name-clash", subject, "column names are empty, or differ in the case of letters only")
        return columns

    def _differing(self, name: str, parts: Sequence[PartToImport], columns: Sequence[StoredColumn]) -> list[Detail]:
        """Name the parts whose rows are not those that were announced. Row ids rise from 0, part by part."""
        details: list[Detail] = []
        if has_row_ids(columns):
            start = 0
            for part in parts:
                found = measure(self._connection, name, columns, (start, start + part.rows))
                start += part.rows
                if found.fingerprint != part.fingerprint:
                    message = f"its rows have the fingerprint {found.fingerprint:032x}, not {part.fingerprint:032x}"
                    details.append(
                        Detail(code="fingerprint-differs", subject=f"{name}, part {part.number}", message=message)
                    )
        whole = Detail(code="fingerprint-differs", subject=name, message="its rows are not those that were announced")
        return details or [whole]


def _failed(code: str, subject: str, message: str) -> VerificationFailedError:
    return VerificationFailedError([Detail(code=code, subject=subject, message=message)])

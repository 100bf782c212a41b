"""The second step of an import: each table from its Parquet parts, held against what the tool said it sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from omt_core.api.files import remove
from omt_protocol.receipt import FINGERPRINT_MODULUS
from omt_tenant.importing.fingerprint import VERSION, StoredColumn, columns_of, has_row_ids, measure
from omt_tenant.importing.identifiers import place_for, quoted, stored_names, stored_tables
from omt_tenant.importing.ports import StoredContents
from omt_tenant.importing.verification import Detail, PartMark, PartToImport, VerificationFailedError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COPY_BYTES = 1 << 20
SMALL_TABLE_BYTES = 1 << 20

_READ = "read_parquet(?, hive_partitioning = false, union_by_name = false, binary_as_string = false)"


def create_bookkeeping(connection: DuckDBPyConnection) -> None:
    """Make the tenant's own schema `omt`, apart from the customer's tables, if it is not there.

    `omt.parts` has a row for each part whose rows are stored, measured unless the table has no row ids; `omt.tables`
    has one for each table that was imported whole and verified; `omt.renamed_columns` has the true name of each column
    that is stored under another.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS omt")
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS omt.parts
            ("table" VARCHAR NOT NULL, number BIGINT NOT NULL, digest VARCHAR NOT NULL, rows BIGINT NOT NULL,
             fingerprint VARCHAR NOT NULL)
        """
    )
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS omt.tables
            ("table" VARCHAR NOT NULL, rows BIGINT NOT NULL, fingerprint VARCHAR NOT NULL)
        """
    )
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS omt.renamed_columns
            ("table" VARCHAR NOT NULL, stored VARCHAR NOT NULL, name VARCHAR NOT NULL)
        """
    )


class TableImporter:
    """Imports tables into one database. `folder` is where a part lies while DuckDB reads it.

    What an interrupted import left is taken over as far as it was noted; tables of which more is stored are removed.
    `finished` are the tables that are whole and verified.
    """

    def __init__(self, connection: DuckDBPyConnection, contents: StoredContents, folder: Path) -> None:
        self._connection = connection
        self._contents = contents
        self._part = folder / "part.parquet"
        self.finished = {row[0] for row in connection.execute('SELECT "table" FROM omt.tables').fetchall()}
        self._tables = stored_tables(connection)
        self._columns: dict[str, list[StoredColumn]] = {}
        self._stored: dict[str, list[PartMark]] = {}
        for name, *mark in connection.execute('SELECT * FROM omt.parts ORDER BY "table", number').fetchall():
            self._stored.setdefault(name, []).append(PartMark(*mark))
        for name in list(self._tables):
            noted = sum(mark.rows for mark in self.stored(name))
            if name not in self.finished and (not self.stored(name) or self._count(name) != noted):
                self.remove(name)

    def stored(self, name: str) -> Sequence[PartMark]:
        """Return what is stored of a table, from its first part on."""
        return self._stored.get(name, ())

    def keep_only(self, tables: Mapping[str, Sequence[PartToImport]]) -> None:
        """Remove every table that is not, as far as it is stored, made of these parts."""
        for name in list(self._tables):
            wanted = [part.mark for part in tables.get(name, ())]
            kept = list(self.stored(name))
            if kept != wanted[: len(kept)] or (name in self.finished and len(kept) != len(wanted)):
                self.remove(name)

    def remove(self, name: str) -> None:
        """Remove a table and what was noted of it."""
        with self._at_once():
            if name in self._tables:
                self._connection.execute(f"DROP TABLE IF EXISTS {self._tables[name].sql}")
            for noted in ("omt.parts", "omt.tables", "omt.renamed_columns"):
                self._connection.execute(f'DELETE FROM {noted} WHERE "table" = ?', [name])  # noqa: S608  # constants
        self._tables.pop(name, None)
        self._stored.pop(name, None)
        self._columns.pop(name, None)
        self.finished.discard(name)

    def import_table(self, name: str, parts: Sequence[PartToImport], before_part: Callable[[int], None]) -> None:
        """Import all parts of a table that are not stored yet; `before_part` is told how many are.

        Raises `VerificationFailedError` that names the table and the parts that are not what they should be.
        """
        differing: list[Detail] = []
        for part in parts[len(self.stored(name)) :]:
            before_part(part.number - 1)
            differing += self.add_part(name, part, note=not differing)
        if differing:
            raise VerificationFailedError(differing)
        if name not in self.finished:
            self._finish(name)

    def add_part(self, name: str, part: PartToImport, *, note: bool = True) -> Sequence[Detail]:
        """Store the next part of a table, measure it, and `note` it; with the last one the table is noted as done.

        Parts are committed one by one, since what a transaction holds back stays in memory; a small table, of which
        there are hundreds, is committed at once. Returns what is wrong with its rows, and raises
        `VerificationFailedError` where it cannot be stored at all.
        """
        small = part.last and part.number == 1 and part.size <= SMALL_TABLE_BYTES
        with self._at_once() if small else nullcontext():
            self._fetch(part)
            try:
                self._append(name, part)
            finally:
                remove(self._part)
            found = self._measured(name, part)
            if found != part.fingerprint:
                return [_differs(f"{name}, part {part.number}", found, part.fingerprint)]
            if note:
                self._note(name, part)
        return ()

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def _count(self, name: str) -> int:
        statement = f"SELECT count(*) FROM {self._tables[name].sql}"  # noqa: S608  # quoted
        answer = self._connection.execute(statement).fetchone()
        return answer[0] if answer else 0

    def _measured(self, name: str, part: PartToImport) -> int:
        """Return the fingerprint of a part as it is stored, last of all; what cannot be told by itself is believed.

        Row ids rise from 0, part by part, but only once they are committed. The rows were counted as they were stored.
        """
        columns = self._columns_of(name)
        if not part.rows or not has_row_ids(columns):
            return part.fingerprint
        rows = None
        if part.number > 1 or not part.last:
            end = self._count(name)
            rows = (end - part.rows, end)
        return measure(self._connection, self._tables[name], columns, rows).fingerprint

    def _note(self, name: str, part: PartToImport) -> None:
        self._connection.execute("INSERT INTO omt.parts VALUES (?, ?, ?, ?, ?)", [name, *part.mark])
        self._stored.setdefault(name, []).append(part.mark)
        if part.last:
            self._finish(name)

    def _finish(self, name: str) -> None:
        """Verify as a whole what could not be verified part by part, and note the table as done."""
        columns, parts = self._columns_of(name), self.stored(name)
        rows = sum(part.rows for part in parts)
        promised = sum(int(part.fingerprint, 16) for part in parts) % FINGERPRINT_MODULUS
        if rows and not has_row_ids(columns):
            found = measure(self._connection, self._tables[name], columns).fingerprint
            if found != promised:
                raise VerificationFailedError([_differs(name, found, promised)])
        self._connection.execute("INSERT INTO omt.tables VALUES (?, ?, ?)", [name, rows, f"{promised:032x}"])
        self.finished.add(name)

    def _fetch(self, part: PartToImport) -> None:
        digest = hashlib.sha256()
        with self._contents.open(part.digest) as source, self._part.open("wb") as target:
            while chunk := source.read(COPY_BYTES):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != part.digest:
            raise _failed("content-damaged", f"database/{part.key}", "its stored content is damaged")

    def _append(self, name: str, part: PartToImport) -> None:
        import duckdb  # noqa: PLC0415  # loaded already by whoever opened the connection

        subject = f"{name}, part {part.number}"
        try:
            found, names = self._columns_of_part(subject)
            if part.number == 1:
                self._create(name, found, names)
            elif found != self._columns_of(name):
                raise _failed("columns-differ", subject, "its columns are not those of the first part")
            statement = f"INSERT INTO {self._tables[name].sql} SELECT * FROM {_READ}"  # noqa: S608  # quoted
            inserted = self._connection.execute(statement, [str(self._part)]).fetchone()
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise _failed("part-unreadable", subject, f"is not Parquet that can be read: {error}") from error
        if inserted is None or inserted[0] != part.rows:
            count = inserted[0] if inserted else 0
            raise _failed("rows-differ", subject, f"has {count} rows, not the {part.rows} that were announced")

    def _create(self, name: str, columns: list[StoredColumn], names: Sequence[str]) -> None:
        """Make the table and note the true names of its columns where they are stored under others."""
        table = place_for(name, self._tables.values(), self._connection)
        described = ", ".join(f"{quoted(column.name)} {column.type_name}" for column in columns)
        self._connection.execute(f"CREATE TABLE {table.sql} ({described})")
        self._tables[name], self._columns[name] = table, columns
        for column, own in zip(columns, names, strict=True):
            if column.name != own:
                self._connection.execute("INSERT INTO omt.renamed_columns VALUES (?, ?, ?)", [name, column.name, own])

    def _columns_of(self, name: str) -> list[StoredColumn]:
        if name not in self._columns:
            self._columns[name] = columns_of(self._connection, self._tables[name])
        return self._columns[name]

    def _columns_of_part(self, subject: str) -> tuple[list[StoredColumn], list[str]]:
        """Describe the part that lies ready, as it is to be stored and by the columns' true names.

        Refuses what could not be stored exactly as it is.
        """
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
        for name, type_name in (row[:2] for row in rows):
            if not StoredColumn(name=name, type_name=type_name).is_supported:
                message = f"column {name} has the type {type_name}, for which no fingerprint is defined"
                raise _failed("column-type-unsupported", subject, message)
        names = [name for (name,) in schema[1:]]
        if not all(names) or len(set(names)) != len(rows):
            raise _failed("column-name-clash", subject, "columns have no name, or two have the same")
        columns = [
            StoredColumn(name=stored, type_name=row[1]) for stored, row in zip(stored_names(names), rows, strict=True)
        ]
        return columns, names


def _failed(code: str, subject: str, message: str) -> VerificationFailedError:
    return VerificationFailedError([Detail(code=code, subject=subject, message=message)])


def _differs(subject: str, found: int, promised: int) -> Detail:
    message = f"its rows have the fingerprint {found:032x}, not {promised:032x}"
    return Detail(code="fingerprint-differs", subject=subject, message=message)

"""SQLite: the simulated CRM. What is common to the stdlib's driver and to ODBC, and the former.

SQLite types values, not columns. The declared type decides what a column becomes; before a table is exported one query
looks whether all its values fit. A column with a value that does not fit travels as text, whole, so that nothing is
lost: numbers in decimal digits (20 significant ones where they are not whole, since of 17 SQLite gets the last one
wrong at times), bytes as `X'0A1B'`.
"""

from __future__ import annotations

import os
import re
import sqlite3
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import ClassVar, Final

from typing_extensions import override

from omt_core.api import Column, InstallationError, Row, Table, sentence
from omt_core.api.files import sqlite_uri
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan, Kind, number_plan
from omt_database.drivers.catalogue import number
from omt_database.drivers.decoding import text_of_utf_8
from omt_database.drivers.driver import Connection, Cursor, Driver, closed_if_it_fails
from omt_database.drivers.failures import Meaning, explain
from omt_database.errors import (
    DATABASE_FAILED,
    DATABASE_LOCKED,
    DATABASE_OUT_OF_ROOM,
    DATABASE_READ_ONLY,
    DATABASE_UNREACHABLE,
)

_DECLARED: Final = re.compile(r"([^(]*)(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?.*", re.DOTALL)

_TYPES_KEPT: Final = 1_000

_KINDS: Final = {
    "INTEGER": Kind.INTEGER,
    "INT": Kind.INTEGER,
    "SMALLINT": Kind.INTEGER,
    "TINYINT": Kind.INTEGER,
    "BIGINT": Kind.INTEGER,
    "BOOLEAN": Kind.INTEGER,
    "DOUBLE": Kind.DOUBLE,
    "DOUBLE PRECISION": Kind.DOUBLE,
    "FLOAT": Kind.DOUBLE,
    "REAL": Kind.DOUBLE,
    "DECIMAL": Kind.DECIMAL,
    "NUMERIC": Kind.DECIMAL,
    "BLOB": Kind.BINARY,
    "TIMESTAMP": Kind.TIMESTAMP,
    "DATETIME": Kind.TIMESTAMP,
}
"""Any other declared type is text."""

_MISFITS: Final = {
    Kind.INTEGER: "max({0} <> CAST({0} AS INTEGER))",
    # Text and blobs sort behind all numbers, blobs behind all text.
    Kind.DOUBLE: "typeof(max({0})) IN ('text', 'blob')",
    # What a double holds of more digits is not what was written.
    Kind.DECIMAL: "max(typeof({0}) NOT IN ('integer', 'real', 'null') OR {0} <> round({0}, {1}) OR abs({0}) >= {2})",
    Kind.BINARY: "typeof(min({0})) NOT IN ('blob', 'null')",
    Kind.STRING: "max(typeof({0}) NOT IN ('text', 'null'))",
    # The shapes that Python and SQLite write: a date, a blank, a time, at most six digits behind the second. Adding no
    # days makes SQLite look at the calendar. The usual shape comes first, since it is quick to tell. Functions of text
    # stop at a NUL character, so that where nothing else sees the whole, the bytes are counted. No year 0 can be given.
    Kind.TIMESTAMP: "max(CASE WHEN {0} IS NULL OR length({0}) = 19 AND datetime({0}, '+0 days') = {0} THEN 0"
    " WHEN typeof({0}) = 'text' AND length({0}) BETWEEN 21 AND 26 AND substr({0}, 20, 1) = '.'"
    " AND length(CAST({0} AS BLOB)) = length({0}) AND substr({0}, 21) NOT GLOB '*[^0-9]*'"
    " AND datetime(substr({0}, 1, 19), '+0 days') = substr({0}, 1, 19) THEN 0"
    " ELSE 1 END) OR min({0}) < '0001'",
}
"""By kind, SQL that is true where any value does not fit: {0} is the column, {1} its scale, {2} the first number that a
double cannot hold exactly with that scale."""

_TEXT_AFFINITY: Final = re.compile("CHAR|CLOB|TEXT", re.IGNORECASE)
"""Declared types of which SQLite turns numbers into text, so that only blobs are anything else."""

_BLOBS_AMONG_TEXT: Final = "typeof(max({0})) = 'blob'"

_COLUMNS_AT_ONCE: Final = 200
"""SQLite takes expressions of up to 1,000 levels; a column is two of them."""

_ROW_NUMBERS: Final = ("rowid", "_rowid_", "oid")
"""What SQLite calls the number of a row, unless a column has that name."""

_WITHOUT_ROW_NUMBERS: Final = (
    "SELECT 1 FROM pragma_index_list(?) i WHERE i.origin = 'pk' AND i.name NOT IN (SELECT m.name FROM sqlite_master m)"
)
"""A row for a table WITHOUT ROWID: what stands for the index of its primary key is the table itself."""

_ROWS_AT_ONCE: Final = 5_000
_BYTES_AT_ONCE: Final = 4 * 1024 * 1024

DURABLE: Final = "synchronous = EXTRA"
"""For what the freeze writes: only this makes a commit sure that ends with the removal of the rollback journal."""

EXACT_DIGITS: Final = 15
"""Decimal digits that every double holds."""

TEXT: Final = (
    "CASE typeof({0}) WHEN 'blob' THEN quote({0}) WHEN 'real' THEN printf('%!.20g', {0}) ELSE CAST({0} AS TEXT) END"
)
"""Any value as text with nothing of it lost."""

SQLITE_WORDS: Final[Mapping[re.Pattern[str], Meaning]] = {
    re.compile("database (table )?is locked"): DATABASE_LOCKED,
    re.compile("database or disk is full"): DATABASE_OUT_OF_ROOM,
    re.compile("readonly database"): DATABASE_READ_ONLY,
}
"""What SQLite's messages mean, by whichever driver they come."""

_CATALOGUE: Final = (
    'SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_master m, pragma_table_info(m.name) c'
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid"
)

_STORED_BYTES: Final = (
    "SELECT (p.page_count - f.freelist_count) * s.page_size"
    " FROM pragma_page_count() p, pragma_freelist_count() f, pragma_page_size() s"
)
"""Of the whole file: what a table takes of it is not told without reading it."""

_PRIMARY_KEYS: Final = (
    "SELECT m.name, 'primary key', 1, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk"
)

_UNIQUE_INDEXES: Final = (
    "SELECT m.name, i.name, 0, c.name FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c"
    " WHERE m.type = 'table' AND i.\"unique\" = 1 AND i.partial = 0 ORDER BY m.name, i.name, c.seqno"
)


class SqliteDriver(Driver):
    """A file of SQLite's, however it is opened."""

    dbms: ClassVar[str] = "sqlite"
    looks_at_once: ClassVar[int] = 2
    """There is no server that this would keep from others: this process does the looking, on another core."""

    def __init__(self, path: Path, *, login_timeout: int) -> None:
        self._path = path
        self._timeout = login_timeout

    def _file_error(self, reason: object) -> InstallationError:
        """Return the error of a file that cannot be read for a reason which nothing else explains."""
        return DATABASE_FAILED.error(
            sentence("The database file {path} cannot be read: {reason}.", path=self._path, reason=reason),
            remedy=sentence(
                "Check that it is an SQLite database, that it can be read, and that no other program locks it."
            ),
        )

    def _require_file(self) -> None:
        if not self._path.is_file():
            raise DATABASE_UNREACHABLE.error(
                sentence("There is no database file {path}.", path=self._path),
                remedy=sentence("Give the path of the file as `database` in the answers file, section [installation]."),
            )

    @override
    def read_catalogue(self, connection: Connection) -> Mapping[str, Table]:
        keys = [*self.fetch(connection, _PRIMARY_KEYS), *self.fetch(connection, _UNIQUE_INDEXES)]
        return self.catalogue.of(self.fetch(connection, _CATALOGUE), _column, keys)

    @override
    def begin_snapshot(self, connection: Connection) -> str | None:
        # By statements, since out of autocommit mode the ODBC driver reads whole results into memory.
        self.execute(connection, "BEGIN")
        # BEGIN alone waits for the first read before it holds anything.
        self.fetch(connection, "SELECT count(*) FROM sqlite_master")
        return None

    @override
    def end_snapshot(self, connection: Connection) -> None:
        self.execute(connection, "ROLLBACK")

    @override
    def missing_grant(self, connection: Connection, table: Table, rights: Sequence[str]) -> str | None:
        del connection, table, rights
        # Beside the file there is a rollback journal while something is written.
        writable = os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK)
        return None if writable else sentence("write access to {file} and to its folder", file=self._path)

    @override
    def stored_bytes(self, connection: Connection, tables: Sequence[Table]) -> int | None:
        del tables
        # As text and back, since ODBC gives the result of an expression as text.
        return int(str(self.fetch(connection, _STORED_BYTES)[0][0]))

    @override
    def plan_columns(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        return self.plan_kinds(connection, table)

    @override
    def plan_kinds(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        plans = [_declared_plan(column) for column in table.columns]
        row = self.measure(connection, table, [look for plan in plans for look in (self._misfit(plan), _width(plan))])
        # As text and back, since ODBC gives the result of an expression as text.
        numbers = [int(str(value or 0)) for value in row]
        return tuple(
            _as_text(plan) if misfits else replace(plan, width=width)
            for plan, misfits, width in zip(plans, numbers[::2], numbers[1::2], strict=True)
        )

    def _misfit(self, plan: ColumnPlan) -> str:
        """Return SQL that is true where there is a value that the planned kind cannot hold."""
        if plan.kind is Kind.STRING and _TEXT_AFFINITY.search(plan.column.type_name):
            return _BLOBS_AMONG_TEXT.format(plan.expression)
        return _MISFITS[plan.kind].format(plan.expression, plan.scale, 10 ** (EXACT_DIGITS - plan.scale))

    @override
    def loosened(self, plan: ColumnPlan) -> ColumnPlan:
        if plan.kind is not Kind.STRING:
            return plan
        return replace(plan, expression=f"CAST({plan.expression} AS BLOB)", loose=True)

    @override
    def suspicion(self, plan: ColumnPlan) -> str | None:
        if plan.kind is not Kind.STRING:
            return None
        # What SQLite takes for no character, for one of those that it takes stray bytes for, or for one beyond Unicode;
        # among the last are lawful ones beyond the basic plane, which the ODBC driver does not let a statement name. It
        # looks as far as the first NUL character.
        return f"({plan.expression} GLOB '*[^\x01-\x7f\xc0-\ufffc]*' OR instr({plan.expression}, char(0)) > 0)"

    @override
    def suspicious(self, connection: Connection, table: Table, plans: Sequence[ColumnPlan]) -> Sequence[ColumnPlan]:
        # To GLOB all texts takes SQLite ten times as long as Python takes to decode them, and nearly all are text.
        sized = [plan for plan in plans if plan.kind is Kind.STRING and plan.width is not None]
        for begin in range(0, len(sized), _COLUMNS_AT_ONCE):
            some = sized[begin : begin + _COLUMNS_AT_ONCE]
            if self._are_text(connection, table, some):
                plans = [plan for plan in plans if plan not in some]
        return super().suspicious(connection, table, plans)

    def _are_text(self, connection: Connection, table: Table, plans: Sequence[ColumnPlan]) -> bool:
        """Tell whether all values of some columns are UTF-8 without NUL characters; where in doubt, that they are not.

        Many rows come as one text: to fetch each alone takes longer than to look at it, and most of all where another
        thread does so too. A line feed behind each value keeps the bytes of two from making one character. A driver may
        cut what it gives at a NUL character, so that a word that no value holds has to be at the end.
        """
        row = self._row_number(connection, table)
        if row is None:
            return False
        last, where = token_hex(8), ""
        values = " || ".join(f"coalesce({plan.expression}, '') || char(10)" for plan in plans)
        row_bytes = sum(1 + (plan.width or 0) for plan in plans)
        rows = max(1, min(_ROWS_AT_ONCE, _BYTES_AT_ONCE // row_bytes))
        try:
            while True:
                some = f"SELECT {values} AS v, {row} AS n FROM {self.source(table)}{where} ORDER BY {row} LIMIT {rows}"  # noqa: S608 - quoted names and numbers only
                sql = f"SELECT group_concat(v, '') || '{last}', CAST(max(n) AS TEXT), count(*) FROM ({some})"  # noqa: S608 - the same
                ((text, reached, count),) = self.fetch(connection, sql)
                if reached is not None and (not str(text).endswith(last) or "\0" in str(text)):
                    return False
                if reached is None or int(str(count)) < rows:
                    return True
                where = f" WHERE {row} > {int(str(reached))}"
        except Exception as error:
            if self.unreadable(error):
                return False
            raise

    def _row_number(self, connection: Connection, table: Table) -> str | None:
        """Return what the number of a row is called in a table; None where its rows have none."""
        taken = {column.name.lower() for column in table.columns}
        name = next((name for name in _ROW_NUMBERS if name not in taken), None)
        if name is None or self.fetch(connection, _WITHOUT_ROW_NUMBERS, (table.name,)):
            return None
        return name

    @override
    def size(self, plan: ColumnPlan) -> str:
        # LENGTH counts characters, and of text those before a NUL.
        return f"length(CAST({plan.expression} AS BLOB))"

    @abstractmethod
    @override
    def connect(self, *, writable: bool = False) -> Connection: ...


class StdlibSqliteDriver(SqliteDriver):
    """SQLite by Python's own driver, for machines without ODBC."""

    errors = (sqlite3.Error,)

    @override
    def connect(self, *, writable: bool = False) -> Connection:
        self._require_file()
        # A URI escapes whatever the path holds, and `ro` keeps a misspelt path from becoming a new database.
        uri = sqlite_uri(self._path.absolute(), writable=writable)
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=self._timeout)
        if writable:
            with closed_if_it_fails(connection):
                self.execute(connection, f"PRAGMA {DURABLE}")
        return connection

    @override
    def set_loose(self, connection: Connection, *, loose: bool) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.text_factory = text_of_utf_8 if loose else str

    @override
    def unreadable(self, error: Exception) -> bool:
        return super().unreadable(error) or str(error).startswith("Could not decode")

    @override
    def interrupt(self, connection: Connection, cursor: Cursor) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.interrupt()

    @override
    def explain(self, error: Exception) -> InstallationError:
        if any(pattern.search(str(error)) for pattern in SQLITE_WORDS):
            return explain("", str(error), dbms=self.dbms, more=SQLITE_WORDS)
        return self._file_error(error)


def _column(row: Row) -> Column:
    name, declared, required = row
    type_name, length, precision, scale = _declared(str(declared or ""))
    return Column(
        name=str(name),
        type_name=type_name,
        nullable=number(required) == 0,
        length=length,
        precision=precision,
        scale=scale,
    )


@lru_cache(_TYPES_KEPT)
def _declared(text: str) -> tuple[str, int | None, int | None, int | None]:
    """Read a declared type: its name, length, precision and scale."""
    match = _DECLARED.fullmatch(text)
    name, first, second = match.groups() if match else ("", None, None)
    if name.strip().upper() not in {"DECIMAL", "NUMERIC"}:
        return name.strip(), int(first) if first else None, None, None
    return name.strip(), None, int(first) if first else None, int(second or 0) if first else None


def _declared_plan(column: Column) -> ColumnPlan:
    expression = quoted(column.name, "sqlite")
    kind = _KINDS.get(column.type_name.upper(), Kind.STRING)
    if kind is Kind.DECIMAL:
        return number_plan(column, expression)
    return ColumnPlan(column=column, kind=kind, expression=expression)


def _width(plan: ColumnPlan) -> str:
    # In bytes, and without reading the values where all take the same.
    return f"max(length(CAST({plan.expression} AS BLOB)))" if plan.kind in {Kind.STRING, Kind.BINARY} else "8"


def _as_text(plan: ColumnPlan) -> ColumnPlan:
    return ColumnPlan(column=plan.column, kind=Kind.STRING, expression=TEXT.format(plan.expression), width=None)

"""SQL Server through mssql-python, Microsoft's driver for Python, which brings its ODBC driver and reads into Arrow.

One connection does everything, since no other can share its snapshot. What Arrow's reader does not give exactly is
written by the server as text, or read from it again: it puts U+FFFD for half of a surrogate pair without a word, knows
a time with a zone in UTC only, and a GUID in capitals. Never run against a server here: see the README.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final, TypeAlias

import pyarrow as pa
from typing_extensions import override

from omt_core.api import Column, DatabaseLocation, InstallationError, Row, Value, sentence
from omt_database.columns import ColumnPlan, Kind
from omt_database.drivers.connection_string import parse_keywords, redacted
from omt_database.drivers.decoding import REPLACEMENT
from omt_database.drivers.driver import (
    ColumnConnection,
    ColumnResult,
    Connection,
    Cursor,
    RecordBatch,
    Schema,
    closed_if_it_fails,
)
from omt_database.drivers.failures import explain
from omt_database.drivers.mssql import MssqlDriver
from omt_database.drivers.odbc import OdbcConnection
from omt_database.errors import ODBC_MISSING
from omt_database.settings import DatabaseSettings
from omt_database.thread import stoppable

MssqlPython: TypeAlias = Any
Opened: TypeAlias = Any
"""mssql-python's own, its connections and cursors: it is loaded by name."""

BLOCK_BYTES: Final = 2**18
"""About how much comes at once of rows that nothing bounds, if they are as long as those before them."""

BLOCK_ROWS: Final = 64
"""Most such rows at once: they come unmeasured."""

LARGEST_BLOCK: Final = 2**28
"""Bytes of the largest block, if all of its values were as long as the longest: they lie in memory together."""

_WORDS: Final = frozenset(
    {"server", "address", "addr", "uid", "pwd", "authentication", "trusted_connection", "database", "encrypt",
     "trustservercertificate", "hostnameincertificate", "servercertificate", "serverspn", "multisubnetfailover",
     "applicationintent", "connectretrycount", "connectretryinterval", "keepalive", "keepaliveinterval",
     "ipaddresspreference", "packetsize"}
)  # fmt: skip
"""What it takes in a connection string; it refuses a string with anything else."""

_STATES: Final = {
    "Client unable to establish connection": "08001",
    "Connection name in use": "08002",
    "Connection not open": "08003",
    "Server rejected the connection": "08004",
    "Connection failure during transaction": "08007",
    "Communication link failure": "08S01",
    "Invalid authorization specification": "28000",
    "Timeout expired": "HYT00",
    "Connection timeout expired": "HYT01",
    "Serialization failure": "40001",
}
"""By its words for an SQLSTATE, those that tell something: it gives neither the state nor the server's number."""

_RECORD: Final = re.compile(r"\[(\w{5})\] \((-?\d+)\)")
"""How it names an entry of ODBC's diagnostics: SQLSTATE and the server's own number."""

_WHOLE_OFFSET: Final = "CONVERT(nvarchar(34), CAST({0} AS datetimeoffset(7)), 121)"

_OFFSET: Final = (
    f"STUFF(STUFF(STUFF({_WHOLE_OFFSET}, 28, 1, NULL),"
    f" 27, 1, NULLIF(SUBSTRING({_WHOLE_OFFSET}, 27, 1), N'0')), 11, 1, N'T')"
)
"""A time with a zone as `offset_text` writes it: of its seven digits the last one only where it is not 0."""

_TEXT_OF_UTF_16: Final = frozenset({"nchar", "nvarchar", "ntext", "sysname"})


def load_mssql_python() -> MssqlPython:
    """Import mssql-python; raises `InstallationError` `odbc-missing` where it cannot be loaded."""
    try:
        module = importlib.import_module("mssql_python")
    except (ImportError, OSError, RuntimeError) as error:
        raise ODBC_MISSING.error(
            sentence("The driver for SQL Server cannot be used on this machine: {reason}.", reason=error),
            remedy=sentence(
                'Repair the installation of the Python package mssql-python, or set `database.mssql_driver` to "odbc".'
            ),
        ) from error
    # What is closed shall be closed: a connection kept for the next one keeps its isolation level and its locks.
    module.pooling(enabled=False)
    return module


def takes(location: DatabaseLocation, settings: DatabaseSettings) -> bool:
    """Tell whether this driver is installed and can open a database as a person described it."""
    if settings.odbc_driver is not None or not _words_known(location.dsn):
        return False
    try:
        load_mssql_python()
    except InstallationError:
        return False
    return True


def _words_known(dsn: str | None) -> bool:
    return not dsn or ("=" in dsn and parse_keywords(dsn).keys() <= _WORDS)


class MssqlPythonDriver(MssqlDriver):
    """SQL Server by mssql-python."""

    decoding = None
    """Python's own codec, strict; what it refuses is read as bytes."""

    sets_room_aside = False

    @override
    def _load(self) -> MssqlPython:
        return load_mssql_python()

    @override
    def _own_driver(self) -> str:
        return "ODBC Driver 18 for SQL Server"

    @override
    def suitable(self, installed: Sequence[str]) -> str | None:
        return self.driver_name()

    @override
    def driver_name(self) -> str | None:
        return "mssql-python"

    @override
    def keywords(self) -> dict[str, str]:
        return {keyword: value for keyword, value in super().keywords().items() if keyword.lower() in _WORDS}

    @override
    def _driver_keyword(self) -> dict[str, str]:
        # It puts in its own, and refuses another.
        return {}

    @override
    def _open(self) -> OdbcConnection:
        opened = self._pyodbc.connect(
            self.connection_string(), autocommit=True, timeout=self._settings.login_timeout, native_uuid=False
        )
        return _Connection(opened, self._pyodbc)

    @override
    def prepare(self, connection: OdbcConnection) -> None:
        """Leave the connection as it is: every type is read as it comes."""

    @override
    def interrupt(self, connection: Connection, cursor: Cursor) -> None:
        if isinstance(cursor, _Cursor):
            cursor.cancel()

    @override
    def explain(self, error: Exception) -> InstallationError:
        records = _RECORD.findall(" ".join(getattr(error, "__notes__", ())))
        state = records[0][0] if records else _STATES.get(getattr(error, "driver_error", ""), "HY000")
        # Where the server's numbers are looked for in what other drivers say.
        numbers = "".join(f" ({number})" for _, number in records[:1])
        message = redacted(str(getattr(error, "ddbc_error", "") or error), self._password)
        return explain(state, f"{message}{numbers}", dbms=self.dbms, more=self.words)

    @override
    def plan_column(self, column: Column) -> ColumnPlan:
        plan = super().plan_column(column)
        if column.type_name.lower() == "datetimeoffset":
            return replace(plan, expression=_OFFSET.format(plan.expression), width=34)
        if plan.kind is Kind.GUID:
            return replace(plan, expression=f"LOWER(CONVERT(nchar(36), {plan.expression}))")
        return plan

    @override
    def loosened(self, plan: ColumnPlan) -> ColumnPlan:
        if plan.column.type_name.lower() in _TEXT_OF_UTF_16 and plan.kind is Kind.STRING:
            expression = f"CAST(CAST({plan.expression} AS nvarchar(max)) AS varbinary(max))"
            return replace(plan, expression=expression, loose=True, utf_16=True)
        return super().loosened(plan)

    @override
    def reads_columns(self, plan: ColumnPlan) -> bool:
        return not plan.loose

    @override
    def share_view(self, connection: Connection, *, widest: int = 0) -> ColumnConnection | None:
        return _Columns(connection) if isinstance(connection, _Connection) else None


class _Cursor:
    """A cursor whose rows are tuples, and whose errors say what the server's diagnostics say."""

    def __init__(self, cursor: Opened, module: MssqlPython) -> None:
        self._cursor = cursor
        self._module = module

    @property
    def rowcount(self) -> int:
        return int(self._cursor.rowcount)

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> None:
        with self._noted():
            if parameters:
                self._cursor.execute(sql, tuple(parameters))
            else:
                self._cursor.execute(sql)

    def fetchmany(self, size: int) -> list[Row]:
        with self._noted():
            return [tuple(row) for row in self._cursor.fetchmany(size)]

    def fetchall(self) -> list[Row]:
        with self._noted():
            return [tuple(row) for row in self._cursor.fetchall()]

    def arrow_batch(self, rows: int) -> RecordBatch:
        with self._noted():
            try:
                return self._cursor.arrow_batch(rows)
            except RuntimeError as error:
                # Of its native part, such as a type that it does not know.
                raise self._module.InterfaceError(str(error), "") from error

    def cancel(self) -> None:
        # Its one way to stop a statement from another thread; without it, waiting ends with the thread.
        with suppress(AttributeError, self._module.Error):
            self._cursor.hstmt._cancel()  # noqa: SLF001

    def close(self) -> None:
        self._cursor.close()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except self._module.Error as error:
            with suppress(Exception):
                for record in self._module.ddbc_bindings.DDBCSQLGetAllDiagRecords(self._cursor.hstmt):
                    error.add_note(str(record[0]))
            raise


class _Connection:
    """A connection that gives such cursors."""

    def __init__(self, connection: Opened, module: MssqlPython) -> None:
        self._connection = connection
        self._module = module

    @property
    def autocommit(self) -> bool:
        return bool(self._connection.autocommit)

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._connection.autocommit = value

    def cursor(self) -> _Cursor:
        return _Cursor(self._connection.cursor(), self._module)

    def rollback(self) -> None:
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


class _Columns(ColumnConnection):
    """The same connection, read by columns."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    @override
    def read(
        self, statement: str, parameters: Sequence[Value], *, schema: Schema, rows: int, blocks: int, longest: int
    ) -> ColumnResult:
        cursor = self._connection.cursor()
        with closed_if_it_fails(cursor), stoppable(cursor.cancel):
            cursor.execute(statement, parameters)
        return _ArrowResult(cursor, schema, rows if longest <= BLOCK_BYTES // BLOCK_ROWS else None, longest)

    @override
    def close(self) -> None:
        """Leave the connection open: it is not this one's."""


class _ArrowResult(ColumnResult):
    """A result in Arrow. Without a number of `rows` their number depends on how long those before were."""

    def __init__(self, cursor: _Cursor, schema: Schema, rows: int | None, longest: int) -> None:
        self._cursor = cursor
        self._schema = schema
        self._rows = rows
        self._most = min(BLOCK_ROWS, LARGEST_BLOCK // max(1, longest))
        self._block = 1

    @override
    def fetch(self) -> RecordBatch | None:
        with stoppable(self._cursor.cancel):
            batch = self._cursor.arrow_batch(self._rows or self._block)
        if not batch.num_rows:
            return None
        self._block = max(1, min(self._most, 2 * self._block, BLOCK_BYTES * batch.num_rows // max(1, batch.nbytes)))
        return exact(batch, self._schema)

    @override
    def close(self) -> None:
        self._cursor.close()


def exact(batch: RecordBatch, schema: Schema) -> RecordBatch:
    """Return a batch in the types of a schema; raises `ValueError` where a value would not be what it was."""
    import pyarrow.compute as pc  # noqa: PLC0415 - 20 ms: only who reads by columns needs it

    columns = []
    for column, field in zip(batch.columns, schema, strict=True):
        column = column.cast(field.type)  # noqa: PLW2901 - safe: what does not fit is an error of Arrow's, a ValueError
        if pa.types.is_string(field.type) and pc.any(pc.match_substring(column, REPLACEMENT)).as_py():
            raise ValueError(f"a text of column {field.name} may not be Unicode")
        columns.append(column)
    return pa.record_batch(columns, schema=schema)

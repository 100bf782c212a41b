"""SQLite through ODBC (libsqliteodbc): the same path as for the real database systems, without one of them.

The driver has limits that the stdlib's has not: it cuts numbers of columns that are not declared BIGINT at 32 bits, and
text at a NUL character. Such numbers travel as text, and such text is read as bytes. It makes a double of SQLite's text
of it, which has 15 digits, and a bit of a BOOLEAN: what that would bend is read as text of all its digits. Names of
columns beyond ASCII (of expressions too, which are named as they are written) it says to be longer than they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from typing_extensions import override

from omt_core.api import DatabaseLocation, InstallationError, Table, sentence
from omt_database.columns import ColumnPlan, Kind
from omt_database.drivers.catalogue import number
from omt_database.drivers.decoding import UTF_8
from omt_database.drivers.driver import Connection, Cursor, closed_if_it_fails
from omt_database.drivers.odbc import Decoding, OdbcColumnConnection, OdbcConnection, OdbcDriver, first_of
from omt_database.drivers.sqlite import DURABLE, SQLITE_WORDS, TEXT, SqliteDriver
from omt_database.errors import DATABASE_FAILED, DATABASE_NAME_UNREADABLE
from omt_database.settings import DatabaseSettings

LIBRARIES: Final = (
    "/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so",
    "/usr/lib/aarch64-linux-gnu/odbc/libsqlite3odbc.so",
    "/usr/local/lib/libsqlite3odbc.so",
)
"""Where the driver lies when it is not registered with the driver manager."""

_KINDS_OF_COLUMNS: Final = frozenset({Kind.INTEGER, Kind.DOUBLE, Kind.TIMESTAMP})

_LAST_OF_UCS_2: Final = "\uffff"
"""The driver takes half of each character beyond for a character of a statement."""

_ATTEMPTS: Final = 3
"""How often two connections try to begin at the same state of the file, before one reads everything."""

_BENT_DOUBLES: Final = "max({0} <> CAST(CAST({0} AS TEXT) AS REAL))"
_BENT_BITS: Final = "max({0} NOT IN (0, 1))"
_NONE_BENT: Final = "0"

_WIDE: Final = " OR max({0}) > 2147483647 OR min({0}) < -2147483648"


def installed_driver(installed: Iterable[str]) -> str | None:
    """Return the name or the path of SQLite's ODBC driver, or None."""
    return first_of(installed, "SQLite3", "SQLite3 ODBC Driver") or next(filter(_exists, LIBRARIES), None)


def _bent(plan: ColumnPlan) -> str | None:
    """Return SQL that is true of a column with numbers that the driver would bend, or None where it bends none."""
    if plan.kind is Kind.DOUBLE:
        return _BENT_DOUBLES.format(plan.expression)
    if plan.kind is Kind.INTEGER and plan.column.type_name.upper() == "BOOLEAN":
        return _BENT_BITS.format(plan.expression)
    return None


def _exists(path: str) -> bool:
    return Path(path).is_file()


class OdbcSqliteDriver(SqliteDriver, OdbcDriver):
    """SQLite by libsqliteodbc."""

    def __init__(self, path: Path, location: DatabaseLocation, settings: DatabaseSettings) -> None:
        SqliteDriver.__init__(self, path, login_timeout=settings.login_timeout)
        OdbcDriver.__init__(self, location, settings)
        self._may_share = False

    words = SQLITE_WORDS
    decoding = Decoding(("SQL_CHAR", "SQL_WCHAR"), "utf-8", UTF_8, "SQL_CHAR")
    """As it is in the file: what is not UTF-8 the driver would bend on its way to UTF-16 without a word."""

    @override
    def keywords(self) -> dict[str, str]:
        # StepAPI: rows as they are stepped to, not the whole result in memory first.
        timeout = str(self._settings.login_timeout * 1_000)
        return {"Database": str(self._path.absolute()), "StepAPI": "1", "NoCreat": "1", "Timeout": timeout}

    @override
    def suitable(self, installed: Sequence[str]) -> str | None:
        return installed_driver(installed)

    @override
    def prepare(self, connection: OdbcConnection) -> None:
        # So pyodbc takes more for a name than it is, and what lies behind it in memory may be no text. Nobody here asks
        # for these names: they are left as bytes, each a character.
        connection.setdecoding(self._pyodbc.SQL_WMETADATA, encoding="latin-1", ctype=self._pyodbc.SQL_WCHAR)

    @override
    def explain(self, error: Exception) -> InstallationError:
        # Messages come the way of those names: UTF-16 as letters of one byte each.
        told = [text.replace("\0", "") if isinstance(text, str) else text for text in error.args]
        explained = OdbcDriver.explain(self, type(error)(*told))
        return self._file_error(told[-1]) if explained.code == DATABASE_FAILED.code and told else explained

    @override
    def connect(self, *, writable: bool = False) -> Connection:
        if self._location.dsn is None:
            self._require_file()
        connection = OdbcDriver.connect(self, writable=writable)
        with closed_if_it_fails(connection):
            self.execute(connection, f"PRAGMA {DURABLE if writable else 'query_only = ON'}")
        return connection

    @override
    def read_catalogue(self, connection: Connection) -> Mapping[str, Table]:
        tables = super().read_catalogue(connection)
        for table in tables.values():
            for name in (table.name, *(f"{table.name}.{column.name}" for column in table.columns)):
                if max(name) > _LAST_OF_UCS_2:
                    raise DATABASE_NAME_UNREADABLE.error(
                        sentence("SQLite's ODBC driver cannot be asked for {name}.", name=repr(name))
                    )
        return tables

    @override
    def interrupt(self, connection: Connection, cursor: Cursor) -> None:
        # By a cursor that does nothing: the driver frees, on this thread, the result of the one that it is asked by.
        with suppress(self._pyodbc.Error), closing(connection.cursor()) as idle:
            super().interrupt(connection, idle)

    @override
    def begin_snapshot(self, connection: Connection) -> str | None:
        """Begin the view, in WAL mode on two connections at once: a later one would see what was written in between.

        There the second connection looks at the file's version before the first begins and after it began itself; if it
        is the same, nothing was written in between, so that both see the same. In rollback journal mode a reader keeps
        writers out, and the second connection is opened once it is asked for.
        """
        weakness = super().begin_snapshot(connection)
        self._may_share = self.fetch(connection, "PRAGMA journal_mode")[0][0] != "wal"
        if self._may_share:
            return weakness
        super().end_snapshot(connection)
        columns = self._open_columns(self.connection_string(), autocommit=True)
        try:
            for _ in range(_ATTEMPTS):
                before = columns.value("PRAGMA data_version")
                weakness = super().begin_snapshot(connection)
                columns.execute("BEGIN")
                columns.value("SELECT count(*) FROM sqlite_master")
                if columns.value("PRAGMA data_version") == before:
                    self._columns[0] = columns
                    return weakness
                columns.execute("ROLLBACK")
                super().end_snapshot(connection)
            return super().begin_snapshot(connection)
        finally:
            if columns not in self._columns.values():
                columns.close()

    @override
    def end_snapshot(self, connection: Connection) -> None:
        self._close_columns()
        super().end_snapshot(connection)

    @override
    def share_view(self, connection: Connection, *, widest: int = 0) -> OdbcColumnConnection | None:
        # Rows are stepped to one by one, whatever their width.
        if 0 not in self._columns and self._may_share:
            self._columns[0] = columns = self._open_columns(self.connection_string(), autocommit=True)
            columns.execute("BEGIN")
        return self._columns.get(0)

    @override
    def reads_columns(self, plan: ColumnPlan) -> bool:
        if plan.loose:
            return False
        if plan.kind is Kind.STRING:
            # The driver tells the declared length, which SQLite keeps nobody to, or none.
            length = plan.column.length
            return plan.width is not None and (length is None or plan.width <= length)
        return plan.kind in _KINDS_OF_COLUMNS

    @override
    def plan_columns(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        plans = self._unbent(connection, table, super().plan_columns(connection, table))
        texts = [plan for plan in plans if plan.kind is Kind.STRING]
        if not texts:
            return plans
        looks = [f"max(instr(CAST({plan.expression} AS BLOB), X'00') > 0)" for plan in texts]
        found = self.measure(connection, table, looks)
        cut = {plan.column.name for plan, cuts in zip(texts, found, strict=True) if number(cuts)}
        # The driver cuts text at a NUL character, and gives bytes whole.
        return tuple(self.loosened(plan) if plan.column.name in cut else plan for plan in plans)

    def _unbent(self, connection: Connection, table: Table, plans: Sequence[ColumnPlan]) -> tuple[ColumnPlan, ...]:
        """Have numbers that the driver would bend read as text of all their digits."""
        looks = [_bent(plan) for plan in plans]
        if not any(looks):
            return tuple(plans)
        found = self.measure(connection, table, [look or _NONE_BENT for look in looks])
        return tuple(
            replace(plan, expression=TEXT.format(plan.expression), loose=True) if number(bent) else plan
            for plan, bent in zip(plans, found, strict=True)
        )

    @override
    def _misfit(self, plan: ColumnPlan) -> str:
        narrow = plan.kind is Kind.INTEGER and plan.column.type_name.upper() != "BIGINT"
        return super()._misfit(plan) + (_WIDE.format(plan.expression) if narrow else "")

"""SQLite through ODBC (libsqliteodbc): the same path as for the real database systems, without one of them.

The driver has limits that the stdlib's has not: it cuts text at a NUL character, and numbers of columns that are not
declared BIGINT at 32 bits. Such columns travel as text; text with a NUL cannot be read through it at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from typing_extensions import override

from omt_core.api.database import Table
from omt_core.api.errors import InstallationError
from omt_core.api.installation import DatabaseLocation
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan, Kind
from omt_database.drivers.driver import Connection
from omt_database.drivers.odbc import OdbcDriver, first_of
from omt_database.drivers.sqlite import SqliteDriver
from omt_database.settings import DatabaseSettings

LIBRARIES: Final = (
    "/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so",
    "/usr/lib/aarch64-linux-gnu/odbc/libsqlite3odbc.so",
    "/usr/local/lib/libsqlite3odbc.so",
)
"""Where the driver lies when it is not registered with the driver manager."""

_WIDE: Final = " OR {0} NOT BETWEEN -2147483648 AND 2147483647"


def installed_driver(installed: Iterable[str]) -> str | None:
    """Return the name or the path of SQLite's ODBC driver, or None."""
    return first_of(installed, "SQLite3", "SQLite3 ODBC Driver") or next(filter(_exists, LIBRARIES), None)


def _exists(path: str) -> bool:
    return Path(path).is_file()


class OdbcSqliteDriver(SqliteDriver, OdbcDriver):
    """SQLite by libsqliteodbc."""

    def __init__(self, path: Path, location: DatabaseLocation, settings: DatabaseSettings) -> None:
        SqliteDriver.__init__(self, path, login_timeout=settings.login_timeout)
        OdbcDriver.__init__(self, location, settings)

    @override
    def keywords(self) -> Mapping[str, str]:
        # StepAPI: rows as they are stepped to, not the whole result in memory first.
        timeout = str(self._settings.login_timeout * 1_000)
        return {"Database": str(self._path.absolute()), "StepAPI": "1", "NoCreat": "1", "Timeout": timeout}

    @override
    def suitable(self, installed: Sequence[str]) -> str | None:
        return installed_driver(installed)

    @override
    def connect(self, *, writable: bool = False) -> Connection:
        if self._location.dsn is None:
            self._require_file()
        connection = OdbcDriver.connect(self, writable=writable)
        if not writable:
            cursor = connection.cursor()
            cursor.execute("PRAGMA query_only = ON")
            cursor.close()
        return connection

    @override
    def plan_columns(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        plans = super().plan_columns(connection, table)
        texts = [plan.expression for plan in plans if plan.kind is Kind.STRING]
        if texts:
            looks = " OR ".join(f"coalesce(instr(CAST({text} AS BLOB), X'00'), 0) > 0" for text in texts)
            name = quoted(table.name, self.dbms)
            if self.fetch(connection, f"SELECT 1 FROM {name} WHERE {looks} LIMIT 1"):  # noqa: S608 - quoted names only
                raise InstallationError(
                    "database-value-unreadable",
                    f"Table {table.name!r} holds text with a NUL character, which SQLite's ODBC driver cuts there.",
                    "Set `database.sqlite_driver` to `stdlib`.",
                )
        return plans

    @override
    def _misfit(self, plan: ColumnPlan) -> str:
        narrow = plan.kind is Kind.INTEGER and plan.column.type_name.upper() != "BIGINT"
        return super()._misfit(plan) + (_WIDE.format(plan.expression) if narrow else "")

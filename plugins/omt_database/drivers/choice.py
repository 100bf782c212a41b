"""Which driver opens the database of an installation. Each is loaded where it is chosen: some bring Arrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from omt_core.api import DatabaseLocation, InstallationError, sentence
from omt_crm.sql import validate_owner
from omt_database.drivers.connection_string import parse_keywords
from omt_database.drivers.driver import Driver
from omt_database.errors import DBMS_UNKNOWN
from omt_database.settings import DatabaseSettings

if TYPE_CHECKING:
    from omt_database.drivers.odbc import OdbcDriver

# ruff: noqa: PLC0415 - only the driver that is chosen is loaded


def brings_its_driver(location: DatabaseLocation, settings: DatabaseSettings) -> bool:
    """Tell whether a database is opened by mssql-python, which needs no ODBC on the machine."""
    from omt_database.drivers.mssql_python import takes

    chosen = settings.mssql_driver
    return location.dbms == "mssql" and (chosen == "mssql-python" or (chosen == "auto" and takes(location, settings)))


def _mssql(location: DatabaseLocation, settings: DatabaseSettings) -> OdbcDriver:
    from omt_database.drivers.mssql import MssqlDriver
    from omt_database.drivers.mssql_python import MssqlPythonDriver

    make = MssqlPythonDriver if brings_its_driver(location, settings) else MssqlDriver
    return make(location, settings)


def _oracle(location: DatabaseLocation, settings: DatabaseSettings) -> OdbcDriver:
    from omt_database.drivers.oracle import OracleDriver

    return OracleDriver(location, settings)


def _postgresql(location: DatabaseLocation, settings: DatabaseSettings) -> OdbcDriver:
    from omt_database.drivers.postgresql import PostgresqlDriver

    return PostgresqlDriver(location, settings)


ODBC_DRIVERS: Final[Mapping[str, Callable[[DatabaseLocation, DatabaseSettings], OdbcDriver]]] = {
    "mssql": _mssql,
    "oracle": _oracle,
    "postgresql": _postgresql,
}


def choose_driver(location: DatabaseLocation, settings: DatabaseSettings) -> Driver:
    """Return the driver for a location; raises `InstallationError`, or `InputError` for a DBMS that is not known."""
    if location.dbms == "sqlite":
        return _sqlite(location, settings)
    make = ODBC_DRIVERS.get(location.dbms)
    if make is None:
        raise DBMS_UNKNOWN.error(
            sentence("Databases of type {dbms} cannot be read.", dbms=repr(location.dbms)),
            remedy=sentence(
                "Give one of {types} as `dbms` in the answers file.",
                types=", ".join([*sorted(ODBC_DRIVERS), "sqlite"]),
            ),
        )
    validate_owner(location.prefix)
    return make(location, settings)


def _sqlite(location: DatabaseLocation, settings: DatabaseSettings) -> Driver:
    keywords = parse_keywords(location.dsn or "")
    path = Path(location.database or keywords.get("database", ""))
    if settings.sqlite_driver == "odbc" or location.dsn or (settings.sqlite_driver == "auto" and _odbc_installed()):
        from omt_database.drivers.sqlite_odbc import OdbcSqliteDriver

        return OdbcSqliteDriver(path, location, settings)
    from omt_database.drivers.sqlite import StdlibSqliteDriver

    return StdlibSqliteDriver(path, login_timeout=settings.login_timeout)


def _odbc_installed() -> bool:
    from omt_database.drivers.odbc import load_pyodbc
    from omt_database.drivers.sqlite_odbc import installed_driver

    try:
        pyodbc = load_pyodbc()
    except InstallationError:
        return False
    return installed_driver(pyodbc.drivers()) is not None

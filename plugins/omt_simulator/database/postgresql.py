"""A simulated CRM in PostgreSQL, through ODBC as the product's clients would reach it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from types import ModuleType
from typing import Protocol

from omt_core.api import sentence
from omt_simulator.database.dialect import POSTGRESQL
from omt_simulator.database.schema import Table
from omt_simulator.database.writer import Cursor, Database
from omt_simulator.spec import SimulationError

LOCK_SECONDS = 20
"""How long to wait for others who use the database that is to be made anew."""

OURS = "made by omt_simulator"
"""The schema's comment: only a schema that bears it is ever dropped."""


def _pyodbc() -> ModuleType:
    """Return the driver manager's binding, imported only when needed: its import fails where libodbc is missing."""
    try:
        return importlib.import_module("pyodbc")
    except ImportError as error:
        raise SimulationError(
            sentence("pyodbc cannot be loaded ({error}): install the system package unixodbc.", error=error)
        ) from error


class _Cursor(Cursor, Protocol):
    """What is needed of pyodbc's cursor, which has no type stubs that a checker finds."""

    def fetchone(self) -> Sequence[object] | None:
        """Fetch one row."""


class _Connection(Protocol):
    """What is needed of pyodbc's connection."""

    def cursor(self) -> _Cursor:
        """Open a cursor."""

    def commit(self) -> None:
        """Commit the transaction."""

    def close(self) -> None:
        """Close it; what was not committed is rolled back."""


def _connect(dsn: str) -> _Connection:
    pyodbc = _pyodbc()
    try:
        connection: _Connection = pyodbc.connect(dsn, autocommit=False)
    except pyodbc.Error as error:
        raise SimulationError(
            sentence("The database cannot be reached: {error}. Check the ODBC connection string.", error=error)
        ) from error
    return connection


def run_statement(dsn: str, statement: str) -> None:
    """Run one statement and commit."""
    with closing(_connect(dsn)) as connection:
        connection.cursor().execute(statement)
        connection.commit()


@contextmanager
def _told() -> Iterator[None]:
    """Say what the server refused: a right, a lock, a disk that is full."""
    try:
        yield
    except _pyodbc().Error as error:
        raise SimulationError(
            sentence("The database refuses the simulation: {error}. Nothing was changed in it.", error=error)
        ) from error


def _require_unicode(cursor: _Cursor) -> None:
    cursor.execute("SHOW server_encoding")
    found = cursor.fetchone()
    if found is not None and found[0] != "UTF8":
        raise SimulationError(
            sentence(
                "The database keeps text in {encoding}, which lacks letters of the simulated names: use one made with"
                " ENCODING 'UTF8'.",
                encoding=found[0],
            )
        )


def _prepare_schema(cursor: _Cursor) -> None:
    cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    name = POSTGRESQL.literal(POSTGRESQL.schema)
    cursor.execute(f"SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = {name}")  # noqa: S608
    found = cursor.fetchone()
    schema = POSTGRESQL.identifier(POSTGRESQL.schema)
    if found is not None and found[0] != OURS:
        raise SimulationError(
            sentence("Schema {schema} exists and is not a simulation: use another database.", schema=POSTGRESQL.schema)
        )
    if found is not None:
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
    cursor.execute(f"CREATE SCHEMA {schema}")
    cursor.execute(f"COMMENT ON SCHEMA {schema} IS '{OURS}'")


@contextmanager
def create_postgresql(dsn: str, tables: Mapping[str, Table]) -> Iterator[Database]:
    """Open the schema CRM7, made anew in an existing database, in one transaction."""
    with closing(_connect(dsn)) as connection, _told():
        cursor = connection.cursor()
        _require_unicode(cursor)
        _prepare_schema(cursor)
        yield Database(cursor, POSTGRESQL, tables)
        connection.commit()

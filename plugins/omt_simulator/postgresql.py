"""A simulated CRM in PostgreSQL, through ODBC as the product's clients would reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from types import ModuleType
from typing import Any

from omt_simulator.database import Database
from omt_simulator.dialect import POSTGRESQL
from omt_simulator.schema import Table
from omt_simulator.spec import SimulationError

OURS = "made by omt_simulator"
"""The schema's comment: only a schema that bears it is ever dropped."""


def _pyodbc() -> ModuleType:
    """The driver manager's binding, imported only when needed: its import fails where libodbc is missing."""
    try:
        import pyodbc  # noqa: PLC0415
    except ImportError as error:
        raise SimulationError(f"pyodbc cannot be loaded ({error}): install the system package unixodbc.") from error
    return pyodbc


def _connect(dsn: str) -> Any:
    pyodbc = _pyodbc()
    try:
        return pyodbc.connect(dsn, autocommit=False)
    except pyodbc.Error as error:
        raise SimulationError(f"The database cannot be reached: {error}. Check the ODBC connection string.") from error


def run_statement(dsn: str, statement: str) -> None:
    """Run one statement and commit."""
    with closing(_connect(dsn)) as connection:
        connection.execute(statement)
        connection.commit()


def _prepare_schema(cursor: Any) -> None:
    cursor.execute("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = ?", POSTGRESQL.schema)
    found = cursor.fetchone()
    schema = POSTGRESQL.identifier(POSTGRESQL.schema)
    if found is not None and found[0] != OURS:
        raise SimulationError(f"Schema {POSTGRESQL.schema} exists and is not a simulation: use another database.")
    if found is not None:
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
    cursor.execute(f"CREATE SCHEMA {schema}")
    cursor.execute(f"COMMENT ON SCHEMA {schema} IS '{OURS}'")


@contextmanager
def create_postgresql(dsn: str, tables: Mapping[str, Table]) -> Iterator[Database]:
    """The schema CRM7, made anew in an existing database, in one transaction."""
    with closing(_connect(dsn)) as connection:
        cursor = connection.cursor()
        _prepare_schema(cursor)
        yield Database(cursor, POSTGRESQL, tables)
        connection.commit()

"""The database systems that the tests run on, each with an empty database of its own."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest
from pydantic import SecretStr

from omt_core.api.installation import DatabaseLocation, Installation
from omt_database.drivers.choice import choose_driver
from omt_database.drivers.odbc import load_pyodbc
from omt_database.drivers.sqlite_odbc import installed_driver
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase

ENGINES = [
    "sqlite",
    pytest.param("sqlite-odbc", marks=pytest.mark.odbc),
    pytest.param("postgresql", marks=[pytest.mark.odbc, pytest.mark.postgresql]),
]


@dataclass(frozen=True)
class Engine:
    """An empty database and how the plugin gets to it."""

    name: str
    location: DatabaseLocation
    odbc_string: str = ""
    options: dict[str, object] = field(default_factory=dict)

    @property
    def blob(self) -> str:
        return "BYTEA" if self.name == "postgresql" else "BLOB"

    @property
    def installation(self) -> Installation:
        return Installation(database=self.location)

    def settings(self, **more: object) -> DatabaseSettings:
        return DatabaseSettings.model_validate({**self.options, **more})

    def execute(self, *statements: str | tuple[str, list[tuple[object, ...]]]) -> None:
        """Run statements as somebody else would, each committed; a tuple is a statement with rows of parameters."""
        if self.name == "postgresql":
            connection = load_pyodbc().connect(self.odbc_string, autocommit=True)
            connection.execute("SET search_path TO crm7")
        else:
            connection = sqlite3.connect(self.location.database, isolation_level=None)
        with closing(connection):
            for statement in statements:
                cursor = connection.cursor()
                if isinstance(statement, tuple):
                    cursor.executemany(*statement)
                else:
                    cursor.execute(statement)

    async def open(self, **settings: object) -> CrmDatabase:
        return await CrmDatabase.open(choose_driver(self.location, self.settings(**settings)))


def sqlite_engine(name: str, path: Path) -> Engine:
    with closing(sqlite3.connect(path)):
        pass
    location = DatabaseLocation(dbms="sqlite", database=str(path))
    return Engine(name, location, options={"sqlite_driver": "odbc" if name == "sqlite-odbc" else "stdlib"})


def postgresql_engine(odbc_string: str, **location: str) -> Engine:
    password = SecretStr(location.pop("password"))
    engine = Engine("postgresql", DatabaseLocation(dbms="postgresql", password=password, **location), odbc_string)
    connection = load_pyodbc().connect(odbc_string, autocommit=True)
    with closing(connection):
        connection.execute("CREATE SCHEMA crm7")
    return engine


def require_sqlite_odbc() -> None:
    try:
        found = installed_driver(load_pyodbc().drivers())
    except Exception as error:  # noqa: BLE001 - whatever keeps ODBC from working is the reason to show
        unavailable(str(error))
    if found is None:
        unavailable("SQLite's ODBC driver is not installed (Debian: libsqliteodbc)")


def unavailable(reason: str) -> NoReturn:
    """Skip on a laptop, fail where everything is meant to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)

"""Freeze and thaw through the drivers that open the CRM, on simulated installations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import pytest

from omt_core.api import Decisions, Licence, MigrationKind
from omt_core.api.calls import Freeze, OpenSourceDatabase, Thaw, ValidateMigration
from omt_core.api.installation import DatabaseLocation, Installation
from omt_database import DatabasePlugin
from omt_database.drivers.odbc import load_pyodbc
from omt_database.settings import DatabaseSettings
from omt_freeze import FreezePlugin, FreezeSettings
from omt_simulator import SimulationSpec, generate
from omt_simulator.installation.connection import SQLITE_FILE
from omt_simulator.machine import Machine
from tests.postgresql import private_postgresql

EVENTS = 'SELECT SystemEvent_id, eventkey, "scope", "owner" FROM systemevent WHERE eventkey = ?'
NEXT_ID = 'SELECT next_id FROM "sequence" WHERE LOWER(TableName) = ?'
SMALL = {"users": 2, "documents": 3}


@pytest.fixture(scope="module")
def simulated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    return Machine(generate(folder, SimulationSpec(**SMALL)).machine).locate(SQLITE_FILE)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[DatabaseLocation]:
    with TemporaryDirectory() as folder, private_postgresql(Path(folder) / "cluster") as server:
        server.create_database("crm")
        dsn = server.odbc_string("crm")
        with TemporaryDirectory() as site:
            generate(Path(site), SimulationSpec(**SMALL, dbms="postgresql", dsn=dsn))
        yield DatabaseLocation(dbms="postgresql", dsn=dsn)


@asynccontextmanager
async def opened(installation: Installation, driver: str, run: Any) -> AsyncIterator[Any]:
    plugin = DatabasePlugin(DatabaseSettings(sqlite_driver=driver))
    database = await plugin.open_source_database(OpenSourceDatabase(installation=installation, run=run))
    try:
        yield database
    finally:
        await database.aclose()


async def freeze_and_thaw(site: Any, location: DatabaseLocation, driver: str) -> None:
    installation = Installation(database=location)
    call = {"installation": installation, "notes": site, "run": site}
    plugin = FreezePlugin(FreezeSettings())
    async with opened(installation, driver, site) as database:
        before = await state(database)
        await plugin.freeze(Freeze(database=database, **call))
        events, next_id = await state(database)
        assert events == [(before[1], "kSENoLogin", 1, 0)]
        assert next_id == before[1] + 1
    async with opened(installation, driver, site) as database:
        assert await plugin.thaw(Thaw(database=database, **call)) == []
        assert await state(database) == ([], before[1] + 1)


async def state(database: Any) -> tuple[list[Sequence[Any]], int]:
    events = await database.rows(EVENTS, ("kSENoLogin",))
    ((next_id,),) = await database.rows(NEXT_ID, ("systemevent",))
    return [tuple(row) for row in events], int(next_id)


def execute(location: DatabaseLocation, *statements: str) -> None:
    with closing(load_pyodbc().connect(location.dsn, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement)


async def checked(site: Any, location: DatabaseLocation) -> list[str]:
    async with opened(Installation(database=location), "auto", site) as database:
        call = ValidateMigration(
            installation=Installation(database=location), database=database,
            licence=Licence(owner="", serial="", version=""), users=(),
            decisions=Decisions(kind=MigrationKind.LIVE), run=site,
        )  # fmt: skip
        return [finding.message for finding in await FreezePlugin(FreezeSettings()).validate_migration(call)]


@pytest.mark.odbc
@pytest.mark.postgresql
def test_a_login_that_may_only_read_is_told_which_grants_the_freeze_needs(
    site: Any, postgresql: DatabaseLocation
) -> None:
    assert postgresql.dsn is not None
    execute(
        postgresql,
        "CREATE ROLE reader LOGIN PASSWORD 'reader'", "GRANT USAGE ON SCHEMA crm7 TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA crm7 TO reader",
    )  # fmt: skip
    login = postgresql.dsn.partition("UID=")[0]
    reader = DatabaseLocation(dbms="postgresql", dsn=f"{login}UID=reader;PWD=reader")
    events, ids = anyio.run(checked, site, reader)
    assert 'GRANT INSERT, DELETE ON "crm7"."systemevent" TO "reader"' in events
    assert 'GRANT UPDATE ON "crm7"."sequence" TO "reader"' in ids
    execute(postgresql, "GRANT INSERT ON crm7.systemevent TO reader", 'GRANT UPDATE ON crm7."sequence" TO reader')
    (events,) = anyio.run(checked, site, reader)
    assert 'GRANT DELETE ON "crm7"."systemevent" TO "reader"' in events
    execute(postgresql, "GRANT DELETE ON crm7.systemevent TO reader")
    assert anyio.run(checked, site, reader) == []


@pytest.mark.parametrize("driver", ["stdlib", pytest.param("odbc", marks=pytest.mark.odbc)])
def test_sqlite_is_frozen_and_thawed_in_another_connection(site: Any, simulated_file: Path, driver: str) -> None:
    anyio.run(freeze_and_thaw, site, DatabaseLocation(dbms="sqlite", database=str(simulated_file)), driver)


@pytest.mark.odbc
@pytest.mark.postgresql
def test_postgresql_is_frozen_and_thawed_in_another_connection(site: Any, postgresql: DatabaseLocation) -> None:
    anyio.run(freeze_and_thaw, site, postgresql, "auto")

"""SQL Server itself, where `OMT_TEST_MSSQL` gives an ODBC connection string of an empty database; else it says so."""

from __future__ import annotations

import os
from contextlib import closing

import pytest

from omt_core.api.installation import DatabaseLocation
from omt_database.drivers.choice import choose_driver
from omt_database.drivers.odbc import load_pyodbc
from omt_database.preflight import preflight
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase

pytestmark = [pytest.mark.anyio, pytest.mark.odbc]


@pytest.fixture
async def database():
    text = os.environ.get("OMT_TEST_MSSQL")
    if not text:
        pytest.skip("OMT_TEST_MSSQL gives no connection string: nothing here was tried against an SQL Server")
    with closing(load_pyodbc().connect(text, autocommit=True)) as connection:
        for statement in (
            "DROP TABLE IF EXISTS dbo.omt_values",
            "CREATE TABLE dbo.omt_values (id int PRIMARY KEY, word nvarchar(20), at datetime2(7), held sql_variant)",
            "INSERT INTO dbo.omt_values VALUES (1, N'Å', '2024-02-29 01:02:03.1234567', CAST(0.1 AS float))",
            "INSERT INTO dbo.omt_values VALUES (2, N'Act' + NCHAR(55357), '2024-02-29', NULL)",
        ):
            connection.execute(statement)
    location = DatabaseLocation(dbms="mssql", dsn=text, prefix="dbo")
    opened = await CrmDatabase.open(choose_driver(location, DatabaseSettings()))
    yield opened
    await opened.aclose()


async def test_full_sight_is_proven(database):
    assert database.sight.proven
    assert database.sight.hidden == ()


async def test_all_digits_are_kept_and_half_a_pair_is_found(database):
    table = database.table("omt_values")
    assert table is not None
    plans = {plan.column.name: plan for plan in await database.plan_columns(table)}
    assert "121" in plans["at"].expression
    found = {finding.code: finding for finding in await preflight(database, DatabaseSettings())}
    assert found["values-replaced"].subjects == ("omt_values.word: id=2",)


async def test_what_a_session_waits_for_can_be_asked(database):
    async with database.snapshot():
        await database.mark([database.table("omt_values")])
        await database.confirm(database.table("omt_values"), 2)
    database.driver.look(tuple(database._link.sessions.values()))

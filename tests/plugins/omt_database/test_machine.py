"""Which ODBC drivers there are, and which would be used; nobody is connected to."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from omt_core.api import MachineCheck, MachineState, MigrationKind, calls
from omt_core.api.installation import DatabaseLocation, Installation
from omt_core.testing.recording import RecordingContext
from omt_database import DatabasePlugin
from omt_database.settings import DatabaseSettings

pytestmark = pytest.mark.anyio

OK, ERROR, NOT_CHECKED, WARNING = MachineState.OK, MachineState.ERROR, MachineState.NOT_CHECKED, MachineState.WARNING
MODERN = "ODBC Driver 18 for SQL Server"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The drivers of this machine; sources are `crm`, of the modern driver."""
    names = [MODERN, "ODBC Driver 17 for SQL Server"]
    fake = SimpleNamespace(drivers=lambda: names, dataSources=lambda: {"crm": MODERN}, Error=Exception)
    monkeypatch.setitem(sys.modules, "pyodbc", fake)
    return names


async def said(
    location: DatabaseLocation | None, *, holder: str = "database", **settings: object
) -> tuple[MachineCheck, ...]:
    call = calls.ExamineMachine(
        installation=None if location is None else Installation(database=location),
        workspace=Path(),
        kind=MigrationKind.LIVE,
        roles={"database": holder},
        run=RecordingContext(),
    )
    return tuple(await DatabasePlugin(DatabaseSettings.model_validate(settings)).examine_machine(call))


async def chosen(location: DatabaseLocation | None, **settings: object) -> MachineCheck:
    return [line for line in await said(location, **settings) if line.name == "odbc"][-1]


@pytest.mark.parametrize(
    ("location", "driver"),
    [
        ({"server": "sql1"}, MODERN),
        ({"dsn": "crm"}, MODERN),
        ({"dsn": "Driver={ODBC Driver 17 for SQL Server};Server=s;PWD=in-clear"}, "ODBC Driver 17 for SQL Server"),
    ],
)
async def test_the_driver_that_would_be_used_is_named_and_no_secret(
    installed: Sequence[str], location: Mapping[str, str], driver: str
) -> None:
    found = await chosen(DatabaseLocation(dbms="mssql", password=SecretStr("in-clear"), **location))
    assert (found.state, repr(driver) in found.message) == (OK, True)
    assert "in-clear" not in repr(found)


async def test_a_driver_that_is_missing_or_misspelled_is_an_error(installed: list[str]) -> None:
    place = DatabaseLocation(dbms="mssql", server="sql1")
    assert (await chosen(place, odbc_driver="ODBC Driver 99")).state is ERROR
    assert (await chosen(place, odbc_driver="/opt/lib/libmsodbcsql.so")).state is OK
    installed.clear()
    missing = await chosen(place)
    assert (missing.state, "Install one of the same bitness" in missing.remedy) == (ERROR, True)


async def test_an_odbc_source_that_is_not_there_is_an_error(installed: Sequence[str]) -> None:
    assert (await chosen(DatabaseLocation(dbms="mssql", dsn="other"))).state is ERROR


async def test_without_an_installation_the_driver_for_each_kind_is_told(installed: Sequence[str]) -> None:
    found = await chosen(None)
    assert (found.state, f"mssql by {MODERN!r}; oracle by none" in found.message) == (NOT_CHECKED, True)


@pytest.mark.parametrize(("dbms", "state"), [("mssql", ERROR), ("sqlite", WARNING)])
async def test_a_machine_without_odbc_is_an_error_where_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, dbms: str, state: MachineState
) -> None:
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    assert (await chosen(DatabaseLocation(dbms=dbms, database="x"))).state is state


async def test_a_file_of_sqlite_needs_no_driver(installed: Sequence[str]) -> None:
    found = await chosen(DatabaseLocation(dbms="sqlite", database="crm.db"), sqlite_driver="stdlib")
    assert (found.state, "without ODBC" in found.message) == (OK, True)


async def test_what_the_spool_takes_of_the_workspace_is_said(installed: Sequence[str]) -> None:
    (spool,) = (line for line in await said(None, spool_bytes=1_024) if line.name == "spool")
    assert (spool.state, spool.workspace_bytes) == (OK, 1_024)


async def test_who_does_not_open_the_database_says_nothing(installed: Sequence[str]) -> None:
    assert await said(None, holder="other") == ()


async def test_a_driver_that_comes_with_its_package_needs_no_odbc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    monkeypatch.setitem(
        sys.modules, "mssql_python", SimpleNamespace(pooling=lambda **_: None, Error=Exception, __version__="1.16.0")
    )
    line = await chosen(DatabaseLocation(dbms="mssql", server="sql1"))
    assert (line.state, "mssql-python" in line.message) == (OK, True)
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    line = await chosen(DatabaseLocation(dbms="mssql", server="sql1"), mssql_driver="mssql-python")
    assert line.state is ERROR
    assert "database.mssql_driver" in line.remedy

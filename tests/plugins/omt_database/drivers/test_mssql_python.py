"""SQL Server by mssql-python, against a stand-in with the interface of its wheel."""

from __future__ import annotations

import re
import sqlite3
import sys

import pyarrow as pa
import pytest
import sqlglot

from omt_core.api.database import Column
from omt_core.api.installation import DatabaseLocation
from omt_database.drivers.choice import choose_driver
from omt_database.drivers.mssql import MssqlDriver
from omt_database.drivers.mssql_python import MssqlPythonDriver
from omt_database.export.stage import DatabaseExport
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase
from tests.plugins.omt_database.drivers.fake_mssql_python import Error, FakeMssqlPython
from tests.plugins.omt_database.drivers.mssql_types import EDGES, Edge
from tests.plugins.omt_database.export.conftest import Exported

LOCATION = DatabaseLocation(dbms="mssql", server="srv,1444", database="crm", prefix="crm7")


@pytest.fixture
def server(monkeypatch):
    fake = FakeMssqlPython()
    fake.answers = {
        "sys.indexes i": [("edge", "pk_edge", 1, "id")],
        "database_permissions": [(1, "reader")],
        "'OBJECT', 'SELECT'": [],
        "sys.schemas": [("crm7",)],
        "snapshot_isolation_state": [(1,)],
        "@@SPID": [(51,)],
    }
    monkeypatch.setitem(sys.modules, "mssql_python", fake)
    return fake


def has_table(server: FakeMssqlPython, type_name: str, length: int | None, digits: tuple[int, int] | None) -> None:
    server.answers["INFORMATION_SCHEMA"] = [
        ("edge", "id", "int", "NO", None, 10, 0),
        ("edge", "c", type_name, "YES", length, *(digits or (None, None))),
    ]


async def exported(tmp_path, **settings: object) -> Exported:
    chosen = DatabaseSettings.model_validate(settings)
    database = await CrmDatabase.open(choose_driver(LOCATION, chosen))
    result = Exported()
    async with database.snapshot():
        async for batch in DatabaseExport(database, chosen, tmp_path, print, result.found.append).stage("d").items():
            for item in batch:
                result.items.append(item)
                result.contents[item.key] = item.path.read_bytes()
    await database.aclose()
    result.check()
    return result


@pytest.mark.anyio
@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.declared)
async def test_every_type_comes_out_exact(server, tmp_path, edge: Edge):
    has_table(server, edge.name, edge.length, edge.digits)
    given = pa.concat_arrays([edge.given, pa.nulls(1, edge.given.type)])
    rows = pa.record_batch([pa.array(range(len(given)), pa.int32()), given], names=["id", "c"])
    moved = edge.declared.endswith("(7)") and edge.name in {"datetime2", "time"}
    server.answers |= {
        "COUNT_BIG": [(0, len(given))], "DATALENGTH": [(200_000,)], "% 1000 <> 0": [(int(moved),)], "ORDER BY": rows,
    }  # fmt: skip
    result = await exported(tmp_path)
    assert [row["c"] for row in result.rows("edge")] == [*edge.values, None]
    assert not result.found
    assert server.threads
    assert len(server.strings) == 1
    assert sqlglot.parse_one(server.log[-4], dialect="tsql")


@pytest.mark.anyio
async def test_the_version_of_a_row_is_moved_as_its_bytes(server, tmp_path):
    has_table(server, "timestamp", None, None)
    versions = [bytes(7) + b"\x01", b"\xff" * 8]
    rows = pa.record_batch([pa.array([1, 2], pa.int32()), pa.array(versions, pa.large_binary())], names=["id", "c"])
    server.answers |= {"COUNT_BIG": [(0, 2)], "ORDER BY": rows}
    assert [row["c"] for row in (await exported(tmp_path)).rows("edge")] == versions


@pytest.mark.anyio
async def test_a_table_without_rows_has_one_part(server, tmp_path):
    has_table(server, "nvarchar", -1, None)
    none = pa.record_batch([pa.array([], pa.int32()), pa.array([], pa.large_string())], names=["id", "c"])
    server.answers |= {"COUNT_BIG": [(0, 0)], "DATALENGTH": [(None,)], "ORDER BY": none}
    (item,) = (await exported(tmp_path)).items
    assert (item.part.rows, item.part.last) == (0, True)


@pytest.mark.anyio
async def test_rows_that_nothing_bounds_come_in_blocks_by_the_length_of_those_before(server, tmp_path):
    has_table(server, "nvarchar", -1, None)
    texts = ["x"] * 200 + ["y" * 300_000] * 3 + ["z"] * 100
    rows = pa.record_batch([pa.array(range(303), pa.int32()), pa.array(texts, pa.large_string())], names=["id", "c"])
    server.answers |= {"COUNT_BIG": [(0, 303)], "DATALENGTH": [(600_000,)], "ORDER BY": rows}
    result = await exported(tmp_path)
    assert [row["c"] for row in result.rows("edge")] == texts
    assert server.batches[:8] == [1, 2, 4, 8, 16, 32, 64, 64]
    assert server.batches[8:11] == [64, 18, 30]


@pytest.mark.anyio
async def test_no_more_rows_come_at_once_than_memory_has_room_for_were_each_the_longest(server, tmp_path):
    has_table(server, "nvarchar", -1, None)
    rows = pa.record_batch(
        [pa.array(range(50), pa.int32()), pa.array(["x"] * 50, pa.large_string())], names=["id", "c"]
    )
    server.answers |= {"COUNT_BIG": [(0, 50)], "DATALENGTH": [(60 * 2**20,)], "ORDER BY": rows}
    await exported(tmp_path)
    assert max(server.batches) == 4


@pytest.mark.anyio
async def test_half_a_surrogate_pair_is_read_again_as_bytes_and_told(server, tmp_path):
    has_table(server, "nvarchar", 20, None)
    rows = pa.record_batch(
        [pa.array([1, 2], pa.int32()), pa.array(["whole", "ha\N{REPLACEMENT CHARACTER}"], pa.large_string())],
        names=["id", "c"],
    )
    raw = [(1, "whole".encode("utf-16-le")), (2, "ha".encode("utf-16-le") + b"\x3d\xd8")]
    server.answers |= {"COUNT_BIG": [(0, 2)], "varbinary(max)": raw, "ORDER BY": rows}
    result = await exported(tmp_path)
    assert [row["c"] for row in result.rows("edge")] == ["whole", "ha\N{REPLACEMENT CHARACTER}"]
    (finding,) = result.found
    assert finding.subjects == ("edge.c: id=2",)


@pytest.mark.anyio
async def test_the_character_that_stands_for_none_is_no_loss_where_it_was_written(server, tmp_path):
    has_table(server, "nvarchar", 20, None)
    text = "\N{REPLACEMENT CHARACTER}"
    rows = pa.record_batch([pa.array([1], pa.int32()), pa.array([text], pa.large_string())], names=["id", "c"])
    server.answers |= {"COUNT_BIG": [(0, 1)], "varbinary(max)": [(1, text.encode("utf-16-le"))], "ORDER BY": rows}
    result = await exported(tmp_path)
    assert [row["c"] for row in result.rows("edge")] == [text]
    assert not result.found


def test_a_time_with_a_zone_is_written_as_the_other_driver_gives_it(server):
    plan = MssqlPythonDriver(LOCATION, DatabaseSettings()).plan_column(Column(name="c", type_name="datetimeoffset"))
    assert sqlglot.parse_one(f"SELECT {plan.expression}", dialect="tsql").key == "select"
    expression = re.sub(r"CONVERT\(nvarchar\(34\), CAST\(\[c\] AS datetimeoffset\(7\)\), 121\)", "?1", plan.expression)
    connection = sqlite3.connect(":memory:")
    connection.create_function("STUFF", 4, stuff)
    for written, text in (
        ("2024-02-29 01:02:03.1234567 +02:00", "2024-02-29T01:02:03.1234567+02:00"),
        ("0001-01-01 00:00:00.0000000 -14:00", "0001-01-01T00:00:00.000000-14:00"),
        (None, None),
    ):
        found = connection.execute("SELECT " + expression.replace("N'", "'"), (written,)).fetchone()
        assert found == (text,)
    connection.close()


def stuff(text: str | None, start: int, length: int, put: str | None) -> str | None:
    """T-SQL's, by its documentation."""
    return None if text is None else text[: start - 1] + (put or "") + text[start - 1 + length :]


def test_the_connection_is_described_in_words_that_the_driver_takes_and_none_is_kept(server):
    driver = choose_driver(LOCATION, DatabaseSettings())
    assert isinstance(driver, MssqlPythonDriver)
    assert driver.connection_string() == (
        "Server={srv,1444};Database=crm;Encrypt=yes;TrustServerCertificate=no;Trusted_Connection=yes;"
    )
    assert not server.pooled


@pytest.mark.parametrize(
    ("place", "settings"),
    [
        ({"dsn": "CRM"}, {}),
        ({"dsn": "Driver={ODBC Driver 17 for SQL Server};Server=srv"}, {}),
        ({"dsn": "Server=srv;MARS_Connection=yes"}, {}),
        ({"server": "srv"}, {"odbc_driver": "FreeTDS"}),
        ({"server": "srv"}, {"mssql_driver": "odbc"}),
    ],
)
def test_what_it_cannot_open_goes_through_odbc(server, pyodbc, place, settings):
    location = DatabaseLocation(dbms="mssql", **place)
    driver = choose_driver(location, DatabaseSettings.model_validate(settings))
    assert type(driver) is MssqlDriver


def test_without_it_odbc_is_taken(monkeypatch, pyodbc):
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    assert type(choose_driver(LOCATION, DatabaseSettings())) is MssqlDriver


@pytest.mark.parametrize(
    ("error", "records", "code"),
    [
        (Error("Client unable to establish connection", "[Microsoft]TCP Provider: Error 0x2749"), [],
         "database-unreachable"),
        (Error("Invalid authorization specification", "[Microsoft]Login failed for user 'sa'."), [],
         "database-login-refused"),
        (Error("Syntax error or access violation", "[Microsoft]The SELECT permission was denied"),
         [("[42000] (229)", "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]The SELECT permission was denied")],
         "database-permission-denied"),
        (Error("Serialization failure", "[Microsoft]deadlocked"), [("[40001] (1205)", "deadlocked")],
         "database-deadlock"),
        (Error("Syntax error or access violation", "[Microsoft]Snapshot isolation transaction failed"),
         [("[42000] (3961)", "failed")], "database-changed"),
    ],
)  # fmt: skip
def test_an_error_is_told_by_the_servers_number_where_the_diagnostics_have_it(server, error, records, code):
    driver = MssqlPythonDriver(LOCATION, DatabaseSettings())
    server.answers["SELECT 1"] = error
    server.records = records
    cursor = driver.connect().cursor()
    with pytest.raises(Error) as caught:
        cursor.execute("SELECT 1")
    assert driver.explain(caught.value).code == code


def test_a_type_that_the_reader_does_not_know_is_an_error_of_the_driver(server):
    driver = MssqlPythonDriver(LOCATION, DatabaseSettings())
    columns = driver.share_view(driver.connect())
    result = columns.read("SELECT c", (), schema=pa.schema([("c", pa.string())]), rows=1, blocks=1, longest=8)
    with pytest.raises(driver.errors, match="Unsupported data type"):
        result.fetch()

"""Whichever way a table is read, the same bytes come out."""

from __future__ import annotations

import logging
import math
from datetime import datetime
from decimal import Decimal

import pytest

from omt_database.drivers.odbc import OdbcColumnConnection
from omt_database.drivers.postgresql import PostgresqlDriver
from omt_database.export.reading import COLUMNS_WIDTH
from omt_database.source import CrmDatabase

pytestmark = pytest.mark.anyio

MOMENTS = ["1760-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", "2024-02-29 01:02:03"]
TEXTS = ["Å😀 名", "", "blank  ", " ", "-", "😀" * 10]
BIG = [2**63 - 1, -(2**63), 0, -1]
DOUBLES = [-0.0, 0.1, -1e300, 5e-324, 1.5]
COUNT = 1_000
BY_COLUMNS = {"sqlite": False, "sqlite-odbc": True, "postgresql": True}


def fill(engine) -> None:
    engine.execute(
        "CREATE TABLE plain (id INTEGER PRIMARY KEY, big BIGINT, small SMALLINT, s VARCHAR(40), moment TIMESTAMP,"
        " double DOUBLE PRECISION, secret VARCHAR(10), kind VARCHAR(10))",
        (
            "INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    None if number % 7 == 0 else BIG[number % 4],
                    None if number % 5 == 0 else -(2**15),
                    None if number % 11 == 0 else TEXTS[number % 6],
                    None if number % 13 == 0 else MOMENTS[number % 4],
                    None if number % 17 == 0 else DOUBLES[number % 5],
                    "hemmelig",
                    ("left", "x", None)[number % 3],
                )
                for number in range(COUNT)
            ],
        ),
    )


class Ways(logging.Handler):
    """Remembers why tables were read row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@pytest.fixture
def by_rows():
    ways, logger = Ways(), logging.getLogger("omt.database")
    level = logger.level
    logger.addHandler(ways)
    logger.setLevel(logging.INFO)
    yield ways.told
    logger.removeHandler(ways)
    logger.setLevel(level)


@pytest.fixture
def read_by_columns(monkeypatch):
    """Count the batches that are read by columns."""
    batches = []
    original = CrmDatabase.export_columns

    async def counted(*arguments):
        async for batch in original(*arguments):
            batches.append(batch)
            yield batch

    monkeypatch.setattr(CrmDatabase, "export_columns", counted)
    return batches


SETTINGS = {
    "secret_columns": ("plain.secret",), "left_rows": {"plain.kind": "left"}, "part_bytes": 10_000,
    "batch_bytes": 5_000,
}  # fmt: skip


async def test_rows_and_columns_give_the_same_bytes(engine, export, read_by_columns, monkeypatch):
    fill(engine)
    first = await export(engine, **SETTINGS)
    assert bool(read_by_columns) == BY_COLUMNS[engine.name]
    monkeypatch.setattr(CrmDatabase, "reads_columns", lambda *_: False)
    read_by_columns.clear()
    second = await export(engine, **SETTINGS)
    assert not read_by_columns
    assert len(first.items) > 1
    assert first.contents == second.contents
    assert [item.part for item in first.items] == [item.part for item in second.items]


async def test_columns_hold_what_was_written(engine, export):
    fill(engine)
    rows = (await export(engine, **SETTINGS)).rows("plain")
    assert len(rows) == COUNT - len(range(0, COUNT, 3))
    for row in rows:
        number = row["id"]
        assert row["big"] == (None if number % 7 == 0 else BIG[number % 4])
        assert row["s"] == (None if number % 11 == 0 else TEXTS[number % 6])
        assert row["moment"] == (None if number % 13 == 0 else datetime.fromisoformat(MOMENTS[number % 4]))
        assert row["double"] == (None if number % 17 == 0 else DOUBLES[number % 5])
        assert row["secret"] is None


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_types_that_only_a_server_has_are_the_same_too(engine, export, read_by_columns, monkeypatch):
    engine.execute(
        "CREATE TABLE more (id INTEGER PRIMARY KEY, yes BOOLEAN, day DATE, exact NUMERIC(38,10), whole NUMERIC(18,0),"
        " double DOUBLE PRECISION)",
        "INSERT INTO more VALUES (1, true, '1760-01-01', -1234567890123456789012345678.0123456789,"
        " -999999999999999999, 'NaN'), (2, false, '9999-12-31', 0.0000000001, 999999999999999999, '-Infinity'),"
        " (3, NULL, NULL, NULL, NULL, NULL), (4, true, '1969-12-31', 0, 0, '1.7976931348623157e308')",
    )
    first = await export(engine)
    assert len(read_by_columns) == 1
    monkeypatch.setattr(CrmDatabase, "reads_columns", lambda *_: False)
    second = await export(engine)
    assert first.contents == second.contents
    rows = first.rows("more")
    assert [row["exact"] for row in rows] == [
        Decimal("-1234567890123456789012345678.0123456789"), Decimal("1E-10"), None, Decimal(0),
    ]  # fmt: skip
    assert [row["whole"] for row in rows] == [-(10**18) + 1, 10**18 - 1, None, 0]
    assert math.isnan(rows[0]["double"])
    assert [row["double"] for row in rows[1:]] == [-math.inf, None, 1.7976931348623157e308]


LONG = [None, "", "x" * 999, "Å" * 1_000, " 😀 " * 300, "\n", "blank  ", "y" * 20_000]


def fill_long(engine, widest: int) -> None:
    engine.execute(
        "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, secret TEXT, kind VARCHAR(10), html TEXT)",
        (
            "INSERT INTO note VALUES (?, ?, ?, ?, ?)",
            [(number, LONG[number % 8], "hemmelig", "x", LONG[number % 7]) for number in range(200)]
            + [(200, "z" * widest, None, "left", "ß" * (widest // 2))],
        ),
    )


@pytest.mark.parametrize("widest", [300, 100_000])
async def test_long_text_is_read_by_columns_where_its_lengths_are_measured(
    engine, export, read_by_columns, monkeypatch, widest
):
    fill_long(engine, widest)
    settings = {"secret_columns": ("note.secret",), "part_bytes": 400_000, "batch_bytes": 100_000}
    first = await export(engine, **settings)
    assert bool(read_by_columns) == BY_COLUMNS[engine.name]
    monkeypatch.setattr(CrmDatabase, "reads_columns", lambda *_: False)
    second = await export(engine, **settings)
    assert first.contents == second.contents
    assert [item.part for item in first.items] == [item.part for item in second.items]
    assert len(first.items) > 1
    rows = first.rows("note")
    assert [row["body"] for row in rows] == [LONG[number % 8] for number in range(200)] + ["z" * widest]
    assert rows[200]["html"] == "ß" * (widest // 2)


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_a_table_with_a_text_that_is_too_long_for_columns_is_read_by_rows(
    engine, export, read_by_columns, by_rows
):
    fill_long(engine, COLUMNS_WIDTH)
    assert len((await export(engine)).rows("note")) == 201
    assert not read_by_columns
    (told,) = by_rows
    assert "its rows may be wide" in told


@pytest.mark.odbc
@pytest.mark.postgresql
async def test_long_text_of_a_server_with_another_encoding_has_the_room_of_its_utf_8(
    engine_of_latin_1, export, read_by_columns, by_rows
):
    engine_of_latin_1.execute(
        "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)",
        "INSERT INTO note VALUES (1, repeat('é', 100)), (2, 'ab'), (3, NULL)",
        "CREATE TABLE short (id INTEGER PRIMARY KEY, name VARCHAR(100))",
        "INSERT INTO short VALUES (1, repeat('é', 100))",
    )
    exported = await export(engine_of_latin_1)
    assert [row["body"] for row in exported.rows("note")] == ["é" * 100, "ab", None]
    assert [row["name"] for row in exported.rows("short")] == ["é" * 100]
    assert len(read_by_columns) == 2
    assert not by_rows


@pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=[pytest.mark.odbc, pytest.mark.postgresql])], indirect=True
)
async def test_a_table_with_a_text_that_is_longer_than_was_measured_goes_on_by_rows(
    engine, export, read_by_columns, monkeypatch, caplog
):
    fill_long(engine, 300)
    settings = {"part_bytes": 400_000, "batch_bytes": 20_000}
    expected = await export(engine, **settings)
    monkeypatch.setattr(PostgresqlDriver, "size", lambda _, plan: f"octet_length({plan.expression}) / 2")
    read_by_columns.clear()
    assert (await export(engine, **settings)).contents == expected.contents
    assert "Table note is read loosely" in caplog.text


async def test_both_ways_see_the_same_snapshot(engine, export, read_by_columns):
    if not BY_COLUMNS[engine.name]:
        pytest.skip("this driver reads by rows only")
    if engine.name == "sqlite-odbc":
        engine.execute("PRAGMA journal_mode = WAL")
    engine.execute(
        "CREATE TABLE narrow (id INTEGER PRIMARY KEY)",
        "CREATE TABLE wide (id INTEGER PRIMARY KEY, s TEXT)",
        "INSERT INTO narrow VALUES (1)",
        f"INSERT INTO wide VALUES (1, '{'x' * 40_000}')",
    )
    database = await engine.open()
    async with database.snapshot():
        columns = await database.column_connection()
        engine.execute("INSERT INTO narrow VALUES (2)", "INSERT INTO wide VALUES (2, 'late')")
        owner = "crm7." if engine.name == "postgresql" else ""
        assert int(columns.value(f"SELECT count(*) AS n FROM {owner}narrow")) == 1
        assert len(await database.rows("SELECT id FROM wide")) == 1
    async with database.snapshot():
        assert len(await database.rows("SELECT id FROM wide")) == 2
    await database.aclose()


@pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=[pytest.mark.odbc, pytest.mark.postgresql])], indirect=True
)
async def test_a_connection_that_did_not_get_the_snapshots_view_is_not_kept_for_the_next_table(engine, monkeypatch):
    engine.execute("CREATE TABLE narrow (id INTEGER PRIMARY KEY)", "INSERT INTO narrow VALUES (1)")
    execute, refused, closed = OdbcColumnConnection.execute, [], []

    def refuse_once(connection, statement):
        if "SNAPSHOT" in statement and not refused:
            refused.append(connection)
            raise ConnectionError
        execute(connection, statement)

    close = OdbcColumnConnection.close
    monkeypatch.setattr(OdbcColumnConnection, "execute", refuse_once)
    monkeypatch.setattr(OdbcColumnConnection, "close", lambda one: (closed.append(one), close(one)))
    database = await engine.open()
    async with database.snapshot():
        with pytest.raises(ConnectionError):
            await database.column_connection()
        assert closed == refused
        engine.execute("INSERT INTO narrow VALUES (2)")
        columns = await database.column_connection()
        assert int(columns.value("SELECT count(*) AS n FROM crm7.narrow")) == 1
    await database.aclose()


async def test_a_table_that_is_read_by_rows_is_named_in_the_log_with_the_reason(engine, export, by_rows):
    if not BY_COLUMNS[engine.name]:
        pytest.skip("this driver reads by rows only")
    engine.execute(
        f"CREATE TABLE photo (id INTEGER PRIMARY KEY, picture {engine.blob})",
        "CREATE TABLE plain (id INTEGER PRIMARY KEY)",
    )
    exported = await export(engine)
    assert {item.part.table for item in exported.items} == {"photo", "plain"}
    (told,) = by_rows
    assert "photo" in told


async def test_outside_a_snapshot_there_is_one_connection(engine):
    database = await engine.open()
    assert await database.column_connection() is None
    await database.aclose()

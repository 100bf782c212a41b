"""Values that do not fit the declared type: a table of SQLite's may hold any."""

from __future__ import annotations

import math
import sqlite3
import sys
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from omt_core.api.errors import InstallationError
from omt_database.columns import Kind
from omt_database.drivers.choice import choose_driver
from omt_database.export.arrow_columns import arrow_array
from tests.plugins.omt_database.engines import require_sqlite_odbc, sqlite_engine


@pytest.fixture(params=["sqlite", pytest.param("sqlite-odbc", marks=pytest.mark.odbc)])
def engine(request, tmp_path):
    if request.param == "sqlite-odbc":
        require_sqlite_odbc()
    return sqlite_engine(request.param, tmp_path / "crm.sqlite")


def read(engine, declared, *values):
    """What a column of this declared type, holding these values, becomes."""
    engine.execute(f"CREATE TABLE t (c {declared})", ("INSERT INTO t VALUES (?)", [(value,) for value in values]))
    driver = choose_driver(engine.location, engine.settings())
    with closing(driver.connect()) as connection:
        table = driver.read_catalogue(connection)["t"]
        (plan,) = driver.plan_columns(connection, table)
        rows = driver.fetch(connection, f"SELECT {plan.expression} FROM t ORDER BY rowid")
        return plan, arrow_array(plan, [row[0] for row in rows]).to_pylist()


@pytest.mark.parametrize(
    ("declared", "values", "kind", "expected"),
    [
        ("INTEGER", (1, None, "x", 1.5, b"\x0a"), Kind.STRING, ["1", None, "x", "1.5", "X'0A'"]),
        ("DOUBLE", (1, 2.5, None), Kind.DOUBLE, [1.0, 2.5, None]),
        ("DOUBLE", (0.5, "x"), Kind.STRING, ["0.5", "x"]),
        ("DECIMAL(18,4)", (12.3456, 7, None), Kind.DECIMAL, [Decimal("12.3456"), Decimal(7), None]),
        ("DECIMAL(18,4)", (2**-15,), Kind.STRING, ["3.0517578125e-05"]),
        ("TIMESTAMP", ("2024-02-29 00:00:00",), Kind.TIMESTAMP, [datetime.fromisoformat("2024-02-29")]),
        ("TIMESTAMP", ("2023-02-29 00:00:00", None), Kind.STRING, ["2023-02-29 00:00:00", None]),
        ("TIMESTAMP", ("2024-02-29", "garbage", 5), Kind.STRING, ["2024-02-29", "garbage", "5"]),
        ("TIMESTAMP", ("2024-02-29 00:00:00.1.2",), Kind.STRING, ["2024-02-29 00:00:00.1.2"]),
        ("TIMESTAMP", ("0000-02-29 00:00:00", None), Kind.STRING, ["0000-02-29 00:00:00", None]),
        ("TIMESTAMP", ("0000-02-29 00:00:00.5",), Kind.STRING, ["0000-02-29 00:00:00.5"]),
        ("TIMESTAMP", ("0001-01-01 00:00:00", None), Kind.TIMESTAMP, [datetime.fromisoformat("0001-01-01"), None]),
        ("BLOB", (b"", "text"), Kind.STRING, ["X''", "text"]),
        ("VARCHAR(3)", ("longer than declared", b"\x00"), Kind.STRING, ["longer than declared", "X'00'"]),
        ("", ("a", 1, None), Kind.STRING, ["a", "1", None]),
    ],
)
def test_a_value_that_does_not_fit_makes_its_column_text(engine, declared, values, kind, expected):
    plan, found = read(engine, declared, *values)
    assert (plan.kind, found) == (kind, expected)


def test_a_number_beyond_32_bits_is_whole(engine):
    plan, found = read(engine, "INTEGER", 2**40, -1)
    assert [int(value) for value in found] == [2**40, -1]
    assert plan.kind is (Kind.STRING if engine.name == "sqlite-odbc" else Kind.INTEGER)


@pytest.mark.parametrize(
    "declared", ["INTEGER", "BOOLEAN", "DOUBLE", "DECIMAL(18,4)", "BLOB", "TIMESTAMP", "VARCHAR(3)"]
)
@pytest.mark.parametrize("fits", ["5", "2024-02-29 00:00:00", "2024-02-29 00:00:00.1", "2024-02-29 00:00:00.123456"])
def test_what_fits_up_to_a_nul_does_not_fit(engine, declared, fits):
    """SQLite's functions of text stop there."""
    plan, (found,) = read(engine, declared, f"{fits}\0abc")
    assert plan.kind is Kind.STRING
    assert found == (f"X'{fits.encode().hex().upper()}00616263'" if plan.loose else f"{fits}\0abc")


def test_no_digit_of_a_double_is_lost(engine):
    values = [sys.float_info.max, -sys.float_info.max, 5e-324, 2.2250738585072014e-308, 0.1 + 0.2, 1 / 3, 1 + 2**-52]
    plan, found = read(engine, "DOUBLE", *values, None, math.inf, -math.inf)
    assert (plan.kind, found) == (Kind.DOUBLE, [*values, None, math.inf, -math.inf])


def test_a_double_among_text_is_told_to_its_last_digit(engine):
    values = [sys.float_info.max, -1.1545580616824966e232, 0.1 + 0.2]
    plan, found = read(engine, "DOUBLE", *values, "x")
    assert plan.kind is Kind.STRING
    assert [float(value) for value in found[:-1]] == values


def test_a_boolean_that_is_neither_0_nor_1_is_the_number_that_it_is(engine):
    plan, found = read(engine, "BOOLEAN", 0, 1, 2, -1, 300, None)
    assert (plan.kind, found) == (Kind.INTEGER, [0, 1, 2, -1, 300, None])


def test_text_with_a_nul_is_read_whole(engine):
    plan, found = read(engine, "TEXT", "a\0b")
    assert found == (["X'610062'"] if plan.loose else ["a\0b"])


@pytest.mark.odbc
def test_the_name_of_a_result_is_not_taken_for_text(tmp_path):
    """The driver says that one beyond ASCII is longer than it is; what lies behind it in memory may be anything."""
    require_sqlite_odbc()
    engine = sqlite_engine("sqlite-odbc", tmp_path / "crm.sqlite")
    engine.execute("CREATE TABLE t (c TEXT)")
    with closing(choose_driver(engine.location, engine.settings()).connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("""SELECT max(c GLOB '*[\x80-\xbf]*') FROM t""")
        assert cursor.description[0][0].encode("latin-1").startswith("max(c GLOB '*[\x80-\xbf]*')".encode("utf-16-le"))


def test_a_file_that_is_not_there_is_named_and_not_made(tmp_path):
    engine = sqlite_engine("sqlite", tmp_path / "crm.sqlite")
    (tmp_path / "crm.sqlite").unlink()
    with pytest.raises(InstallationError) as caught:
        choose_driver(engine.location, engine.settings()).connect()
    assert caught.value.code == "database-unreachable"
    assert not list(tmp_path.iterdir())


def test_a_connection_for_reading_cannot_write(engine):
    engine.execute("CREATE TABLE t (c INTEGER)")
    driver = choose_driver(engine.location, engine.settings())
    with closing(driver.connect()) as connection:
        cursor = connection.cursor()
        with pytest.raises(driver.errors):
            cursor.execute("INSERT INTO t VALUES (1)")
        cursor.close()


def test_a_file_that_is_no_database_is_explained(tmp_path):
    (tmp_path / "crm.sqlite").write_bytes(b"no database at all" * 100)
    engine = sqlite_engine("sqlite", tmp_path / "crm.sqlite")
    driver = choose_driver(engine.location, engine.settings())
    with closing(driver.connect()) as connection, pytest.raises(sqlite3.DatabaseError) as caught:
        driver.read_catalogue(connection)
    assert driver.explain(caught.value).code == "database-failed"


@pytest.mark.odbc
def test_what_the_odbc_driver_says_can_be_read(tmp_path):
    require_sqlite_odbc()
    engine = sqlite_engine("sqlite-odbc", tmp_path / "crm.sqlite")
    engine.execute("CREATE TABLE t (c TEXT)")
    driver = choose_driver(engine.location, engine.settings())
    with closing(driver.connect()) as connection, pytest.raises(driver.errors) as caught:
        driver.fetch(connection, "SELECT missing FROM t")
    assert "no such column" in driver.explain(caught.value).message


@pytest.mark.anyio
async def test_a_lock_that_is_never_given_back_is_told_as_a_lock(engine):
    engine.execute("CREATE TABLE person (id INTEGER PRIMARY KEY)")
    database = await engine.open(login_timeout=1)
    with closing(sqlite3.connect(engine.location.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InstallationError) as caught:
            await database.write("INSERT INTO person (id) VALUES (1)")
    await database.aclose()
    assert caught.value.code == "database-locked"


@pytest.mark.anyio
async def test_a_file_that_has_no_room_is_told_as_a_full_disk(engine):
    engine.execute("CREATE TABLE person (id INTEGER PRIMARY KEY)")
    driver = choose_driver(engine.location, engine.settings())
    said = "[HY000] [SQLite]database or disk is full (13) (13) (SQLExecDirectW)"
    assert driver.explain(driver.errors[0]("HY000", said)).code == "database-out-of-room"


@pytest.fixture
def no_database(engine):
    Path(engine.location.database).write_bytes(b"nothing that SQLite would know" * 100)
    return engine


@pytest.mark.anyio
async def test_a_file_that_is_no_database_is_told_as_a_file(no_database):
    with pytest.raises(InstallationError, match=r"crm\.sqlite cannot be read") as caught:
        await no_database.open()
    assert "Check that it is an SQLite database" in caught.value.remedy

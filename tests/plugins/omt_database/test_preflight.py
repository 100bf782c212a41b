from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from pydantic import SecretStr

from omt_core.api.errors import InstallationError
from omt_core.api.findings import Finding, Severity
from omt_crm.tolerant import rows_if_there
from omt_database.drivers import sqlite
from omt_database.drivers.catalogue import Sight
from omt_database.drivers.choice import choose_driver
from omt_database.preflight import preflight
from omt_database.source import CrmDatabase

pytestmark = pytest.mark.anyio

PEOPLE = "CREATE TABLE person (person_id INTEGER PRIMARY KEY, name VARCHAR(20))"


async def found(engine, taken: int | None = None, **settings: object) -> dict[str, Finding]:
    database = await engine.open(**settings)
    findings = await preflight(database, engine.settings(**settings), taken)
    await database.aclose()
    return {finding.code: finding for finding in findings}


async def test_where_no_table_is_moved_none_is_read_for_its_values(engine, monkeypatch) -> None:
    engine.execute(PEOPLE, "INSERT INTO person VALUES (1, 'Uno')")
    database = await engine.open()
    asked: list[str] = []
    monkeypatch.setattr(database, "plan_columns", lambda table: asked.append(table.name))
    monkeypatch.setattr(database, "largest", lambda table, _: asked.append(table.name))
    assert {one.code for one in await preflight(database, engine.settings(), values=False)} <= {"snapshot-weak"}
    await database.aclose()
    assert asked == []


BYTES_OF_LATIN_1 = "CAST(X'E5' AS TEXT)"


@pytest.fixture
def file(engine):
    """A file of SQLite's, of which several tables are looked at at a time."""
    if engine.name == "postgresql":
        pytest.skip("looks at one table after another")
    return engine


async def test_findings_come_in_the_order_of_tables_however_many_are_looked_at_at_a_time(file, monkeypatch) -> None:
    names = ["alpha", "beta", "gamma", "delta"]
    for name in names:
        file.execute(
            f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, s TEXT)",
            f"INSERT INTO {name} VALUES (1, {BYTES_OF_LATIN_1})",
        )
    database = await file.open()
    measure, last = database.driver.measure, threading.Event()

    def measured(connection, table, expressions):
        """Have the first table wait for the last."""
        if table.name == "gamma":
            last.set()
        if table.name == "alpha":
            assert last.wait(10)
        return measure(connection, table, expressions)

    monkeypatch.setattr(database.driver, "measure", measured)
    findings = await preflight(database, file.settings())
    await database.aclose()
    replaced = [one.subjects for one in findings if one.code == "values-replaced"]
    assert replaced == [(f"{name}.s: id=1",) for name in sorted(names)]


async def test_of_several_tables_that_cannot_be_looked_at_the_first_is_told(file, monkeypatch) -> None:
    for name in ("alpha", "beta"):
        file.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, s TEXT)")
    database = await file.open()
    both = threading.Barrier(2)

    def failing(_, table, __):
        both.wait(10)
        raise ValueError(f"no look at {table.name}")

    monkeypatch.setattr(database.driver, "measure", failing)
    with pytest.raises(InstallationError, match="alpha"):
        await preflight(database, file.settings())
    await database.aclose()


@pytest.fixture
def postgresql(engine):
    if engine.name != "postgresql":
        pytest.skip("has tables of its own for names in other case, and rights")
    return engine


async def open_as(engine, user: str) -> CrmDatabase:
    location = replace(engine.location, user=user, password=SecretStr(user))
    return await CrmDatabase.open(choose_driver(location, engine.settings()))


@pytest.fixture
def reader(postgresql):
    """A login that may read the schema and whatever is granted to it."""
    postgresql.execute(
        "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN PASSWORD 'reader'",
        "GRANT USAGE ON SCHEMA crm7 TO reader", PEOPLE, "GRANT SELECT ON person TO reader",
    )  # fmt: skip
    yield "reader"
    postgresql.execute("DROP OWNED BY reader", "DROP ROLE reader")


@pytest.mark.parametrize(
    "hide",
    [
        ("CREATE TABLE y_own (id INT PRIMARY KEY)",),
        ("CREATE TABLE y_own (id INT PRIMARY KEY)", "GRANT INSERT, UPDATE ON y_own TO reader"),
        ("CREATE TABLE y_own (id INT PRIMARY KEY, word TEXT)", "GRANT SELECT (id) ON y_own TO reader"),
        (
            "CREATE TABLE y_own (id INT PRIMARY KEY)", "GRANT SELECT ON y_own TO reader",
            "ALTER TABLE y_own ENABLE ROW LEVEL SECURITY", "CREATE POLICY few ON y_own USING (id < 5)",
        ),
    ],
    ids=["no right", "right to write only", "right to one column", "right to some rows"],
)  # fmt: skip
async def test_a_table_that_may_not_be_read_is_an_error_that_names_it_and_the_grant(postgresql, reader, hide):
    postgresql.execute(*hide)
    database = await open_as(postgresql, reader)
    (finding,) = [one for one in await preflight(database, postgresql.settings()) if one.severity == "error"]
    assert (finding.code, finding.subjects) == ("database-tables-hidden", ("y_own",))
    assert 'GRANT SELECT ON ALL TABLES IN SCHEMA "crm7" TO "reader"' in finding.message
    assert sorted(database.tables) == ["person"]
    with pytest.raises(InstallationError, match="y_own") as caught:
        await rows_if_there(database, ["Y_OWN"], "SELECT id FROM y_own")
    assert caught.value.code == "database-tables-hidden"
    with pytest.raises(InstallationError, match="y_own"):
        await database.rows("SELECT id FROM y_own")
    left = postgresql.settings(left_tables=["y_own"])
    assert not [one for one in await preflight(database, left) if one.severity == "error"]
    await database.aclose()


async def test_whoever_sees_all_is_told_nothing(engine):
    engine.execute(PEOPLE)
    assert await found(engine) == {}


async def test_sight_that_nothing_proves_is_an_error_with_the_tables_that_the_crm_numbers(engine):
    engine.execute(
        PEOPLE,
        "CREATE TABLE sequence (sequence_id INTEGER PRIMARY KEY, TableName VARCHAR(40))",
        "INSERT INTO sequence VALUES (1, 'PERSON'), (2, 'Contact')",
    )
    database = await engine.open()
    database.driver.sight = Sight(proven=False, grant="GRANT SELECT ON SCHEMA::[crm7] TO [reader]")
    (finding,) = [one for one in await preflight(database, engine.settings()) if one.severity == "error"]
    await database.aclose()
    assert (finding.code, finding.subjects) == ("database-sight-not-proven", ("Contact",))
    assert "GRANT SELECT ON SCHEMA::[crm7] TO [reader]" in finding.message


async def test_names_that_differ_in_case_only_are_told(postgresql):
    postgresql.execute(
        'CREATE TABLE "Y_Extra" (id INT PRIMARY KEY)', "CREATE TABLE y_extra (id INT PRIMARY KEY, other INT)",
        'CREATE TABLE y_cols (id INT PRIMARY KEY, "Name" TEXT, name TEXT)',
    )  # fmt: skip
    finding = (await found(postgresql))["names-differ-in-case"]
    assert finding.subjects == ("Y_Extra", "y_cols.Name", "y_cols.name", "y_extra")


async def test_a_column_without_a_name_is_found_before_the_tenant_refuses_its_table(file) -> None:
    file.execute(PEOPLE, 'CREATE TABLE odd (id INTEGER PRIMARY KEY, "" TEXT)')
    assert (await found(file))["column-without-name"].subjects == ("odd",)
    assert "column-without-name" not in await found(file, left_tables=["odd"])


async def test_what_is_no_text_behind_a_nul_is_found_too(file) -> None:
    file.execute(PEOPLE, "INSERT INTO person VALUES (1, CAST(X'6100E5' AS TEXT)), (2, 'Uno')")
    assert (await found(file))["values-replaced"].subjects == ("person.name: person_id=1",)


async def test_a_value_among_others_kinds_is_measured_whole(file) -> None:
    file.execute(PEOPLE, "INSERT INTO person VALUES (1, CAST(X'6100' || zeroblob(2000) AS TEXT)), (2, X'00')")
    assert (await found(file, largest_value=1_000))["value-too-long"].subjects == ("person.name",)


async def test_half_a_letter_at_the_end_of_one_value_and_of_the_next_are_no_letter(file) -> None:
    pair = "(id INTEGER PRIMARY KEY, a TEXT, b TEXT)"
    half, other = "CAST(X'61C3' AS TEXT)", "CAST(X'A661' AS TEXT)"
    file.execute(
        f"CREATE TABLE beside {pair}",
        f"INSERT INTO beside VALUES (1, {half}, {other})",
        f"CREATE TABLE below {pair}",
        f"INSERT INTO below VALUES (1, NULL, {half}), (2, {other}, NULL)",
    )
    database = await file.open()
    findings = await preflight(database, file.settings())
    await database.aclose()
    subjects = [one.subjects for one in findings if one.code == "values-replaced"]
    assert subjects == [("below.a: id=2",), ("below.b: id=1",), ("beside.a: id=1",), ("beside.b: id=1",)]


async def looked_at(file, monkeypatch) -> tuple[list[tuple[str, ...]], int]:
    """The subjects of what is replaced, and how many rows the looks at values fetched."""
    database = await file.open()
    fetch, fetched = database.driver.fetch, []

    def counted(*asked):
        rows = fetch(*asked)
        fetched.extend(rows)
        return rows

    monkeypatch.setattr(database.driver, "fetch", counted)
    findings = await preflight(database, file.settings())
    await database.aclose()
    return [one.subjects for one in findings if one.code == "values-replaced"], len(fetched)


async def test_texts_of_many_rows_are_looked_at_together(file, monkeypatch) -> None:
    rows = [(number, f"Uno {number}") for number in range(6_000)]
    file.execute(PEOPLE, ("INSERT INTO person VALUES (?, ?)", rows))
    replaced, fetched = await looked_at(file, monkeypatch)
    assert not replaced
    assert fetched < 20


async def test_every_row_is_looked_at_whatever_its_number(file, monkeypatch) -> None:
    monkeypatch.setattr(sqlite, "_ROWS_AT_ONCE", 2)
    numbers = [-(2**63), -1, 0, 2**31, 2**53 + 1, 2**62, 2**63 - 1]
    for place, last in enumerate(numbers):
        name = f"t{place}"
        rows = [(number, "Uno") for number in numbers if number != last]
        file.execute(
            f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, s TEXT)",
            (f"INSERT INTO {name} VALUES (?, ?)", rows),
            f"INSERT INTO {name} VALUES ({last}, {BYTES_OF_LATIN_1})",
        )
    replaced, _ = await looked_at(file, monkeypatch)
    assert replaced == [(f"t{place}.s: id={last}",) for place, last in enumerate(numbers)]


@pytest.mark.parametrize(
    "declared",
    [
        "(id INTEGER PRIMARY KEY, s TEXT, rowid TEXT)",
        "(id INTEGER PRIMARY KEY, s TEXT, ROWID TEXT, _rowid_ TEXT)",
        "(id INTEGER PRIMARY KEY, s TEXT, rowid TEXT, _rowid_ TEXT, oid TEXT)",
        "(id INTEGER PRIMARY KEY, s TEXT) WITHOUT ROWID",
        "(id TEXT PRIMARY KEY, s TEXT) WITHOUT ROWID",
    ],
)
async def test_tables_whose_rows_have_other_numbers_or_none_are_looked_at_too(file, monkeypatch, declared) -> None:
    file.execute(
        f"CREATE TABLE t {declared}",
        "INSERT INTO t (id, s) VALUES (1, 'Uno'), (2, 'Due')",
        f"INSERT INTO t (id, s) VALUES (3, {BYTES_OF_LATIN_1})",
        f"CREATE TABLE whole {declared}",
        "INSERT INTO whole (id, s) VALUES (1, 'Uno')",
    )
    replaced, _ = await looked_at(file, monkeypatch)
    assert replaced == [("t.s: id=3",)]


async def test_a_row_with_replaced_text_is_named_by_its_key_to_the_last_digit(file) -> None:
    key = 0.12345678901234568
    file.execute(
        "CREATE TABLE t (id DOUBLE PRIMARY KEY, s TEXT)",
        f"INSERT INTO t VALUES ({key!r}, {BYTES_OF_LATIN_1})",
    )
    (subject,) = (await found(file))["values-replaced"].subjects
    assert float(subject.removeprefix("t.s: id=")) == key


async def test_no_letter_is_suspicious(file) -> None:
    text = "«§» " + "".join(map(chr, range(0x80, 0x100))) + "\ufffd\U0001f600"
    file.execute(PEOPLE, ("INSERT INTO person VALUES (?, ?)", [(1, text), (2, None), (3, "")]))
    database = await file.open()
    table = database.tables["person"]
    suspicious = await database.suspicious(table, await database.plan_columns(table))
    await database.aclose()
    assert not suspicious


async def test_what_is_no_text_is_found_in_the_last_of_very_many_columns(file) -> None:
    names = [f"c{number:03}" for number in range(700)]
    file.execute(
        f"CREATE TABLE wide (id INTEGER PRIMARY KEY, {', '.join(f'{name} TEXT' for name in names)})",
        f"INSERT INTO wide (id, {names[-1]}) VALUES (1, {BYTES_OF_LATIN_1})",
    )
    assert (await found(file))["values-replaced"].subjects == (f"wide.{names[-1]}: id=1",)


@pytest.mark.odbc
@pytest.mark.postgresql
async def test_a_table_without_any_column_is_told(engine_on_postgresql) -> None:
    engine_on_postgresql.execute("CREATE TABLE hollow ()", "INSERT INTO hollow DEFAULT VALUES")
    told = (await found(engine_on_postgresql))["tables-without-columns"]
    assert (told.severity, told.subjects) == (Severity.WARNING, ("hollow",))
    assert "tables-without-columns" not in await found(engine_on_postgresql, left_tables=["hollow"])


@pytest.mark.odbc
@pytest.mark.postgresql
async def test_of_a_partitioned_table_the_sum_of_its_parts_is_its_size_and_its_parts_are_not_hidden(
    engine_on_postgresql,
) -> None:
    engine_on_postgresql.execute(
        "CREATE TABLE split (id INTEGER) PARTITION BY RANGE (id)",
        "CREATE TABLE split_low PARTITION OF split FOR VALUES FROM (0) TO (10)",
        "INSERT INTO split VALUES (1)",
        "CREATE ROLE reader LOGIN PASSWORD 'reader'",
        "GRANT USAGE ON SCHEMA crm7 TO reader",
        "GRANT SELECT ON split TO reader",
    )
    location = replace(engine_on_postgresql.location, user="reader", password=SecretStr("reader"))
    database = await replace(engine_on_postgresql, location=location).open()
    try:
        assert database.sight.hidden == ()
        assert (await database.stored_bytes([database.tables["split"]]) or 0) > 0
    finally:
        await database.aclose()


async def test_a_row_whose_values_are_too_long_together_is_found_before_the_upload(engine) -> None:
    engine.execute(
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, one {engine.blob}, two TEXT, three {engine.blob})",
        ("INSERT INTO t VALUES (?, ?, ?, ?)", [(1, b"x" * 900, "y" * 900, None), (2, None, None, b"z" * 900)]),
    )
    finding = (await found(engine, taken=1_000))["row-too-long"]
    assert (finding.severity, finding.subjects) == ("error", ("t",))
    assert "1,800 bytes together; at most 1,000 are sure" in finding.message
    assert "row-too-long" not in await found(engine, taken=1_800)
    assert "row-too-long" not in await found(engine, taken=1_000, left_tables=["t"])
    assert "row-too-long" in await found(engine, largest_value=1_000)


async def test_where_single_values_are_too_long_their_rows_are_not_told_too(engine) -> None:
    engine.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, one TEXT, two TEXT)",
        ("INSERT INTO t VALUES (?, ?, ?)", [(1, "x" * 1_500, "y" * 900)]),
    )
    assert {"value-too-long", "row-too-long"} & (await found(engine, taken=1_000)).keys() == {"value-too-long"}


async def test_rows_of_which_the_tenant_handles_many_at_a_time_are_told_where_they_are_long(engine) -> None:
    engine.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)",
        ("INSERT INTO t VALUES (?, ?)", [(number, "x" * 900) for number in range(6)]),
    )
    finding = (await found(engine, taken=1_000))["rows-long"]
    assert (finding.severity, finding.subjects) == ("warning", ("t",))
    assert "6 rows with 5,400 bytes of long values" in finding.message
    assert "handles 5,400 bytes at a time, and seems to have 5,000" in finding.message
    assert "rows-long" not in await found(engine, taken=1_100)
    assert "rows-long" not in await found(engine)

from __future__ import annotations

import anyio
import pytest

from omt_core.api.errors import InstallationError
from omt_database.source import CrmDatabase

pytestmark = pytest.mark.anyio

PEOPLE = "CREATE TABLE person (person_id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, code INTEGER NOT NULL)"
ROWS = ("INSERT INTO person VALUES (?, ?, ?)", [(number, f"n{number}", number % 3) for number in range(1, 11)])


@pytest.fixture
async def database(engine):
    engine.execute(PEOPLE, "CREATE UNIQUE INDEX code_name ON person (code, name)", ROWS)
    opened = await engine.open()
    yield opened
    await opened.aclose()


async def test_the_catalogue_is_read(engine):
    engine.execute(
        PEOPLE,
        "CREATE TABLE no_key (a INTEGER, b DECIMAL(18,4))",
        "CREATE TABLE by_index (a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER NOT NULL)",
        "CREATE UNIQUE INDEX wide ON by_index (a, b)",
        "CREATE UNIQUE INDEX narrow ON by_index (c)",
        "CREATE TABLE half (a INTEGER)",
        "CREATE UNIQUE INDEX half_index ON half (a)",
        "CREATE VIEW not_a_table AS SELECT a FROM half",
    )
    database = await engine.open()
    assert sorted(database.tables) == ["by_index", "half", "no_key", "person"]
    person, exact = database.table("PERSON"), database.table("no_key").columns[1]
    assert [(column.name, column.length, column.nullable) for column in person.columns][1:] == [
        ("name", 20, False),
        ("code", None, False),
    ]
    assert (exact.precision, exact.scale) == (18, 4)
    keys = {name: table.primary_key for name, table in database.tables.items()}
    assert keys == {"person": ("person_id",), "no_key": (), "by_index": ("c",), "half": ()}
    assert database.table("nowhere") is None
    await database.aclose()


async def test_a_catalogue_that_is_as_it_was_is_the_same_one_and_one_that_is_not_is_read_anew(engine, database):
    before = database.tables
    async with database.snapshot():
        assert database.tables is before
    engine.execute("CREATE TABLE made_later (a INTEGER)")
    async with database.snapshot():
        assert sorted(database.tables) == ["made_later", "person"]


async def test_how_text_is_read_is_said_before_anything_is_read(engine, monkeypatch):
    engine.execute(PEOPLE)
    said = []
    database = await engine.open()
    driver = database.driver
    read = {name: getattr(driver, name) for name in ("set_loose", "read_catalogue")}
    for name, method in read.items():
        monkeypatch.setattr(driver, name, lambda *a, m=method, n=name, **k: said.append(n) or m(*a, **k))
    again = await CrmDatabase.open(driver)
    assert said == ["set_loose", "read_catalogue"]
    await again.aclose()
    await database.aclose()


async def test_rows_come_in_batches(database):
    sizes = [len(batch) async for batch in database.batches("SELECT person_id FROM person", size=4)]
    assert sizes == [4, 4, 2]


async def test_a_session_that_answered_a_moment_ago_is_not_taken_for_dead(database):
    await database.rows("SELECT person_id FROM person")
    look = database.driver.look(tuple(database._link.sessions.values()))
    assert look is None or look.at_work


async def test_parameters_are_bound(database):
    rows = await database.rows('SELECT "name" FROM PERSON WHERE person_id = ?', (3,))
    assert [tuple(row) for row in rows] == [("n3",)]
    assert list(await database.rows('SELECT "name" FROM person WHERE "name" = ?', ("' OR 1=1 --",))) == []


async def test_a_missing_column_reads_as_null(database):
    rows = await database.rows("SELECT person_id, nope FROM person ORDER BY person_id")
    assert tuple(rows[0]) == (1, None)


async def test_a_snapshot_does_not_see_what_others_write(engine, database):
    async with database.snapshot() as first:
        before = await database.rows("SELECT COUNT(*) FROM person")
        if engine.name == "postgresql":  # SQLite keeps writers out instead
            engine.execute("INSERT INTO person VALUES (11, 'x', 0)")
        assert [tuple(row) for row in await database.rows("SELECT COUNT(*) FROM person")] == [tuple(*before)]
    engine.execute("INSERT INTO person VALUES (12, 'y', 0)")
    assert int(str((await database.rows("SELECT COUNT(*) FROM person"))[0][0])) > int(str(before[0][0]))
    async with database.snapshot() as second:
        assert first != second


async def test_an_error_in_a_snapshot_is_what_comes_out_of_it(database):
    with pytest.raises(InstallationError) as caught:
        async with database.snapshot():
            await database.rows("SELECT a FROM nowhere")
    assert caught.value.code == "database-table-missing"
    assert len(await database.rows("SELECT person_id FROM person")) == 10


async def test_a_connection_that_broke_is_made_anew_but_never_within_a_view(engine, database):
    if engine.name != "postgresql":
        pytest.skip("there is no server that could end a connection")
    end_others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    end_others += " AND datname = current_database()"
    people = "SELECT person_id FROM person"
    assert len(await database.rows(people)) == 10
    engine.execute(end_others)
    assert len(await database.rows(people)) == 10
    with pytest.raises(InstallationError):  # noqa: PT012 - the view is lost in its middle
        async with database.snapshot():
            await database.rows(people)
            engine.execute(end_others)
            await database.rows(people)
    async with database.snapshot():
        assert len(await database.rows(people)) == 10


async def test_writing_says_how_many_rows_and_is_there_at_once(database):
    assert await database.write("DELETE FROM person WHERE person_id <= ?", (4,)) == 4
    assert await database.write('INSERT INTO person (person_id, "name", code) VALUES (?, ?, ?)', (1, "Å😀", 1)) == 1
    assert await database.write('UPDATE person SET "name" = ? WHERE person_id = ?', ("z", 99)) == 0
    assert len(await database.rows("SELECT person_id FROM person")) == 7


async def test_an_error_of_the_database_is_explained(database):
    with pytest.raises(InstallationError) as caught:
        await database.write('INSERT INTO person (person_id, "name", code) VALUES (?, ?, ?)', (1, "n", 1))
    assert caught.value.code == "database-failed"


async def test_asking_within_a_result_is_refused_instead_of_waiting_for_ever(database):
    with pytest.raises(RuntimeError, match="to its end"):  # noqa: PT012 - the loop is what raises
        async for _ in database.batches("SELECT person_id FROM person", size=1):
            assert len(await database.rows("SELECT person_id FROM person")) == 10
    assert len(await database.rows("SELECT person_id FROM person")) == 10


async def test_an_iterator_that_another_task_left_behind_does_not_keep_the_snapshot_from_ending(database):
    async def fail():
        async for _ in database.batches("SELECT person_id FROM person", size=1):
            raise LookupError

    with pytest.raises(ExceptionGroup) as caught:
        async with database.snapshot(), anyio.create_task_group() as group:
            group.start_soon(fail)
    assert caught.group_contains(LookupError)
    assert len(await database.rows("SELECT person_id FROM person")) == 10


async def test_a_result_that_is_dropped_gives_the_connection_back(database):
    batches = database.batches("SELECT person_id FROM person", size=1)
    await anext(batches)
    await batches.aclose()
    assert len(await database.rows("SELECT person_id FROM person")) == 10


async def test_several_tasks_take_turns(database):
    counts = []

    async def ask():
        counts.append(sum([len(batch) async for batch in database.batches("SELECT person_id FROM person", size=1)]))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(ask)
    assert counts == [10] * 5


async def test_a_connection_beside_answers_while_the_first_is_read(database):
    async for _ in database.batches("SELECT person_id FROM person", size=1):
        async with database.beside() as other:
            assert len(await other.rows("SELECT person_id FROM person")) == 10
        break


@pytest.mark.parametrize("asks", ["the tool", "its driver"])
async def test_a_cancelled_query_is_stopped_and_the_connection_goes_on(engine, database, monkeypatch, asks):
    engine.execute("CREATE TABLE number (n INTEGER PRIMARY KEY)")
    engine.execute(("INSERT INTO number VALUES (?)", [(number,) for number in range(300)]))
    await database.aclose()
    database = await engine.open()
    endless = "SELECT COUNT(*) FROM number a, number b, number c, number d, number e WHERE a.n + b.n + c.n + d.n = e.n"
    driver = database.driver
    in_its_sql = endless.replace("number ", f"{driver.source(database.table('number'))} ")
    monkeypatch.setattr(driver, "weakness", lambda connection: driver.fetch(connection, in_its_sql))
    with anyio.move_on_after(0.2) as scope:
        await (database.rows(endless) if asks == "the tool" else database.weakness_of_views())
    assert scope.cancelled_caught
    assert not database._thread.lost
    assert len(await database.rows("SELECT person_id FROM person")) == 10
    await database.aclose()


async def test_closing_twice_does_no_harm(engine):
    engine.execute(PEOPLE)
    database = await engine.open()
    await database.aclose()
    await database.aclose()


async def test_what_the_database_takes_is_told_without_reading_it(engine):
    engine.execute(
        "CREATE TABLE wide (id INTEGER PRIMARY KEY, body TEXT)",
        ("INSERT INTO wide VALUES (?, ?)", [(number, f"{number:06}" * 200) for number in range(2_000)]),
    )
    opened = await engine.open()
    stored = await opened.stored_bytes([opened.table("wide")])
    await opened.aclose()
    assert 100_000 < stored < 10_000_000


async def test_statistics_that_may_not_be_read_are_told_as_unknown(engine, monkeypatch):
    engine.execute(PEOPLE)
    opened = await engine.open()

    def refused(*_: object) -> int:
        raise InstallationError("database-read-failed", "The user has no right to read it.", "Give it.")

    monkeypatch.setattr(opened.driver, "stored_bytes", refused)
    assert await opened.stored_bytes(list(opened.tables.values())) is None
    await opened.aclose()


async def test_a_name_that_the_driver_cannot_be_asked_for_is_told_with_the_driver_that_can(engine):
    engine.execute('CREATE TABLE "y_😀" (id INTEGER PRIMARY KEY)', 'INSERT INTO "y_😀" VALUES (1)')
    if engine.name != "sqlite-odbc":
        database = await engine.open()
        assert list(database.tables) == ["y_😀"]
        assert [tuple(row) for row in await database.rows('SELECT id FROM "y_😀"')] == [(1,)]
        await database.aclose()
        return
    with pytest.raises(InstallationError, match="y_😀") as caught:
        await engine.open()
    assert caught.value.code == "database-name-unreadable"
    assert "stdlib" in caught.value.remedy

"""A database that goes away while it is read: what is said of it, and that it is read again once it is back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from omt_core.api import InstallationError, SnapshotLostError
from omt_database.drivers.choice import choose_driver
from omt_database.errors import (
    DATABASE_LOGIN_REFUSED,
    DATABASE_NOT_FOUND,
    DATABASE_NOT_OPEN,
    DATABASE_UNREACHABLE,
)
from omt_database.export.stage import DatabaseExport
from omt_database.patience import wait_until_back
from omt_database.source import CrmDatabase, Waiting
from tests.plugins.omt_database.test_patience import Line

pytestmark = pytest.mark.anyio

END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND datname = current_database()"
)


@pytest.fixture
def served(engine):
    if engine.name != "postgresql":
        pytest.skip("there is no server that could go away")
    engine.execute(
        "CREATE TABLE first (id INTEGER PRIMARY KEY, word VARCHAR(9))",
        "INSERT INTO first SELECT n, 'w' || n FROM generate_series(1, 20000) AS n",
        "CREATE TABLE middle (id INTEGER PRIMARY KEY, body TEXT)",
        "INSERT INTO middle SELECT n, repeat(lpad(CAST(n AS text), 6, '0'), 500) FROM generate_series(1, 2000) AS n",
        "CREATE TABLE the_last (id INTEGER PRIMARY KEY, word VARCHAR(9))",
        "INSERT INTO the_last SELECT n, 'w' || n FROM generate_series(1, 20000) AS n",
    )
    return engine


async def exported(engine, database: CrmDatabase, workspace, **settings: object) -> list[tuple[str, int]]:
    """The table and the rows of each part."""
    stage = DatabaseExport(database, engine.settings(**settings), workspace, pytest.fail, pytest.fail).stage("database")
    parts = []
    async for batch in stage.items():
        for item in batch:
            parts.append((item.part.table, item.part.rows))
            item.path.unlink()
    return parts


def before_the(nth: int, of: Any, name: str, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Act before a method is called for the nth time."""
    method, calls = getattr(of, name), 0

    def counted(*words: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth:
            act()
        return method(*words, **options)

    monkeypatch.setattr(of, name, counted)


MOMENTS = {
    "while the view begins": ("begin_snapshot", 1),
    "while the catalogue is read": ("read_catalogue", 1),
    "before the first table": ("marks", 1),
    "at the first table": ("plan_columns", 1),
    "between tables": ("plan_columns", 2),
    "as the columns' connection is made": ("share_view", 1),
    "behind a table": ("mark_now", 1),
    "at the last table": ("plan_columns", 3),
    "behind the last table": ("mark_now", 3),
}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_connection_that_the_server_ends_is_lost_with_its_view_and_all_is_read_in_the_next(
    served, tmp_path, monkeypatch, moment
):
    database = await served.open()
    async with database.snapshot():
        whole = await exported(served, database, tmp_path)
    method, nth = MOMENTS[moment]
    before_the(nth, database.driver, method, lambda: served.execute(END_OTHERS), monkeypatch)
    with pytest.raises(SnapshotLostError) as caught:
        async with database.snapshot():
            await exported(served, database, tmp_path)
    assert caught.value.code == "database-connection-lost"
    await database.reconnect()
    async with database.snapshot():
        assert await exported(served, database, tmp_path) == whole
    await database.aclose()


@pytest.mark.parametrize("table", ["first", "middle", "the_last"])
async def test_so_it_is_in_the_middle_of_a_table(served, tmp_path, table):
    settings = {"batch_bytes": 30_000, "part_bytes": 60_000}
    database = await served.open(**settings)
    async with database.snapshot():
        whole = await exported(served, database, tmp_path, **settings)
    with pytest.raises(SnapshotLostError) as caught:  # noqa: PT012 - the stage raises as it is read
        async with database.snapshot():
            stage = DatabaseExport(
                database, served.settings(spool_bytes=1, **settings), tmp_path, pytest.fail, pytest.fail
            ).stage("database")
            ended = False
            async for batch in stage.items():
                for item in batch:
                    if item.part.table == table and not ended:
                        served.execute(END_OTHERS)
                        ended = True
                    item.path.unlink()
    assert caught.value.code == "database-connection-lost"
    async with database.snapshot():
        assert await exported(served, database, tmp_path, **settings) == whole
    await database.aclose()


async def test_one_that_ends_once_all_is_read_takes_nothing_with_it(served, tmp_path):
    """The view stands while files are sent, for hours."""
    database = await served.open()
    async with database.snapshot():
        whole = await exported(served, database, tmp_path)
        served.execute(END_OTHERS)
    async with database.snapshot():
        assert await exported(served, database, tmp_path) == whole
    await database.aclose()


async def test_a_look_outside_a_view_is_taken_again_on_a_new_connection(served):
    database = await served.open()
    table = database.table("first")
    for look in (
        lambda: database.plan_columns(table),
        lambda: database.missing_grant("first", ["INSERT"]),
        database.weakness_of_views,
        lambda: database.stored_bytes([table]),
    ):
        said = await look()
        served.execute(END_OTHERS)
        assert await look() == said
    await database.aclose()


@pytest.mark.parametrize("moment", ["as the view begins", "within the view"])
async def test_a_line_that_became_a_black_hole_is_left_and_the_database_read_again_once_it_answers(
    served, tmp_path, monkeypatch, moment
):
    host, _, port = (served.location.server or "").partition(":")
    line = Line(int(port))
    driver = choose_driver(replace(served.location, server=f"{host}:{line.port}"), served.settings(login_timeout=1))
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if "waited for up to" in text:
            line.hole.clear()

    database = await CrmDatabase.open(driver, Waiting(tell=tell, notice_after=0.2))
    if moment == "as the view begins":
        before_the(1, driver, "begin_snapshot", line.hole.set, monkeypatch)
    with closing(line):
        with pytest.raises(SnapshotLostError) as caught:  # noqa: PT012 - the view is lost in its middle
            async with database.snapshot():
                assert await database.column_connection() is not None
                line.hole.set()
                await database.rows("SELECT id FROM first")
        assert caught.value.code == "database-connection-lost"
        assert "does not answer any more" in caught.value.message
        await database.reconnect()
        async with database.snapshot():
            parts = await exported(served, database, tmp_path)
        assert sorted({table for table, _ in parts}) == ["first", "middle", "the_last"]
        await database.aclose()
    assert "The database answers again." in told


async def test_one_that_became_so_once_all_is_read_takes_nothing_with_it(served):
    host, _, port = (served.location.server or "").partition(":")
    line = Line(int(port))
    driver = choose_driver(replace(served.location, server=f"{host}:{line.port}"), served.settings(login_timeout=1))
    database = await CrmDatabase.open(driver, Waiting(notice_after=0.2))
    with closing(line):
        async with database.snapshot():
            said = await database.rows("SELECT id FROM first")
            line.hole.set()
        line.hole.clear()
        assert sorted(await database.rows("SELECT id FROM first")) == sorted(said)
        await database.aclose()


async def answering(*errors: InstallationError, minutes: float = 1) -> list[str]:
    """What is told while a database answers so, one try after another, and at last that it is there."""
    left, told = list(errors), []

    async def answers() -> None:
        if left:
            raise left.pop(0)

    await wait_until_back(answers, told.append, minutes=minutes)
    return told


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("omt_database.patience.SECONDS_BETWEEN_TRIES", 0)


async def test_one_that_answers_is_not_waited_for():
    assert await answering() == []


async def test_it_is_told_once_why_it_is_waited_for_and_once_that_it_is_back(quick):
    errors = [code.error() for code in (DATABASE_UNREACHABLE, DATABASE_NOT_OPEN, DATABASE_NOT_FOUND)]
    first, last = await answering(*errors, minutes=30)
    assert first == f"{errors[0].message} It is waited for up to 30 minutes."
    assert last == "The database answers again."


async def test_a_login_that_is_refused_is_not_tried_again(quick):
    with pytest.raises(InstallationError) as caught:
        await answering(DATABASE_UNREACHABLE.error(), DATABASE_LOGIN_REFUSED.error(), DATABASE_UNREACHABLE.error())
    assert caught.value.code == "database-login-refused"


async def test_one_that_stays_away_is_given_up_with_what_it_said_last(quick):
    async def away() -> None:
        await anyio.lowlevel.checkpoint()
        raise DATABASE_UNREACHABLE.error("It is still away.")

    with pytest.raises(InstallationError) as caught:
        await wait_until_back(away, [].append, minutes=1e-9)
    assert (caught.value.code, caught.value.message) == ("database-unreachable", "It is still away.")

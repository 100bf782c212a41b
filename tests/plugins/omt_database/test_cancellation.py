"""Whatever is asked of the database and cancelled, wherever it waits, leaves nothing open and the connection usable."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import aclosing, closing
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from omt_database.drivers.odbc import load_pyodbc
from omt_database.export.losses import Losses
from omt_database.export.table_reader import TableReader
from omt_database.guard import Guard, GuardSettings
from omt_database.source import CrmDatabase
from omt_database.thread import WorkThread

pytestmark = pytest.mark.anyio

PEOPLE = "SELECT person_id FROM person"

LOOP_TURNS = 10
"""More than a cancellation takes to arrive."""


class Held:
    """Holds the work of all threads before it is begun (`queued`), or as its first act, while a wait is cancelled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, queued: bool) -> None:
        self._queued = queued
        self._start = WorkThread.start
        self._works: list[Any] = []
        self._begun = threading.Event()
        self.close()
        self.open()

        def start(thread: WorkThread, work: Callable[[], object]) -> Any:
            return self._started(thread, work)

        monkeypatch.setattr(WorkThread, "start", start)

    def close(self) -> None:
        """Hold what is started from now on."""
        self._gate = threading.Event()
        self._occupied: set[WorkThread] = set()
        self._begun.clear()
        self._works.clear()

    def open(self) -> None:
        """Hold nothing any more."""
        self._gate.set()

    @property
    def holds(self) -> bool:
        """Whether what was started since is held, if there is anything."""
        return self._begun.is_set() or all(work.done for work in self._works)

    def _started(self, thread: WorkThread, work: Callable[[], object]) -> Any:
        gate, begun = self._gate, self._begun

        def hold() -> None:
            if not gate.is_set():
                begun.set()
                gate.wait()

        def held() -> object:
            hold()
            return work()

        if self._queued and thread not in self._occupied and not thread.lost:
            self._occupied.add(thread)
            self._start(thread, hold)
        pending = self._start(thread, work if self._queued else held)
        self._works.append(pending)
        return pending


class CancelledAt:
    """Awaits a coroutine and cancels a scope at its n-th wait; `came` says whether there was one."""

    def __init__(self, coroutine: Coroutine[Any, Any, object], nth: int, scope: anyio.CancelScope, held: Held) -> None:
        self._coroutine, self._nth, self._scope, self._held = coroutine, nth, scope, held
        self.came = False

    def __await__(self) -> Generator[Any, Any, None]:
        waits = self._coroutine.__await__()
        go_on: Callable[[], Any] = partial(waits.send, None)
        number = 0
        self._held.close()
        try:
            while True:
                waited_for = go_on()
                if number == self._nth:
                    self.came = True
                    while not self._held.holds:
                        yield None
                    self._scope.cancel()
                    # A wait that is shielded goes on.
                    self._open_in(LOOP_TURNS)
                elif not self.came:
                    self._held.open()
                number += 1
                try:
                    go_on = partial(waits.send, (yield waited_for))
                except BaseException as error:  # noqa: BLE001 - handed on
                    go_on = partial(waits.throw, error)
                if self.came:
                    self._held.open()
                else:
                    self._held.close()
        except StopIteration:
            return
        finally:
            self._held.open()

    def _open_in(self, turns: int) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(self._open_in, turns - 1)
        else:
            self._held.open()


async def all_rows(database: CrmDatabase) -> None:
    await database.rows(PEOPLE)


async def batches(database: CrmDatabase) -> None:
    async with aclosing(database.batches(PEOPLE, size=4)) as some:
        async for _ in some:
            await checkpoint()


async def dropped_batches(database: CrmDatabase) -> None:
    async for _ in database.batches(PEOPLE, size=4):
        await checkpoint()


async def first_batch(database: CrmDatabase) -> None:
    async for _ in database.batches(PEOPLE, size=1):
        await checkpoint()
        break


async def snapshot(database: CrmDatabase) -> None:
    async with database.snapshot():
        await database.rows(PEOPLE)
        await checkpoint()
        await database.column_connection()


async def export(database: CrmDatabase) -> None:
    async with database.snapshot():
        table = database.table("person")
        assert table is not None
        plans = await database.plan_columns(table)
        reader = TableReader(database, Guard(GuardSettings()), 512)
        async with aclosing(reader.batches(table, plans, (), Losses(table, plans))) as read:
            async for _ in read:
                await checkpoint()


async def write(database: CrmDatabase) -> None:
    await database.write("UPDATE person SET code = code + 1 WHERE person_id = ?", (1,))


async def looks(database: CrmDatabase) -> None:
    table = database.table("person")
    assert table is not None
    plans = await database.plan_columns(table)
    await database.largest(table, [plan for plan in plans if plan.column.name == "name"])
    await database.missing_grant("person", ("INSERT",))


async def one_beside(database: CrmDatabase) -> None:
    async with database.beside() as other:
        await other.rows(PEOPLE)


async def one_more(database: CrmDatabase) -> None:
    other = await CrmDatabase.open(database.driver)
    try:
        await other.rows(PEOPLE)
    finally:
        await other.aclose()


ACTS = [all_rows, batches, dropped_batches, first_batch, snapshot, export, write, looks, one_beside, one_more]


@pytest.fixture
def filled(engine):
    engine.execute(
        "CREATE TABLE person (person_id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, code INTEGER NOT NULL)",
        ("INSERT INTO person VALUES (?, ?, ?)", [(number, f"n{number}", number % 3) for number in range(1, 11)]),
    )
    return engine


def times_opened(path: str) -> int:
    """Return how often this process has a file open."""
    return [str(opened.resolve()) for opened in Path("/proc/self/fd").iterdir()].count(path)


async def nothing_is_open(engine, connections: int) -> None:
    """Require that nobody is kept from anything, and that the tool has just so many connections."""
    if engine.name != "postgresql":
        with closing(sqlite3.connect(engine.location.database, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            other.execute("ROLLBACK")
        assert times_opened(engine.location.database) == connections
        return
    with closing(load_pyodbc().connect(engine.odbc_string, autocommit=True)) as other:
        with anyio.fail_after(60):
            sessions = None
            while sessions != ["idle"] * connections:
                # A session ends a moment after its connection.
                sessions = [
                    state
                    for (state,) in other.execute(
                        "SELECT state FROM pg_stat_activity WHERE datname = current_database()"
                        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                    )
                ]
                await checkpoint()
        other.autocommit = False
        other.execute("LOCK TABLE crm7.person IN ACCESS EXCLUSIVE MODE NOWAIT")
        other.rollback()


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("moment", ["not begun", "begun", "begun and not to be stopped"])
async def test_whatever_is_cancelled_anywhere_leaves_nothing_open(
    filled, monkeypatch, act: Callable[[CrmDatabase], Awaitable[None]], moment: str
):
    database = await filled.open()
    if moment == "begun and not to be stopped":
        monkeypatch.setattr(database.driver, "interrupt", lambda *_: None)
    held = Held(monkeypatch, queued=moment == "not begun")
    nth = 0
    while True:
        with anyio.CancelScope() as scope:
            cancelled = CancelledAt(act(database), nth, scope, held)
            await cancelled
        assert not database._thread.lost
        # Also where something is closed by another task, once the loop comes to it: this waits for its turn.
        assert await database.write("UPDATE person SET code = 0 WHERE person_id = ?", (2,)) == 1
        await nothing_is_open(filled, connections=1)
        assert len(await database.rows(PEOPLE)) == 10
        if not cancelled.came:
            break
        nth += 1
    assert nth > 0
    await database.aclose()
    await nothing_is_open(filled, connections=0)


async def test_closing_while_a_result_is_read_and_a_view_is_open_leaves_nothing_open(filled):
    database = await filled.open()
    view = database.snapshot()
    await view.__aenter__()
    read = database.batches(PEOPLE, size=1)
    await anext(read)
    await database.column_connection()
    await database.aclose()
    await nothing_is_open(filled, connections=0)
    with pytest.raises(RuntimeError):
        await anext(read)


async def test_a_connection_that_was_given_up_is_closed_once_it_comes_back(filled, monkeypatch):
    database = await filled.open()
    monkeypatch.setattr(database._thread, "letting_go", 0.01)
    begun, ends, closed = threading.Event(), threading.Event(), threading.Event()
    execute = database._link.execute

    def hang(*words: Any, **options: Any) -> Any:
        result = execute(*words, **options)
        begun.set()
        ends.wait()
        return result

    monkeypatch.setattr(database._link, "execute", hang)
    close = database._link.close
    monkeypatch.setattr(database._link, "close", lambda: (close(), closed.set()))
    async with anyio.create_task_group() as group:
        group.start_soon(database.rows, PEOPLE)
        await anyio.to_thread.run_sync(begun.wait)
        group.cancel_scope.cancel()
    assert database._thread.lost
    await database.aclose()
    ends.set()
    assert await anyio.to_thread.run_sync(closed.wait, 60)
    await nothing_is_open(filled, connections=0)

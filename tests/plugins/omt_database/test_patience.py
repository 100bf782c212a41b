from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace

import anyio
import anyio.to_thread
import pytest

from omt_core.api.errors import InstallationError
from omt_database.drivers.choice import choose_driver
from omt_database.drivers.driver import Look
from omt_database.drivers.odbc import load_pyodbc
from omt_database.patience import Patience, tables_of
from omt_database.source import CrmDatabase, Waiting
from omt_database.thread import WorkThread, stoppable

pytestmark = pytest.mark.anyio


class Asked:
    """A driver whose server says of a session what the list holds."""

    errors = (LookupError,)

    def __init__(self, *looks: Look | Exception | None) -> None:
        self._looks = list(looks)
        self.asked = threading.Event()

    def look(self, sessions):
        assert sessions == (7,)
        look = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        if len(self._looks) == 1:
            self.asked.set()
        if isinstance(look, Exception):
            raise look
        return look

    def explain(self, error):
        return InstallationError(str(error.args[0]), "m", "r")


@contextmanager
def patient(driver) -> Iterator[tuple[Patience, list[str], WorkThread, threading.Event]]:
    told: list[str] = []
    ends = threading.Event()
    thread = WorkThread()
    yield Patience(driver, told.append, 0.01, lambda: (7,)), told, thread, ends
    ends.set()
    thread.close()


LOCKED = Look(at_work=True, text="contact is locked by session 5 (sa, ssms)")


async def test_whoever_holds_a_lock_is_told_once_and_the_wait_goes_on():
    driver = Asked(LOCKED, LOCKED, LOCKED)
    with patient(driver) as (patience, told, thread, ends):
        pending = thread.start(ends.wait)
        async with anyio.create_task_group() as group:
            group.start_soon(patience.result, pending, "contact", thread)
            await anyio.to_thread.run_sync(driver.asked.wait, 60)
            ends.set()
    (line,) = told
    assert line.endswith(" seconds (contact): contact is locked by session 5 (sa, ssms). The tool waits.")


@pytest.mark.parametrize("look", [Look(at_work=False), LookupError("database-unreachable")])
async def test_a_connection_at_whose_other_end_nobody_is_at_work_is_given_up(look):
    with patient(Asked(Look(at_work=True), look)) as (patience, _, thread, ends):
        with pytest.raises(InstallationError) as caught:
            await patience.result(thread.start(ends.wait), "contact", thread)
        assert thread.lost
    assert caught.value.code == "database-silent"
    assert "contact" in caught.value.message


@pytest.mark.parametrize("look", [None, LookupError("database-login-refused"), Look(at_work=True)])
async def test_where_nobody_can_say_the_wait_goes_on(look):
    driver = Asked(look, look, look, look)
    with patient(driver) as (patience, told, thread, ends):
        pending = thread.start(ends.wait)
        async with anyio.create_task_group() as group:
            group.start_soon(patience.result, pending, "", thread)
            await anyio.to_thread.run_sync(driver.asked.wait, 60)
            ends.set()
        assert not thread.lost
    assert told == ["The database has not answered for 0 seconds. The tool waits."]


async def test_a_cancellation_while_the_server_is_asked_stops_the_work_too():
    asked, answers, stopped = threading.Event(), threading.Event(), threading.Event()
    driver = Asked(LOCKED)

    def look(sessions):
        asked.set()
        answers.wait()
        return LOCKED

    def work():
        with stoppable(stopped.set):
            stopped.wait()

    driver.look = look
    with patient(driver) as (patience, _, thread, _):
        pending = thread.start(work)
        async with anyio.create_task_group() as group:
            group.start_soon(patience.result, pending, "contact", thread)
            await anyio.to_thread.run_sync(asked.wait)
            group.cancel_scope.cancel()
        assert pending.done
        assert stopped.is_set()
    answers.set()


def test_a_statement_is_named_by_its_first_tables():
    assert tables_of('SELECT 1 FROM a JOIN "B" b ON 1 = 1') == "a, B"
    assert tables_of("INSERT INTO t SELECT 1 FROM a, x JOIN b JOIN c JOIN d") == "t, a, b and 2 more"


class Line:
    """A line to a server that can become a black hole: what comes in is taken, and goes nowhere."""

    def __init__(self, port: int) -> None:
        self._target, self.hole = port, threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in [self._listener, *self._open]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65_536):
                if not self.hole.is_set():
                    sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def postgresql(engine):
    if engine.name != "postgresql":
        pytest.skip("there is no server, and no line to it")
    engine.execute("CREATE TABLE person (person_id INT PRIMARY KEY)", "INSERT INTO person VALUES (1)")
    return engine


async def test_a_table_that_somebody_locks_is_told_with_who_it_is_and_a_cancellation_ends_the_wait(postgresql):
    told: list[str] = []
    seen = anyio.Event()

    def tell(line: str) -> None:
        # The server may be so slow that the first look comes before it has begun to wait.
        if "locked" in line:
            told.append(line)
            seen.set()

    driver = choose_driver(postgresql.location, postgresql.settings())
    database = await CrmDatabase.open(driver, Waiting(tell=tell, notice_after=0.2))
    holder = load_pyodbc().connect(postgresql.odbc_string)
    with closing(holder):
        holder.execute("LOCK TABLE crm7.person IN ACCESS EXCLUSIVE MODE")
        for ask in (database.rows, database.write):
            statement = "SELECT person_id FROM person" if ask == database.rows else "DELETE FROM person"
            async with anyio.create_task_group() as group:
                group.start_soon(ask, statement)
                await seen.wait()
                seen = anyio.Event()
                group.cancel_scope.cancel()
            assert not database._thread.lost
    assert len(told) == 2
    assert all("person is locked by session" in line and "crm7" in line for line in told)
    assert [tuple(row) for row in await database.rows("SELECT person_id FROM person")] == [(1,)]
    await database.aclose()


async def test_a_line_that_became_a_black_hole_is_noticed(postgresql):
    host, _, port = (postgresql.location.server or "").partition(":")
    line = Line(int(port))
    location = replace(postgresql.location, server=f"{host}:{line.port}")
    driver = choose_driver(location, postgresql.settings(login_timeout=1))
    database = await CrmDatabase.open(driver, Waiting(notice_after=0.2))
    with closing(line):
        line.hole.set()
        with pytest.raises(InstallationError) as caught:
            await database.rows("SELECT person_id FROM person")
        assert caught.value.code == "database-silent"
        await database.aclose()


async def test_a_view_that_rests_is_not_forgotten_by_the_server(postgresql):
    postgresql.execute("ALTER ROLE crm7 SET idle_in_transaction_session_timeout = '700ms'")
    driver = choose_driver(postgresql.location, postgresql.settings())
    database = await CrmDatabase.open(driver, Waiting(keep_alive=0.1))
    kept = 0
    alive = driver.keep_alive

    def count(connection) -> None:
        nonlocal kept
        alive(connection)
        kept += 1

    driver.keep_alive = count
    async with database.snapshot():
        assert await database.column_connection() is not None
        while kept < 15:  # noqa: ASYNC110 - nothing tells of it
            await anyio.sleep(0.05)
        assert len(await database.rows("SELECT person_id FROM person")) == 1
    postgresql.execute("ALTER ROLE crm7 RESET idle_in_transaction_session_timeout")
    await database.aclose()

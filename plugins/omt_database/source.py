"""The source database: one connection on one thread, and what the rest of the tool may ask of it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence, Sized
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

import anyio
from typing_extensions import override

from omt_core.api import InstallationError, Row, SnapshotLostError, SourceDatabase, Table, Value, sentence
from omt_crm.sql import render
from omt_database.columns import ColumnPlan
from omt_database.drivers.catalogue import Sight, number
from omt_database.drivers.driver import (
    Closable,
    ColumnConnection,
    ColumnResult,
    Connection,
    Driver,
    RecordBatch,
    Statement,
    ValueUnreadableError,
)
from omt_database.errors import DATABASE_TABLE_REBUILT, DATABASE_UNREACHABLE
from omt_database.patience import Patience, tables_of
from omt_database.thread import Pending, WorkThread

T = TypeVar("T")
B = TypeVar("B", bound=Sized)
R = TypeVar("R", bound="Closable")

ROWS_AT_ONCE = 5_000

ENDED = "Read one result to its end before asking the database for another."

BATCHES_AHEAD = 2
"""One that is being fetched, and one that follows without a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long the database is waited for before a person is told of it, in seconds, and how it is kept awake."""

    tell: Callable[[str], None] = lambda _: None
    notice_after: float = 30
    keep_alive: float = 3


@dataclass(eq=False)
class _Turn:
    """A task's use of the connection: whether it reads a result, and the batches that are fetched ahead."""

    task: int
    reads: bool = False
    ahead: deque[Pending[Any]] = field(default_factory=deque)
    over: bool = False


class CrmDatabase(SourceDatabase):
    """A CRM database opened by a driver. Make one with `open`.

    `weakness` says, once a snapshot was entered, why it is less than one consistent view, or is None.
    """

    def __init__(self, driver: Driver, waiting: Waiting) -> None:
        self._driver = driver
        self._waiting = waiting
        self._connection: Connection | None = None
        self._result: Closable | None = None
        self._tables: Mapping[str, Table] = {}
        self._seen: set[str] = set()
        self._rendered: dict[str, str] = {}
        self._rendered_for: Mapping[str, Table] = self._tables
        self._marks: Mapping[str, Hashable] = {}
        self._sessions: dict[int, int] = {}
        self._in_view = False
        self._lost = False
        self._loose: bool | None = None
        self.weakness: str | None = None
        self._thread = WorkThread(rest=self._keep_alive, resting=waiting.keep_alive, let_go=self._let_go)
        self._closed = False
        self._patience = Patience(driver, waiting.tell, waiting.notice_after, lambda: tuple(self._sessions.values()))
        # Not a lock: an iterator that is dropped may be finished by another task than the one that began it.
        self._free = anyio.Semaphore(1)
        self._turn: _Turn | None = None

    @classmethod
    async def open(cls, driver: Driver, waiting: Waiting | None = None) -> CrmDatabase:
        """Connect and read the catalogue; raises `InstallationError`."""
        database = cls(driver, waiting or Waiting())
        try:
            await database._run(database._connect)
        except BaseException:
            await database.aclose()
            raise
        return database

    @property
    @override
    def dbms(self) -> str:
        return self._driver.dbms

    @property
    @override
    def tables(self) -> Mapping[str, Table]:
        return self._tables

    @override
    def table(self, name: str) -> Table | None:
        found = self._tables.get(name) or self._tables.get(name.lower())
        if found is None and self.sight.hides(name):
            raise self.sight.error()
        return found

    @property
    def dropped(self) -> Sequence[str]:
        """The tables that were there since the database was opened and are no more, but for those that are hidden."""
        there = {table.name for table in self._tables.values()}
        return sorted(name for name in self._seen - there if not self.sight.hides(name))

    @property
    def sight(self) -> Sight:
        """What the login sees of the CRM's tables."""
        return self._driver.sight

    @override
    async def batches(
        self, sql: str, parameters: Sequence[Value] = (), *, size: int = ROWS_AT_ONCE
    ) -> AsyncIterator[Sequence[Row]]:
        statement = self._render(sql)
        async with self._own_turn() as turn:
            start = partial(self._execute, statement, parameters, loose=True)
            async for rows in self._stream(turn, start, lambda cursor: cursor.fetchmany(size), tables_of(sql)):
                yield rows

    @override
    async def rows(self, sql: str, parameters: Sequence[Value] = ()) -> Sequence[Row]:
        return [row async for batch in self.batches(sql, parameters) for row in batch]

    @override
    def snapshot(self) -> AbstractAsyncContextManager[str]:
        return self._snapshot()

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[str]:
        async with self._own_turn():
            try:
                await self._run(self._begin_snapshot)
            except BaseException:
                with anyio.CancelScope(shield=True), suppress(InstallationError):
                    await self._run(self._end_view)
                raise
        try:
            yield uuid4().hex
        except BaseException:
            # What went wrong first is what matters, and it may have ended the view already.
            with suppress(InstallationError):
                await self._end_snapshot()
            raise
        await self._end_snapshot()

    async def _end_snapshot(self) -> None:
        if self._thread.lost:
            return  # it ends with its connection
        with anyio.CancelScope(shield=True):
            if self._turn is not None:
                # Nobody may read on in a view that ends; an iterator here was left behind by what went wrong.
                await self._end(self._turn, stop=True)
            async with self._own_turn():
                await self._run(self._end_view)

    @override
    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        statement = self._render(sql)
        async with self._own_turn():
            return await self._run(partial(self._write, statement, parameters), tables_of(sql))

    @override
    async def missing_grant(self, table: str, rights: Sequence[str]) -> str | None:
        found = self.table(table)
        if found is None:
            return None
        async with self._own_turn():
            return await self._run(lambda: self._driver.missing_grant(self._open_connection, found, rights))

    @override
    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        with anyio.CancelScope(shield=True):
            if self._turn is not None:
                with suppress(InstallationError):
                    await self._end(self._turn, stop=True)
            try:
                if not self._thread.lost:  # one that hangs closes its connection should it ever come back
                    await self._run(self._close)
            finally:
                self._thread.close()

    def _render(self, sql: str) -> str:
        """Return a statement as the database takes it; one that was asked before with this catalogue is known."""
        if self._rendered_for is not self._tables:
            self._rendered, self._rendered_for = {}, self._tables
        known = self._rendered.get(sql)
        if known is None:
            known = self._rendered[sql] = self._rendered_now(sql)
        return known

    def _rendered_now(self, sql: str) -> str:
        try:
            return render(sql, catalogue=self._tables, dbms=self.dbms, owner=self._driver.owner)
        except InstallationError:
            if any(hidden.lower() in sql.lower() for hidden in self.sight.hidden):
                raise self.sight.error() from None
            raise

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[CrmDatabase]:
        """Lend one more connection to the database, on a thread of its own, for looks that need no common view.

        Raises `InstallationError`.
        """
        other = CrmDatabase(self._driver, self._waiting)
        other._tables = self._tables
        try:
            await other._run(other._open)
            yield other
        finally:
            await other.aclose()

    async def plan_columns(self, table: Table) -> tuple[ColumnPlan, ...]:
        """Say how each column of a table is read for export."""
        async with self._own_turn():
            return await self._run(lambda: self._driver.plan_columns(self._open_connection, table), table.name)

    async def plan_kinds(self, table: Table) -> tuple[ColumnPlan, ...]:
        """Say what each column of a table becomes, for a look at its values."""
        async with self._own_turn():
            return await self._run(lambda: self._driver.plan_kinds(self._open_connection, table), table.name)

    async def largest(self, table: Table, plans: Sequence[ColumnPlan]) -> Sequence[int]:
        """Return the bytes of the largest value of each column, roughly."""
        if not plans:
            return ()
        sizes = [f"MAX({self._driver.size(plan)})" for plan in plans]
        async with self._own_turn():
            row = await self._run(lambda: self._driver.measure(self._open_connection, table, sizes), table.name)
        return [number(size) or 0 for size in row]

    async def stored_bytes(self, tables: Sequence[Table]) -> int | None:
        """Return the bytes that tables take in the database, as its statistics have it.

        None where it does not say, or does not let this user ask: an estimate guesses without.
        """
        async with self._own_turn():
            with suppress(InstallationError):
                return await self._run(lambda: self._driver.stored_bytes(self._open_connection, tables))
        return None

    async def suspicious(self, table: Table, plans: Sequence[ColumnPlan]) -> Sequence[ColumnPlan]:
        """Return the columns that hold values which the driver may not be able to give."""
        if not plans:
            return ()
        async with self._own_turn():
            return await self._run(partial(self._suspicious, table, plans), table.name)

    async def weakness_of_views(self) -> str | None:
        """Return why a snapshot of this database will be less than one consistent view, or None."""
        async with self._own_turn():
            return await self._run(lambda: self._driver.weakness(self._open_connection))

    async def mark(self, tables: Sequence[Table]) -> None:
        """Note of each table what tells, once it is read, that it is the one which the snapshot began with."""
        if self.weakness is None:
            async with self._own_turn():
                self._marks = await self._run(lambda: self._driver.marks(self._open_connection, tables))

    async def confirm(self, table: Table, rows: int | None) -> None:
        """Raise `SnapshotLostError` `database-table-rebuilt` where a table that was read is not the one marked.

        What was truncated, rebuilt or swapped meanwhile reads as empty, or as half, in a view that began before. `rows`
        is how many were read, or None where some of them stay.
        """
        if table.name not in self._marks:
            return
        begun = self._marks[table.name]
        async with self._own_turn():
            now = await self._run(lambda: self._driver.mark_now(self._open_connection, table, rows), table.name)
        if now != begun:
            raise DATABASE_TABLE_REBUILT.error(
                sentence(
                    "Table {table} was emptied, rebuilt or swapped for another while the database was read, so that"
                    " what the snapshot shows of it is not what was there.",
                    table=repr(table.name),
                )
            )

    def reads_columns(self, plan: ColumnPlan) -> bool:
        """Tell whether a column that is read by columns is exactly what it is when read by rows."""
        return self._driver.reads_columns(plan)

    async def column_connection(self, *, widest: int = 0) -> ColumnConnection | None:
        """Return the connection that reads by columns in this snapshot's view, or None where there is none.

        `widest` is how many bytes a row may have: of long ones it gets few ahead.
        """
        if not self._in_view:
            return None
        async with self._own_turn():
            return await self._run(lambda: self._driver.share_view(self._open_connection, widest=widest))

    async def export(
        self,
        table: Table,
        statement: str,
        parameters: Sequence[Value],
        fetch: Callable[[Statement], list[Row]],
        *,
        loose: bool = False,
    ) -> AsyncIterator[list[Row]]:
        """Yield what `fetch`, on the connection's thread, takes from a statement in the DBMS's own SQL.

        Raises `ValueUnreadableError` for text that is not Unicode, unless it is read `loose`: then it comes repaired.
        """
        async with self._own_turn() as turn:
            start = partial(self._execute, statement, parameters, loose=loose)
            async for rows in self._stream(turn, start, fetch, table.name):
                yield rows

    @property
    def driver(self) -> Driver:
        """What differs between database systems."""
        return self._driver

    async def export_columns(
        self, table: Table, start: Callable[[], ColumnResult], fetch: Callable[[ColumnResult], RecordBatch | None]
    ) -> AsyncIterator[RecordBatch]:
        """Yield what `fetch` takes, on the same thread, from the result that `start` begins."""
        async with self._own_turn() as turn:
            async for batch in self._stream(turn, start, fetch, table.name):
                yield batch

    @property
    def owner(self) -> str | None:
        """The schema of the CRM's tables, or None where there are none."""
        return self._driver.owner

    # --- on the connection's thread

    @property
    def _open_connection(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("The database is closed.")
        return self._connection

    def _connect(self) -> None:
        self._read_catalogue(self._open())

    def _read_catalogue(self, connection: Connection) -> None:
        self._tables = self._driver.read_catalogue(connection)
        self._seen.update(table.name for table in self._tables.values())

    def _open(self) -> Connection:
        connection = self._connection = self._driver.connect()
        self._loose = None
        # Before anything is read: what a driver does by itself may bend the text of catalogue and looks.
        self._decode(connection, loose=False)
        self._note_session(connection)
        return connection

    def _begin_snapshot(self) -> None:
        self._mend()
        # Also one that is only half begun has to be ended.
        self._in_view = True
        self.weakness = self._driver.begin_snapshot(self._open_connection)
        # What was there when the tool was started may have changed since, hours ago in the wizard.
        self._read_catalogue(self._open_connection)
        self._marks = {}

    def _end_view(self) -> None:
        if self._in_view:
            self._in_view = False
            self._driver.end_snapshot(self._open_connection)

    def _note_session(self, connection: Connection) -> None:
        session = self._driver.session(connection)
        if session is not None:
            self._sessions[id(connection)] = session

    def _execute(self, statement: str, parameters: Sequence[Value], *, loose: bool) -> Statement:
        """Ask; once more on a new connection where it broke, but for a view, which is gone with it.

        It may have been idle for hours since the database was read.
        """
        self._mend()
        try:
            return self._ask(statement, parameters, loose=loose)
        except self._driver.errors as error:
            if self._in_view or not _breaks(self._driver.explain(error)):
                raise
            self._lost = True
        self._mend()
        return self._ask(statement, parameters, loose=loose)

    def _ask(self, statement: str, parameters: Sequence[Value], *, loose: bool) -> Statement:
        self._decode(self._open_connection, loose=loose)
        return self._driver.statement(self._open_connection, statement, parameters)

    def _mend(self) -> None:
        """Connect anew where the connection broke outside a view."""
        if self._lost and not self._in_view:
            with suppress(*self._driver.errors):
                self._close_connection()
            self._connect()
            self._lost = False

    def _close_result(self) -> None:
        result, self._result = self._result, None
        if result is not None:
            result.close()

    def _close_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._sessions.pop(id(connection), None)
            connection.close()

    def _close(self) -> None:
        for close in (self._close_result, self._end_view):
            # What cannot be ended any more ends with its connection.
            with suppress(*self._driver.errors):
                close()
        self._close_connection()

    def _let_go(self) -> None:
        with suppress(*self._driver.errors):
            self._close()

    def _suspicious(self, table: Table, plans: Sequence[ColumnPlan]) -> Sequence[ColumnPlan]:
        self._decode(self._open_connection, loose=False)  # what is repaired would look right
        return self._driver.suspicious(self._open_connection, table, plans)

    def _decode(self, connection: Connection, *, loose: bool) -> None:
        if loose is not self._loose:
            self._driver.set_loose(connection, loose=loose)
            self._loose = loose

    def _write(self, statement: str, parameters: Sequence[Value]) -> int:
        with closing(self._driver.connect(writable=True)) as connection:
            self._note_session(connection)
            try:
                with closing(self._driver.statement(connection, statement, parameters)) as done:
                    return done.rowcount
            finally:
                self._sessions.pop(id(connection), None)

    def _keep_alive(self) -> None:
        # What is wrong is told to whoever asks for something next.
        with suppress(*self._driver.errors):
            if self._connection is not None:
                self._driver.keep_alive(self._connection)

    def _guarded(self, work: Callable[[], T], doing: str) -> T:
        try:
            return work()
        except Exception as error:
            if self._driver.unreadable(error):
                raise ValueUnreadableError(doing, error) from error
            if not isinstance(error, self._driver.errors):
                raise
            explained = self._driver.explain(error)
            self._lost = self._lost or _breaks(explained)
            if doing:
                explained.message = sentence("{message} (about {doing})", message=explained.message, doing=doing)
            raise explained from error

    # --- on the event loop

    def _start(self, work: Callable[[], T], doing: str) -> Pending[T]:
        return self._thread.start(partial(self._guarded, work, doing))

    async def _run(self, work: Callable[[], T], doing: str = "") -> T:
        return await self._patience.result(self._start(work, doing), doing, self._thread)

    @asynccontextmanager
    async def _own_turn(self) -> AsyncIterator[_Turn]:
        task = anyio.get_current_task().id
        if self._turn is not None and self._turn.task == task:
            # An iterator that an exception left behind, or one that will be told so when it goes on.
            await self._end(self._turn)
        await self._free.acquire()
        turn = self._turn = _Turn(task)
        try:
            yield turn
        except BaseException:
            # What went wrong first is what matters.
            with suppress(InstallationError):
                await self._end(turn)
            raise
        await self._end(turn)

    async def _end(self, turn: _Turn, *, stop: bool = False) -> None:
        """Close what a turn has open and let the next one begin; once is enough.

        What is under way is not stopped unless that is asked for, or this task is cancelled: to some systems that is
        the end of the transaction, and of the snapshot.
        """
        if turn.over:
            return
        turn.over = True
        # Begun before anything is waited for: it is done whatever becomes of this task.
        closes = self._start(self._close_result, "") if turn.reads and not (self._closed or self._thread.lost) else None
        try:
            for pending in turn.ahead:
                await (pending.stopped() if stop else pending.settled())
        finally:
            try:
                if closes is not None:
                    with anyio.CancelScope(shield=True):
                        await self._patience.result(closes, "", self._thread)
            finally:
                self._turn = None
                self._free.release()

    async def _stream(
        self, turn: _Turn, start: Callable[[], R], fetch: Callable[[R], B | None], doing: str
    ) -> AsyncIterator[B]:
        def begin() -> R:
            # Kept on its own thread, where it is closed: whoever asked for it may have been cancelled meanwhile.
            result = self._result = start()
            return result

        turn.reads = True
        result = await self._run(begin, doing)
        ended = False

        def fetch_next() -> B | None:
            nonlocal ended
            if ended or turn.over:
                return None
            ended = True  # also where it fails
            some = fetch(result)
            ended = not some
            return some

        while True:
            # Read on while the caller works on these, without waiting for the event loop in between.
            while len(turn.ahead) < BATCHES_AHEAD:
                turn.ahead.append(self._start(fetch_next, doing))
            try:
                some = await self._patience.result(turn.ahead[0], doing, self._thread)
            except Exception:
                if turn.over:
                    raise RuntimeError(ENDED) from None
                raise
            turn.ahead.popleft()
            if not some:
                return
            yield some
            if turn.over:
                raise RuntimeError(ENDED)


def _breaks(error: InstallationError) -> bool:
    """Tell whether a connection is of no use any more after an error, or only one that begins anew is."""
    return isinstance(error, SnapshotLostError) or error.code == DATABASE_UNREACHABLE.code

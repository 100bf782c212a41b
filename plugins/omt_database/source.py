"""The source database: one connection on one thread, and what the rest of the tool may ask of it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence, Sized
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

import anyio
from typing_extensions import override

from omt_core.api import InstallationError, Reconnecting, Row, SourceDatabase, Table, Value, sentence
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
)
from omt_database.drivers.failures import lost_in_view
from omt_database.errors import DATABASE_TABLE_REBUILT
from omt_database.link import Link
from omt_database.patience import Patience, tables_of, wait_until_back
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
    """How long the database is waited for before a person is told of it, in seconds, and how it is kept awake.

    `away_minutes` is how long it may be away before it is given up.
    """

    tell: Callable[[str], None] = lambda _: None
    notice_after: float = 30
    keep_alive: float = 3
    away_minutes: float = 30


@dataclass(eq=False)
class _Turn:
    """A task's use of the connection: whether it reads a result, and the batches that are fetched ahead."""

    task: int
    reads: bool = False
    ahead: deque[Pending[Any]] = field(default_factory=deque)
    over: bool = False


class CrmDatabase(SourceDatabase, Reconnecting):
    """A CRM database opened by a driver. Make one with `open`.

    `weakness` says, once a snapshot was entered, why it is less than one consistent view, or is None.
    """

    def __init__(self, driver: Driver, waiting: Waiting) -> None:
        self._waiting = waiting
        self._rendered: dict[str, str] = {}
        self._rendered_for: Mapping[str, Table] = {}
        self._marks: Mapping[str, Hashable] = {}
        self.weakness: str | None = None
        self._closed = False
        self._begin_with(Link(driver, {}, set()))
        # Not a lock: an iterator that is dropped may be finished by another task than the one that began it.
        self._free = anyio.Semaphore(1)
        self._turn: _Turn | None = None

    def _begin_with(self, link: Link) -> None:
        self._link = link
        self._thread = WorkThread(rest=link.keep_alive, resting=self._waiting.keep_alive, let_go=link.let_go)
        self._patience = Patience(
            link.driver, self._waiting.tell, self._waiting.notice_after, lambda: tuple(link.sessions.values())
        )

    @classmethod
    async def open(cls, driver: Driver, waiting: Waiting | None = None) -> CrmDatabase:
        """Connect and read the catalogue; raises `InstallationError`."""
        database = cls(driver, waiting or Waiting())
        try:
            await database._run(database._link.connect)
        except BaseException:
            await database.aclose()
            raise
        return database

    @property
    @override
    def dbms(self) -> str:
        return self.driver.dbms

    @property
    @override
    def tables(self) -> Mapping[str, Table]:
        return self._link.tables

    @override
    def table(self, name: str) -> Table | None:
        found = self.tables.get(name) or self.tables.get(name.lower())
        if found is None and self.sight.hides(name):
            raise self.sight.error()
        return found

    @property
    def dropped(self) -> Sequence[str]:
        """The tables that were there since the database was opened and are no more, but for those that are hidden."""
        there = {table.name for table in self.tables.values()}
        return sorted(name for name in self._link.seen - there if not self.sight.hides(name))

    @property
    def sight(self) -> Sight:
        """What the login sees of the CRM's tables."""
        return self.driver.sight

    @override
    async def batches(
        self, sql: str, parameters: Sequence[Value] = (), *, size: int = ROWS_AT_ONCE
    ) -> AsyncIterator[Sequence[Row]]:
        statement = self._render(sql)
        async with self._own_turn() as turn:
            start = partial(self._link.execute, statement, parameters, loose=True)
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
                self.weakness = await self._run(self._link.begin_view)
            except BaseException:
                if self._thread.lost:
                    self._begin_with(self._link.anew())  # what hangs as its view begins is in it already
                with anyio.CancelScope(shield=True), suppress(InstallationError):
                    await self._run(self._link.end_view)
                raise
            self._marks = {}
        try:
            yield uuid4().hex
        except BaseException:
            # What went wrong first is what matters, and it may have ended the view already.
            with suppress(InstallationError):
                await self._end_snapshot()
            raise
        await self._end_snapshot()

    async def _end_snapshot(self) -> None:
        with anyio.CancelScope(shield=True):
            if self._turn is not None:
                # Nobody may read on in a view that ends; an iterator here was left behind by what went wrong.
                await self._end(self._turn, stop=True)
            if self._thread.lost:
                self._begin_with(self._link.anew())  # the view ends with its connection
                return
            async with self._own_turn():
                try:
                    await self._run(self._link.end_view)
                except InstallationError:
                    if not self._thread.lost:
                        raise
                    self._begin_with(self._link.anew())  # as above; and nobody asks for more in a view that ends

    @override
    async def reconnect(self) -> None:
        if self._link.in_view:
            raise RuntimeError("There is no other connection to a view.")
        await wait_until_back(self._answers, self._waiting.tell, minutes=self._waiting.away_minutes)

    async def _answers(self) -> None:
        async with self._own_turn():
            await self._read(self.driver.ping)

    @override
    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        statement = self._render(sql)
        async with self._own_turn():
            return await self._run(partial(self._link.write, statement, parameters), tables_of(sql))

    @override
    async def missing_grant(self, table: str, rights: Sequence[str]) -> str | None:
        found = self.table(table)
        if found is None:
            return None
        async with self._own_turn():
            return await self._read(lambda connection: self.driver.missing_grant(connection, found, rights))

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
                    await self._run(self._link.close)
            finally:
                self._thread.close()

    def _render(self, sql: str) -> str:
        """Return a statement as the database takes it; one that was asked before with this catalogue is known."""
        if self._rendered_for is not self.tables:
            self._rendered, self._rendered_for = {}, self.tables
        known = self._rendered.get(sql)
        if known is None:
            known = self._rendered[sql] = self._rendered_now(sql)
        return known

    def _rendered_now(self, sql: str) -> str:
        try:
            return render(sql, catalogue=self.tables, dbms=self.dbms, owner=self.owner)
        except InstallationError:
            if any(hidden.lower() in sql.lower() for hidden in self.sight.hidden):
                raise self.sight.error() from None
            raise

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[CrmDatabase]:
        """Lend one more connection to the database, on a thread of its own, for looks that need no common view.

        Raises `InstallationError`.
        """
        other = CrmDatabase(self.driver, self._waiting)
        other._link.tables = self.tables
        try:
            await other._run(other._link.open)
            yield other
        finally:
            await other.aclose()

    async def plan_columns(self, table: Table) -> tuple[ColumnPlan, ...]:
        """Say how each column of a table is read for export."""
        async with self._own_turn():
            return await self._read(lambda connection: self.driver.plan_columns(connection, table), table.name)

    async def plan_kinds(self, table: Table) -> tuple[ColumnPlan, ...]:
        """Say what each column of a table becomes, for a look at its values."""
        async with self._own_turn():
            return await self._read(lambda connection: self.driver.plan_kinds(connection, table), table.name)

    async def largest(self, table: Table, plans: Sequence[ColumnPlan]) -> Sequence[int]:
        """Return the bytes of the largest value of each column, roughly."""
        if not plans:
            return ()
        sizes = [f"MAX({self.driver.size(plan)})" for plan in plans]
        async with self._own_turn():
            row = await self._read(lambda connection: self.driver.measure(connection, table, sizes), table.name)
        return [number(size) or 0 for size in row]

    async def row_sizes(self, table: Table, plans: Sequence[ColumnPlan]) -> tuple[int, int, int]:
        """Return the bytes that these columns take of the longest row, and of all together, and the number of rows."""
        # Beyond what an integer of the server holds: two values may have a gigabyte each.
        whole = " + ".join(f"COALESCE({self.driver.size(plan)}, 0) * 1.0" for plan in plans)
        asked = [f"MAX({whole})", f"SUM({whole})", "COUNT(*)"]
        async with self._own_turn():
            row = await self._read(lambda connection: self.driver.measure(connection, table, asked), table.name)
        longest, together, rows = (number(value) or 0 for value in row)
        return longest, together, rows

    async def stored_bytes(self, tables: Sequence[Table]) -> int | None:
        """Return the bytes that tables take in the database, as its statistics have it.

        None where it does not say, or does not let this user ask: an estimate guesses without.
        """
        async with self._own_turn():
            with suppress(InstallationError):
                return await self._read(lambda connection: self.driver.stored_bytes(connection, tables))
        return None

    async def suspicious(self, table: Table, plans: Sequence[ColumnPlan]) -> Sequence[ColumnPlan]:
        """Return the columns that hold values which the driver may not be able to give."""
        if not plans:
            return ()
        async with self._own_turn():
            look = partial(self._link.strictly, lambda connection: self.driver.suspicious(connection, table, plans))
            return await self._run(look, table.name)

    async def weakness_of_views(self) -> str | None:
        """Return why a snapshot of this database will be less than one consistent view, or None."""
        async with self._own_turn():
            return await self._read(self.driver.weakness)

    async def mark(self, tables: Sequence[Table]) -> None:
        """Note of each table what tells, once it is read, that it is the one which the snapshot began with."""
        if self.weakness is None:
            async with self._own_turn():
                self._marks = await self._read(lambda connection: self.driver.marks(connection, tables))

    async def confirm(self, table: Table, rows: int | None) -> None:
        """Raise `SnapshotLostError` `database-table-rebuilt` where a table that was read is not the one marked.

        What was truncated, rebuilt or swapped meanwhile reads as empty, or as half, in a view that began before. `rows`
        is how many were read, or None where some of them stay.
        """
        if table.name not in self._marks:
            return
        begun = self._marks[table.name]
        async with self._own_turn():
            now = await self._read(lambda connection: self.driver.mark_now(connection, table, rows), table.name)
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
        return self.driver.reads_columns(plan)

    async def column_connection(self, *, widest: int = 0) -> ColumnConnection | None:
        """Return the connection that reads by columns in this snapshot's view, or None where there is none.

        `widest` is how many bytes a row may have: of long ones it gets few ahead.
        """
        if not self._link.in_view:
            return None
        async with self._own_turn():
            return await self._read(lambda connection: self.driver.share_view(connection, widest=widest))

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
            start = partial(self._link.execute, statement, parameters, loose=loose)
            async for rows in self._stream(turn, start, fetch, table.name):
                yield rows

    @property
    def driver(self) -> Driver:
        """What differs between database systems."""
        return self._link.driver

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
        return self.driver.owner

    # --- on the event loop

    def _start(self, work: Callable[[], T], doing: str) -> Pending[T]:
        return self._thread.start(partial(self._link.explained, work, doing))

    async def _run(self, work: Callable[[], T], doing: str = "") -> T:
        return await self._result(self._start(work, doing), doing)

    async def _read(self, work: Callable[[Connection], T], doing: str = "") -> T:
        return await self._run(partial(self._link.read, work), doing)

    async def _result(self, pending: Pending[T], doing: str = "") -> T:
        try:
            return await self._patience.result(pending, doing, self._thread)
        except InstallationError as error:
            if self._link.in_view and self._thread.lost:
                raise lost_in_view(error) from error
            raise

    @asynccontextmanager
    async def _own_turn(self) -> AsyncIterator[_Turn]:
        task = anyio.get_current_task().id
        if self._turn is not None and self._turn.task == task:
            # An iterator that an exception left behind, or one that will be told so when it goes on.
            await self._end(self._turn)
        await self._free.acquire()
        if self._thread.lost and not (self._closed or self._link.in_view):
            self._begin_with(self._link.anew())
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
        closes = (
            self._start(self._link.close_result, "") if turn.reads and not (self._closed or self._thread.lost) else None
        )
        try:
            for pending in turn.ahead:
                await (pending.stopped() if stop else pending.settled())
        finally:
            try:
                if closes is not None:
                    with anyio.CancelScope(shield=True):
                        await self._result(closes)
            finally:
                self._turn = None
                self._free.release()

    async def _stream(
        self, turn: _Turn, start: Callable[[], R], fetch: Callable[[R], B | None], doing: str
    ) -> AsyncIterator[B]:
        turn.reads = True
        result = await self._run(partial(self._link.begin, start), doing)
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
                some = await self._result(turn.ahead[0], doing)
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

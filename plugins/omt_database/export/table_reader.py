"""Reads one table after another: by columns where that is exact and shares the snapshot, else by rows."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import TypeAlias

from omt_core.api import Row, Table
from omt_database.columns import ColumnPlan
from omt_database.drivers.driver import ColumnConnection, ColumnResult, RecordBatch, ValueUnreadableError
from omt_database.export.arrow_columns import Array, columns_of_batch, columns_of_rows, schema_of_batch
from omt_database.export.losses import Losses
from omt_database.export.omissions import RowRule
from omt_database.export.reading import (
    MeasuredColumns,
    block_rows,
    by_rows_because,
    column_blocks,
    export_statement,
    fetching,
    longest_text,
    rows_at_once,
    widest_row,
)
from omt_database.guard import WORK_OF_VALUE, Guard
from omt_database.source import CrmDatabase

_log = logging.getLogger("omt.database")

Encode: TypeAlias = Callable[[], list[Array]]
"""A batch that was read; calling it turns its rows into one Arrow array for each planned column."""

LOOKED_AT = 16
"""The bytes of rows are guessed from one of this many."""


class TableReader:
    """Reads the tables of one snapshot; `guard` watches how long the database takes for each batch."""

    def __init__(self, database: CrmDatabase, guard: Guard, batch_bytes: int) -> None:
        self._database = database
        self._guard = guard
        self._batch_bytes = batch_bytes

    async def batches(
        self, table: Table, plans: Sequence[ColumnPlan], left: Sequence[RowRule], losses: Losses
    ) -> AsyncIterator[tuple[Encode, int]]:
        """Yield the rows of a table in batches with their numbers of rows, without those that one of `left` marks.

        Batches begin and end at the same rows whichever way they are read. Where the driver cannot give a value, the
        table is read anew from its beginning, loosely, and what was yielded already is passed over: its order is the
        same in the same view.
        """
        read = 0
        try:
            async for encode, rows in self._strictly(table, plans, left, losses):
                yield encode, rows
                read += rows
        except ValueUnreadableError as error:
            ordered = bool(table.primary_key) or self._database.dbms == "sqlite"
            if read and not ordered:
                raise
            _log.warning("Table %s is read loosely: %s", table.name, error.message)
        else:
            return
        loosened = [plan if plan.omitted else self._database.driver.loosened(plan) for plan in plans]
        async for some in self._by_rows(table, loosened, left, loose=True):
            new = some[read:]
            read -= len(some) - len(new)
            if new:
                yield partial(columns_of_rows, loosened, new, losses, loose=True), len(new)

    async def _strictly(
        self, table: Table, plans: Sequence[ColumnPlan], left: Sequence[RowRule], losses: Losses
    ) -> AsyncIterator[tuple[Encode, int]]:
        rows = rows_at_once(plans, self._batch_bytes)
        reason = by_rows_because(
            plans, self._database.reads_columns, sets_room_aside=self._database.driver.sets_room_aside
        )
        columns = await self._database.column_connection(widest=0 if reason else widest_row(plans))
        if columns is not None and not reason:
            async for batch in self._by_columns(columns, table, plans, left, rows):
                yield partial(columns_of_batch, plans, batch), batch.num_rows
            return
        if columns is not None:
            _log.info("Table %s is read row by row, because %s.", table.name, reason)
        loose = any(plan.loose for plan in plans)
        async for some in self._by_rows(table, plans, left, loose=loose):
            yield partial(columns_of_rows, plans, some, losses, loose=loose), len(some)

    def _by_columns(
        self,
        columns: ColumnConnection,
        table: Table,
        plans: Sequence[ColumnPlan],
        left: Sequence[RowRule],
        rows: int | None,
    ) -> AsyncIterator[RecordBatch]:
        read = [plan for plan in plans if not plan.omitted]
        statement, parameters = export_statement(
            table, read, dbms=self._database.dbms, source=self._database.driver.source(table), left=left
        )
        fetch: Callable[[ColumnResult], RecordBatch | None]
        if rows is None:
            fetch = MeasuredColumns(plans, self._batch_bytes).fetch
            rows, blocks = block_rows(read, self._batch_bytes), 1
        else:
            fetch, blocks = _next_rows, column_blocks(plans, rows, self._batch_bytes)
        start = partial(
            columns.read, statement, parameters, schema=schema_of_batch(read), rows=rows, blocks=blocks,
            longest=longest_text(read),
        )  # fmt: skip
        return self._database.export_columns(table, start, self._guard.watching(fetch, _work_of_batch))

    def _by_rows(
        self, table: Table, plans: Sequence[ColumnPlan], left: Sequence[RowRule], *, loose: bool
    ) -> AsyncIterator[list[Row]]:
        statement, parameters = export_statement(
            table, plans, dbms=self._database.dbms, source=self._database.driver.source(table), left=left
        )
        fetch = self._guard.watching(fetching(plans, self._batch_bytes), _work_of_rows)
        return self._database.export(table, statement, parameters, fetch, loose=loose)


def _next_rows(result: ColumnResult) -> RecordBatch | None:
    return result.fetch()


def _work_of_batch(batch: RecordBatch | None) -> int:
    return 0 if batch is None else int(batch.nbytes) + WORK_OF_VALUE * batch.num_rows * batch.num_columns


def _work_of_rows(rows: list[Row]) -> int:
    some = rows[::LOOKED_AT]
    size = sum(len(value) for row in some for value in row if isinstance(value, str | bytes))
    values = len(rows) * len(rows[0]) if rows else 0
    return size * len(rows) // max(1, len(some)) + WORK_OF_VALUE * values

"""Reading a table for export: its statement, how much of it to take at once, and whether by columns or by rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from omt_core.api import Row, Table, Value
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan
from omt_database.drivers.driver import ColumnResult, RecordBatch, Statement
from omt_database.export.arrow_columns import Array, is_text, joined, text_bytes
from omt_database.export.omissions import RowRule

MOST_ROWS: Final = 10_000
"""Rows at once of however narrow a table: more is not faster."""

COLUMN_ROWS: Final = 2_000
"""Most rows that a driver fills columns with at once: more of them are dearer, since they do not stay in the cache."""

VALUE_BYTES: Final = 16
"""What a value takes beside its own bytes, roughly: so that a batch of empty values is bounded too."""

FILLING: Final = 4
"""Declared widths are the worst case, four bytes a character; rows take less than this part of it."""

BLOCK_ROWS: Final = 64
"""Most rows without a bound that are taken unmeasured, and only where those before them were short."""

BLOCKS: Final = 16
"""A block of such rows is about this part of a batch, if they are as long as those before them."""

FEWEST_ROWS: Final = 32
"""Fewer rows at once in columns cost more than rows do."""

COLUMNS_WIDTH: Final = 2**19
"""Widest row in bytes that is read by columns: room for as many rows as come at once is set aside for the widest."""

_NOTHING: Final = pa.scalar(0, pa.int32())
"""As Arrow's own, and with a type: of a number of Python's it asks each time whether it is numpy's or dateutil's, which
takes a hundred times as long as to add."""


def export_statement(
    table: Table,
    plans: Sequence[ColumnPlan],
    *,
    dbms: str,
    source: str,
    left: Sequence[RowRule],
    only: str | None = None,
) -> tuple[str, tuple[Value, ...]]:
    """Return the SELECT that reads a table in key order, without the rows that one of `left` marks.

    `source` stands for its rows, as its driver says. `only`: SQL that is true of the rows that are wanted.
    """
    chosen = ", ".join("NULL" if plan.omitted else plan.expression for plan in plans)
    statement = f"SELECT {chosen} FROM {source}"  # noqa: S608 - names come quoted from the catalogue
    if only is not None:
        statement += f" WHERE {only}"
    elif left:
        goes = [f"({column} <> ? OR {column} IS NULL)" for column in (quoted(name, dbms) for name, _ in left)]
        statement += f" WHERE {' AND '.join(goes)}"
    if table.primary_key:
        statement += f" ORDER BY {', '.join(quoted(column, dbms) for column in table.primary_key)}"
    return statement, tuple(value for _, value in left)


def rows_at_once(plans: Sequence[ColumnPlan], batch_bytes: int) -> int | None:
    """Return how many rows make about `batch_bytes` at most, or None where no catalogue bounds their values."""
    widths = [8 if plan.omitted else plan.width for plan in plans]
    bounded = sum(width + VALUE_BYTES for width in widths if width is not None)
    if None in widths or bounded > batch_bytes:
        return None
    rows = max(1, min(MOST_ROWS, FILLING * batch_bytes // bounded))
    return rows - rows % -(-rows // block_rows(plans, batch_bytes))


def column_blocks(plans: Sequence[ColumnPlan], rows: int, batch_bytes: int) -> int:
    """Return in how many blocks of one size as many rows as come at once are read by columns."""
    fewest = -(-rows // block_rows(plans, batch_bytes))
    return next(blocks for blocks in range(fewest, rows + 1) if rows % blocks == 0)


def by_rows_because(
    plans: Sequence[ColumnPlan], reads_columns: Callable[[ColumnPlan], bool], *, sets_room_aside: bool
) -> str:
    """Say why a table cannot be read by columns, or nothing where it can."""
    read = [plan for plan in plans if not plan.omitted]
    inexact = [plan.column.name for plan in read if not reads_columns(plan)]
    if inexact:
        return f"of its columns {', '.join(inexact)}"
    too_wide = sets_room_aside and widest_row(plans) > COLUMNS_WIDTH
    return "its rows may be wide" if too_wide else "" if read else "nothing of it is read"


def widest_row(plans: Sequence[ColumnPlan]) -> int:
    """Return the bytes in which each row fits."""
    return sum(plan.room or 0 for plan in plans if not plan.omitted)


def longest_text(plans: Sequence[ColumnPlan]) -> int:
    """Return the bytes in which each value of the widest column fits."""
    return max(plan.room or 0 for plan in plans)


def block_rows(plans: Sequence[ColumnPlan], batch_bytes: int) -> int:
    """Return how many rows a driver fills columns with at once: room for about `batch_bytes`, for few rows for more."""
    widest = widest_row(plans) + VALUE_BYTES * len(plans)
    return max(1, min(COLUMN_ROWS, max(batch_bytes // widest, min(FEWEST_ROWS, FILLING * batch_bytes // widest))))


def fetching(plans: Sequence[ColumnPlan], batch_bytes: int) -> Callable[[Statement], list[Row]]:
    """Return the function that takes the next rows of one table from a statement, about `batch_bytes` of them at most.

    Where the catalogue bounds all values, a number of rows does; else rows are taken in small blocks and measured.
    """
    rows = rows_at_once(plans, batch_bytes)
    if rows is not None:
        return lambda statement: statement.fetchmany(rows)
    return _Measuring(plans, batch_bytes).fetch


class _Sizes:
    """How much a row without a bound takes: a guess for most columns, and the lengths of those that nothing bounds."""

    def __init__(self, plans: Sequence[ColumnPlan]) -> None:
        unbounded = [place for place, plan in enumerate(plans) if plan.width is None and not plan.omitted]
        # A row that may exceed a batch all by itself is measured in all its columns.
        self._places = unbounded or [place for place, plan in enumerate(plans) if not plan.omitted]
        self._guess = sum(
            VALUE_BYTES + (8 if plan.omitted or place in self._places else plan.width or 8)
            for place, plan in enumerate(plans)
        )
        read = [place for place, plan in enumerate(plans) if not plan.omitted]
        self._columns = [read.index(place) for place in self._places]

    def of_row(self, row: Row) -> int:
        """Return the size of one row."""
        return self._guess + sum(len(value) for place in self._places if isinstance(value := row[place], str | bytes))

    def of_rows(self, rows: Sequence[Row]) -> int:
        """Return the size of all rows."""
        lengths = sum(
            len(value) for place in self._places for row in rows if isinstance(value := row[place], str | bytes)
        )
        return self._guess * len(rows) + lengths

    def at_most(self, batch: RecordBatch) -> int:
        """Return a size of all rows of columns that were read together: theirs, or somewhat more."""
        columns = [batch.column(place) for place in self._columns]
        lengths = sum(text_bytes(column) for column in columns if is_text(column.type))
        return self._guess * int(batch.num_rows) + lengths

    def of_batch(self, batch: RecordBatch) -> Array:
        """Return the size of each row of columns that were read, the same as it would have as a row."""
        sizes = pa.repeat(pa.scalar(self._guess, pa.int64()), batch.num_rows)
        for place in self._columns:
            column = batch.column(place)
            if pa.types.is_string(column.type):
                sizes = pc.add(sizes, pc.coalesce(pc.utf8_length(column), _NOTHING))
            elif pa.types.is_binary(column.type):
                sizes = pc.add(sizes, pc.coalesce(pc.binary_length(column), _NOTHING))
        return sizes


class _Measuring:
    """Takes rows that nothing bounds: as many at once as make a small part of a batch, judged by those before.

    A batch ends behind the row that fills it, so that `MeasuredColumns` makes the same.
    """

    def __init__(self, plans: Sequence[ColumnPlan], batch_bytes: int) -> None:
        self._sizes = _Sizes(plans)
        self._batch_bytes = batch_bytes
        self._block = 1
        self._ahead: list[Row] = []

    def fetch(self, statement: Statement) -> list[Row]:
        """Return the next rows."""
        rows: list[Row] = []
        size = 0
        while size < self._batch_bytes and len(rows) < MOST_ROWS:
            block: list[Any] = self._ahead or statement.fetchmany(self._block)
            self._ahead = []
            if not block:
                break
            taken = self._sizes.of_rows(block)
            self._block = max(1, min(BLOCK_ROWS, 2 * self._block, self._batch_bytes * len(block) // BLOCKS // taken))
            if size + taken > self._batch_bytes or len(rows) + len(block) > MOST_ROWS:
                ends = list(accumulate(map(self._sizes.of_row, block)))
                fits = min(MOST_ROWS - len(rows), bisect_left(ends, self._batch_bytes - size) + 1)
                block, self._ahead = block[:fits], block[fits:]
                taken = ends[len(block) - 1]
            rows += block
            size += taken
        return rows


class MeasuredColumns:
    """Makes batches of the columns of rows that only their lengths bound.

    Blocks have few rows, so that each is asked for its bytes alone, which are no fewer than its characters. Only where
    these might fill the batch are its rows measured one by one.
    """

    def __init__(self, plans: Sequence[ColumnPlan], batch_bytes: int) -> None:
        self._sizes = _Sizes(plans)
        self._batch_bytes = batch_bytes
        self._ahead: RecordBatch | None = None

    def fetch(self, result: ColumnResult) -> RecordBatch | None:
        """Return the next rows, or None behind the last."""
        measured: list[RecordBatch] = []
        blocks: list[RecordBatch] = []
        rows = size = waiting = most = 0
        while size < self._batch_bytes and rows < MOST_ROWS:
            block = result.fetch() if self._ahead is None else self._ahead
            self._ahead = None
            if block is None:
                break
            blocks.append(block)
            waiting += block.num_rows
            most += self._sizes.at_most(block)
            if size + most < self._batch_bytes and rows + waiting < MOST_ROWS:
                continue
            some = joined(blocks)
            blocks, waiting, most = [], 0, 0
            ends = memoryview(pc.cumulative_sum(self._sizes.of_batch(some)).buffers()[1]).cast("q")[: some.num_rows]
            fits = min(MOST_ROWS - rows, bisect_left(ends, self._batch_bytes - size) + 1)
            if fits < some.num_rows:
                some, self._ahead = some.slice(0, fits), some.slice(fits)
            measured.append(some)
            rows += some.num_rows
            size += ends[some.num_rows - 1]
        return joined([*measured, *blocks]) if measured or blocks else None

"""Reading a table for export: its statement, how much of it to take at once, and whether by columns or by rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from omt_core.api import Row, Table, Value
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan
from omt_database.drivers.driver import Cursor
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

COLUMNS_WIDTH: Final = 32_768
"""Widest row in bytes that is read by columns: room for as many rows as come at once is set aside for the widest."""


def export_statement(
    table: Table,
    plans: Sequence[ColumnPlan],
    *,
    dbms: str,
    owner: str | None,
    left: Sequence[RowRule],
    only: str | None = None,
) -> tuple[str, tuple[Value, ...]]:
    """Return the SELECT that reads a table in key order, without the rows that one of `left` marks.

    `only`: SQL that is true of the rows that are wanted.
    """
    name = quoted(table.name, dbms)
    source = f"{quoted(owner, dbms)}.{name}" if owner is not None else name
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
    return rows - rows % column_blocks(rows)


def column_blocks(rows: int) -> int:
    """Return in how many blocks of one size so many rows are read by columns."""
    return -(-rows // COLUMN_ROWS)


def by_rows_because(plans: Sequence[ColumnPlan], reads_columns: Callable[[ColumnPlan], bool]) -> str:
    """Say why a table cannot be read by columns, or nothing where it can."""
    read = [plan for plan in plans if not plan.omitted]
    inexact = [plan.column.name for plan in read if not reads_columns(plan)]
    if inexact:
        return f"of its columns {', '.join(inexact)}"
    too_wide = sum(plan.width or 0 for plan in read) > COLUMNS_WIDTH
    return "its rows may be wide" if too_wide else "" if read else "nothing of it is read"


def longest_text(plans: Sequence[ColumnPlan]) -> int:
    """Return the width in bytes of the widest column."""
    return max(plan.width or 0 for plan in plans)


def fetching(plans: Sequence[ColumnPlan], batch_bytes: int) -> Callable[[Cursor], list[Row]]:
    """Return the function that takes the next rows of one table from a cursor, about `batch_bytes` of them at most.

    Where the catalogue bounds all values, a number of rows does; else rows are taken in small blocks and measured.
    """
    rows = rows_at_once(plans, batch_bytes)
    if rows is not None:
        return lambda cursor: cursor.fetchmany(rows)
    return _Measuring(plans, batch_bytes).fetch


class _Measuring:
    """Takes rows that nothing bounds: as many at once as make a small part of a batch, judged by those before."""

    def __init__(self, plans: Sequence[ColumnPlan], batch_bytes: int) -> None:
        unbounded = [place for place, plan in enumerate(plans) if plan.width is None and not plan.omitted]
        # A row that may exceed a batch all by itself is measured in all its columns.
        self._places = unbounded or list(range(len(plans)))
        self._bounded = sum(
            VALUE_BYTES + (8 if plan.omitted or place in self._places else plan.width or 8)
            for place, plan in enumerate(plans)
        )
        self._batch_bytes = batch_bytes
        self._block = 1

    def fetch(self, cursor: Cursor) -> list[Row]:
        """Return the next rows."""
        rows: list[Row] = []
        size = 0
        while size < self._batch_bytes and len(rows) < MOST_ROWS:
            block: list[Any] = cursor.fetchmany(self._block)
            if not block:
                break
            taken = self._bounded * len(block) + sum(self._length(block, place) for place in self._places)
            self._block = max(1, min(BLOCK_ROWS, 2 * self._block, self._batch_bytes * len(block) // BLOCKS // taken))
            rows += block
            size += taken
        return rows

    @staticmethod
    def _length(block: Sequence[Any], place: int) -> int:
        return sum(len(value) for row in block if isinstance(value := row[place], str | bytes))

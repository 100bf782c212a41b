"""Reading a table for export: its statement, and how much of it to take at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from omt_core.api.database import Row, Table, Value
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan
from omt_database.drivers.driver import Cursor

MOST_ROWS: Final = 10_000
"""Rows at once of however narrow a table: more is not faster."""

VALUE_BYTES: Final = 16
"""What a value takes beside its own bytes, roughly: so that a batch of empty values is bounded too."""


def export_statement(
    table: Table, plans: Sequence[ColumnPlan], *, dbms: str, owner: str | None, left: tuple[str, str] | None
) -> tuple[str, tuple[Value, ...]]:
    """Return the SELECT that reads a table in key order, without the rows that `left` (column, value) marks."""
    name = quoted(table.name, dbms)
    source = f"{quoted(owner, dbms)}.{name}" if owner is not None else name
    chosen = ", ".join("NULL" if plan.omitted else plan.expression for plan in plans)
    statement = f"SELECT {chosen} FROM {source}"  # noqa: S608 - names come quoted from the catalogue
    parameters: tuple[Value, ...] = ()
    if left is not None:
        column, value = quoted(left[0], dbms), left[1]
        statement += f" WHERE {column} <> ? OR {column} IS NULL"
        parameters = (value,)
    if table.primary_key:
        statement += f" ORDER BY {', '.join(quoted(column, dbms) for column in table.primary_key)}"
    return statement, parameters


def fetching(plans: Sequence[ColumnPlan], batch_bytes: int) -> Callable[[Cursor], list[Row]]:
    """Return the function that takes the next rows from a cursor, about `batch_bytes` of them at most.

    Where the catalogue bounds all values, a number of rows does; else rows are taken one by one and measured.
    """
    widths = [8 if plan.omitted else plan.width for plan in plans]
    bounded = sum(width + VALUE_BYTES for width in widths if width is not None)
    unbounded = [place for place, width in enumerate(widths) if width is None]
    if not unbounded and bounded <= batch_bytes:
        return lambda cursor: cursor.fetchmany(max(1, min(MOST_ROWS, batch_bytes // bounded)))
    return lambda cursor: _measured(cursor, unbounded or list(range(len(plans))), bounded, batch_bytes)


def _measured(cursor: Cursor, places: Sequence[int], bounded: int, batch_bytes: int) -> list[Row]:
    rows: list[Row] = []
    size = 0
    while size < batch_bytes and len(rows) < MOST_ROWS:
        row: Any = cursor.fetchone()
        if row is None:
            break
        rows.append(row)
        size += bounded + sum(len(value) for place in places if isinstance(value := row[place], str | bytes))
    return rows

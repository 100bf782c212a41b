"""Long values: how long they are is asked before they are read, and one that is too large for memory is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from omt_core.api import Finding, Table, sentence
from omt_database.columns import ColumnPlan, Kind
from omt_database.errors import DATABASE_VALUE_TOO_LONG
from omt_database.findings import ROW_TOO_LONG, ROWS_LONG
from omt_database.source import CrmDatabase

ROWS_AT_ONCE: Final = 2_048
"""So many rows DuckDB, in which the reference tenant imports, handles at a time."""

MEMORY_OF_VALUES: Final = 5
"""So many of the longest values that it takes the memory of a tenant's import holds at least."""


async def measured(database: CrmDatabase, table: Table, plans: Sequence[ColumnPlan]) -> tuple[ColumnPlan, ...]:
    """Return the plans with the bytes of the longest value of each column that no catalogue bounds."""
    unbounded = [
        plan for plan in plans if plan.width is None and plan.kind in {Kind.STRING, Kind.BINARY} and not plan.omitted
    ]
    sizes = dict(zip((plan.column.name for plan in unbounded), await database.largest(table, unbounded), strict=True))
    return tuple(replace(plan, longest=sizes.get(plan.column.name)) for plan in plans)


def values_above(plans: Sequence[ColumnPlan], limit: int) -> Mapping[str, int]:
    """Return the bytes of the largest value of each measured column that may have one above a limit."""
    rooms = {plan.column.name: plan.room or 0 for plan in plans if not plan.omitted}
    return {name: room for name, room in rooms.items() if room > limit}


async def long_rows(
    database: CrmDatabase, table: Table, plans: Sequence[ColumnPlan], limit: int, taken: int | None
) -> Sequence[Finding]:
    """Return what there is to say of rows, of a measured table, whose long values are too much together.

    `limit` is the longest value in bytes that can be moved, `taken` what the tenant says of itself, or None. Values so
    short that even `ROWS_AT_ONCE` of them are no more than that count for nothing: most tables are not asked then.
    """
    texts = [plan for plan in plans if plan.kind in {Kind.STRING, Kind.BINARY} and not plan.omitted]
    long = [plan for plan in texts if ROWS_AT_ONCE * (plan.room or 0) > limit]
    most = sum(plan.room or 0 for plan in long)
    memory = MEMORY_OF_VALUES * taken if taken is not None else None
    if most <= limit and (memory is None or ROWS_AT_ONCE * most <= memory):
        return ()
    longest, together, rows = await database.row_sizes(table, long)
    findings: list[Finding] = []
    if longest > limit and not values_above(long, limit):
        said = sentence(
            "The long values of a row of table {table} have {size:,} bytes together; at most {limit:,} are sure to be"
            " imported.",
            table=table.name, size=longest, limit=limit,
        )  # fmt: skip
        findings.append(ROW_TOO_LONG.finding(said, (table.name,)))
    handled = together * min(rows, ROWS_AT_ONCE) // max(rows, 1)
    if memory is not None and handled > memory:
        said = sentence(
            "Table {table} has {rows:,} rows with {size:,} bytes of long values: the import handles {handled:,} bytes"
            " at a time, and seems to have {memory:,}.",
            table=table.name, rows=rows, size=together, handled=handled, memory=memory,
        )  # fmt: skip
        findings.append(ROWS_LONG.finding(said, (table.name,)))
    return findings


def refuse_long_values(table: Table, plans: Sequence[ColumnPlan], limit: int) -> None:
    """Raise `InstallationError` `database-value-too-long` for a measured table that holds a value above a limit."""
    for name, size in values_above(plans, limit).items():
        raise DATABASE_VALUE_TOO_LONG.error(
            sentence(
                "Column {name} of table {table} holds a value of {size:,} bytes; database.largest_value is {limit:,}.",
                name=repr(name),
                table=repr(table.name),
                size=size,
                limit=limit,
            )
        )

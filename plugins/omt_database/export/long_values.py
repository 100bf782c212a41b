"""Long values: how long they are is asked before they are read, and one that is too large for memory is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from omt_core.api import Table, sentence
from omt_database.columns import ColumnPlan, Kind
from omt_database.errors import DATABASE_VALUE_TOO_LONG
from omt_database.source import CrmDatabase


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

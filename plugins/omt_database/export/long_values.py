"""Long values: one that is too large for memory is found before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omt_core.api import Table, sentence
from omt_database.columns import ColumnPlan, Kind
from omt_database.errors import DATABASE_VALUE_TOO_LONG
from omt_database.source import CrmDatabase


async def longest_values(
    database: CrmDatabase, table: Table, plans: Sequence[ColumnPlan], limit: int
) -> Mapping[str, int]:
    """Return the bytes of the largest value of each column that has one above a limit."""
    unbounded = [
        plan for plan in plans if plan.width is None and plan.kind in {Kind.STRING, Kind.BINARY} and not plan.omitted
    ]
    sizes = dict(zip((plan.column.name for plan in unbounded), await database.largest(table, unbounded), strict=True))
    sizes |= {plan.column.name: plan.width for plan in plans if plan.width is not None and not plan.omitted}
    return {name: size for name, size in sizes.items() if size > limit}


async def refuse_long_values(database: CrmDatabase, table: Table, plans: Sequence[ColumnPlan], limit: int) -> None:
    """Raise `InstallationError` `database-value-too-long` for a table that holds a value above a limit."""
    for name, size in (await longest_values(database, table, plans, limit)).items():
        raise DATABASE_VALUE_TOO_LONG.error(
            sentence(
                "Column {name} of table {table} holds a value of {size:,} bytes; database.largest_value is {limit:,}.",
                name=repr(name),
                table=repr(table.name),
                size=size,
                limit=limit,
            )
        )

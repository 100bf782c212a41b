"""Long values: one that is too large for memory is found before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omt_core.api import InstallationError, Table
from omt_database.columns import ColumnPlan, Kind
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
        raise InstallationError(
            "database-value-too-long",
            f"Column {name!r} of table {table.name!r} holds a value of {size:,} bytes; database.largest_value is"
            f" {limit:,}.",
            "Make it smaller on site, let the table stay (database.left_tables), or raise database.largest_value where"
            " this machine and the tenant have some six times that of memory.",
        )

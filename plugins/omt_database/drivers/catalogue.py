"""Building the catalogue from what the queries of each database system return."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from omt_core.api import Column, Row, Table


def build_catalogue(columns: Iterable[Row], describe: Callable[[Row], Column], keys: Iterable[Row]) -> dict[str, Table]:
    """Return tables by lower-case name.

    `columns` are rows that begin with the table's name, in the columns' order; `describe` makes a column of the rest.
    `keys` are table name, index name, 1 for the primary key and else 0, and column name, in the order of the index's
    columns. A table without a primary key is ordered by the unique index with the fewest columns none of which can be
    NULL.
    """
    found: dict[str, list[Column]] = defaultdict(list)
    for row in columns:
        found[str(row[0])].append(describe(row[1:]))
    indexes: dict[str, dict[tuple[bool, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, index, primary, column_name in keys:
        indexes[str(table)][number(primary) != 1, str(index)].append(str(column_name))
    return {
        name.lower(): Table(name=name, columns=tuple(parts), primary_key=_order(parts, indexes[name]))
        for name, parts in sorted(found.items())
    }


def number(value: object) -> int | None:
    """Return a whole number of a catalogue, which drivers give as int, Decimal, float or text."""
    return None if value is None else int(Decimal(str(value)))


def _order(columns: list[Column], indexes: dict[tuple[bool, str], list[str]]) -> tuple[str, ...]:
    required = {column.name for column in columns if not column.nullable}
    usable = [
        (secondary, len(names), index, tuple(names))
        for (secondary, index), names in indexes.items()
        if not secondary or required.issuperset(names)
    ]
    return min(usable)[3] if usable else ()

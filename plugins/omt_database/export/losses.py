"""Values that could not be moved as they are: where they stand, and what stands in their place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from omt_core.api import Finding, Sentence, Table, plural
from omt_database.columns import ColumnPlan
from omt_database.drivers.decoding import Repaired
from omt_database.findings import VALUES_REPLACED

KEYS_NAMED: Final = 20
"""So many rows of a column are named by their keys; the message says how many there are."""


def _emptied(count: int, table: str, column: str) -> Sentence:
    return plural(
        count,
        "Table {table}, column {column}: {number:,} value cannot be given by the database's driver and goes online with"
        " nothing (NULL) in its place.",
        "Table {table}, column {column}: {number:,} values cannot be given by the database's driver and go online with"
        " nothing (NULL) in their place.",
        table=table,
        column=column,
    )


def _marked(count: int, table: str, column: str) -> Sentence:
    return plural(
        count,
        "Table {table}, column {column}: {number:,} value cannot be given by the database's driver and goes online with"
        " U+FFFD for each character that is none in its place.",
        "Table {table}, column {column}: {number:,} values cannot be given by the database's driver and go online with"
        " U+FFFD for each character that is none in their place.",
        table=table,
        column=column,
    )


class Losses:
    """What of one table was replaced. Noted while its rows are encoded, in their order."""

    def __init__(self, table: Table, plans: Sequence[ColumnPlan]) -> None:
        self._table = table
        names = [plan.column.name for plan in plans]
        self._key = tuple(names.index(name) for name in table.primary_key if name in names)
        self._counts: Counter[str] = Counter()
        self._keys: defaultdict[str, list[str]] = defaultdict(list)
        self._emptied: set[str] = set()
        self._rows = 0

    def look(
        self, plan: ColumnPlan, place: int, value: object, rows: Sequence[Sequence[object]], *, lost: bool
    ) -> None:
        """Note a value, at a place among `rows`, if it is `lost` or was repaired on its way here."""
        if not lost and not isinstance(value, Repaired):
            return
        name = plan.column.name
        self._counts[name] += 1
        if lost:
            self._emptied.add(name)
        if len(self._keys[name]) < KEYS_NAMED:
            row = rows[place]
            key = ", ".join(
                f"{column}={row[index]}" for column, index in zip(self._table.primary_key, self._key, strict=False)
            )
            self._keys[name].append(key or f"row {self._rows + place + 1}")

    def passed(self, rows: int) -> None:
        """Note that so many rows were looked at."""
        self._rows += rows

    def findings(self) -> Sequence[Finding]:
        """Return one finding for each column."""
        found = []
        for name, count in sorted(self._counts.items()):
            say = _emptied if name in self._emptied else _marked
            message = say(count, self._table.name, name)
            subjects = tuple(f"{self._table.name}.{name}: {key}" for key in self._keys[name])
            found.append(VALUES_REPLACED.finding(message, subjects))
        return found

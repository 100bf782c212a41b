"""The catalogue, built from what the queries of each database system return, and what the login may see of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from omt_core.api import Column, InstallationError, Row, Sentence, Table, sentence
from omt_database.errors import DATABASE_TABLES_HIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the login sees of the CRM's tables. Catalogues hide what may not be read, and say nothing of it.

    `hidden` are tables that are there and may not be read, or not in all their rows; `proven` is False where others may
    be there of which nothing is told. `grant` is what the database's administrator does about either, for `user`.
    """

    hidden: tuple[str, ...] = ()
    proven: bool = True
    grant: str = ""
    user: str = ""

    def hides(self, name: str) -> bool:
        """Tell whether a table of this name, in any case, is hidden."""
        return any(name.lower() == hidden.lower() for hidden in self.hidden)

    def error(self) -> InstallationError:
        """Return the error of whoever needs a table that is hidden."""
        return DATABASE_TABLES_HIDDEN.error(self.message(self.hidden), remedy=self.remedy())

    @staticmethod
    def message(names: tuple[str, ...]) -> Sentence:
        """Say what is hidden."""
        return sentence(
            "Tables that are there and that the database user may not read ({count:,}): {tables}.",
            count=len(names),
            tables=names,
        )

    def remedy(self) -> Sentence:
        """Say what gives sight."""
        return sentence(
            "Let the database's administrator run {grant}, then run the same command again.", grant=self.grant
        )


def build_catalogue(columns: Iterable[Row], describe: Callable[[Row], Column], keys: Iterable[Row]) -> dict[str, Table]:
    """Return tables by lower-case name; where several differ in case only, each other one by its own spelling.

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
    tables: dict[str, Table] = {}
    # The one in lower case first: what no quotes were put round is that on most systems.
    for name, parts in sorted(found.items(), key=lambda item: (item[0] != item[0].lower(), item[0])):
        key = name if name.lower() in tables else name.lower()
        tables[key] = Table(name=name, columns=tuple(parts), primary_key=_order(parts, indexes[name]))
    return dict(sorted(tables.items()))


class BuiltCatalogue:
    """Builds catalogues; one of the same rows as the last is that one, so that what was rendered for it still holds."""

    def __init__(self) -> None:
        self._rows: tuple[Sequence[Row], Sequence[Row]] | None = None
        self._tables: Mapping[str, Table] = {}

    def of(self, columns: Sequence[Row], describe: Callable[[Row], Column], keys: Sequence[Row]) -> Mapping[str, Table]:
        """Return what `build_catalogue` does."""
        if self._rows != (columns, keys):
            self._tables = build_catalogue(columns, describe, keys)
            self._rows = (columns, keys)
        return self._tables


def differing_in_case(tables: Iterable[Table]) -> tuple[str, ...]:
    """Name the tables, and the columns of each as `table.column`, that another one equals but for case."""
    tables = list(tables)
    twins = _twins(table.name for table in tables)
    for table in tables:
        twins += [f"{table.name}.{name}" for name in _twins(column.name for column in table.columns)]
    return tuple(sorted(twins))


def _twins(names: Iterable[str]) -> list[str]:
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        spellings[name.lower()].append(name)
    return [name for alike in spellings.values() if len(alike) > 1 for name in alike]


def number(value: object) -> int | None:
    """Return a whole number of a catalogue, which drivers give as int, Decimal, float or text."""
    if value is None or type(value) is int:
        return value
    return int(Decimal(str(value)))


def _order(columns: list[Column], indexes: dict[tuple[bool, str], list[str]]) -> tuple[str, ...]:
    required = {column.name for column in columns if not column.nullable}
    usable = [
        (secondary, len(names), index, tuple(names))
        for (secondary, index), names in indexes.items()
        if not secondary or required.issuperset(names)
    ]
    return min(usable)[3] if usable else ()

"""What stays on site: volatile tables, secret columns and marked rows. Settings and a catalogue in, names out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from omt_core.api import Table, sentence
from omt_database.errors import LEFT_ON_SITE_UNKNOWN
from omt_database.settings import LEFT_ROWS, SECRET_COLUMNS, VOLATILE_TABLES, DatabaseSettings

RowRule: TypeAlias = tuple[str, str]
"""A column, as the catalogue spells it, and the value of rows that stay."""

_DEFAULTS: Final = {
    key: frozenset(name.lower() for name in names)
    for key, names in (("left_tables", VOLATILE_TABLES), ("secret_columns", SECRET_COLUMNS), ("left_rows", LEFT_ROWS))
}
"""These name what some version of the CRM has; a rule that a person wrote names something that is there."""


@dataclass(frozen=True)
class Omissions:
    """What of these tables stays on site. Names count in any case: what bears one of several such names stays."""

    tables: Mapping[str, Table]
    settings: DatabaseSettings

    @cached_property
    def left_tables(self) -> frozenset[str]:
        """The keys of the tables that stay."""
        left = {name.lower() for name in self.settings.left_tables}
        return frozenset(key for key, table in self.tables.items() if table.name.lower() in left)

    @cached_property
    def moved_tables(self) -> tuple[Table, ...]:
        """The tables that go, sorted by their keys."""
        return tuple(self.tables[key] for key in sorted(self.tables.keys() - self.left_tables))

    def secret_columns(self, table: Table) -> tuple[str, ...]:
        """Return the columns of a table that go as NULL, as the catalogue spells them."""
        patterns = {pattern.lower() for pattern in self.settings.secret_columns}
        return tuple(
            column.name
            for column in table.columns
            if patterns & {f"*.{column.name.lower()}", f"{table.name.lower()}.{column.name.lower()}"}
        )

    def row_rules(self, table: Table) -> tuple[RowRule, ...]:
        """Return what marks rows of a table that stay; one that any of these marks does."""
        return tuple(
            (column.name, value)
            for marker, value in self.settings.left_rows.items()
            for column in table.columns
            if marker.lower() == f"{table.name.lower()}.{column.name.lower()}"
        )

    def subjects(self) -> tuple[str, ...]:
        """Name all that stays: `table`, `table.column`, and `table.column=value` for rows."""
        names = [self.tables[key].name for key in self.left_tables]
        for table in self.moved_tables:
            names.extend(f"{table.name}.{column}" for column in self.secret_columns(table))
            names.extend(f"{table.name}.{column}={value}" for column, value in self.row_rules(table))
        return tuple(sorted(names))

    def require_names(self, unseen: frozenset[str] = frozenset()) -> None:
        """Raise `InputError` `left-on-site-unknown` for a rule that names nothing: what it was to keep would go.

        `unseen` are tables, in lower case, whose columns are not known. The defaults may name what this version lacks.
        """
        unknown = [
            f'database.{key} = "{name}"'
            for key, defaults in _DEFAULTS.items()
            for name in getattr(self.settings, key)
            if name.lower() not in defaults and not self._names_something(key, name.lower(), unseen)
        ]
        if unknown:
            raise LEFT_ON_SITE_UNKNOWN.error(
                sentence(
                    "Settings of what stays on site name nothing that this database has, so that it would go"
                    " online: {unknown}.",
                    unknown=", ".join(unknown),
                )
            )

    def _names_something(self, key: str, name: str, unseen: frozenset[str]) -> bool:
        if key == "left_tables":
            return name in unseen or any(name == table.name.lower() for table in self.tables.values())
        anywhere = ("*",) if key == "secret_columns" else ()
        return any(name.startswith(f"{table}.") for table in unseen) or any(
            name == f"{place}.{column.name.lower()}"
            for table in self.tables.values()
            for column in table.columns
            for place in (table.name.lower(), *anywhere)
        )

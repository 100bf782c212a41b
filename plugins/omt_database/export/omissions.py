"""What stays on site: volatile tables, secret columns and marked rows. Settings and a catalogue in, names out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from omt_core.api import Table
from omt_database.settings import DatabaseSettings


@dataclass(frozen=True)
class Omissions:
    """What of these tables stays on site."""

    tables: Mapping[str, Table]
    settings: DatabaseSettings

    @cached_property
    def left_tables(self) -> frozenset[str]:
        """Lower-case names of the tables that stay."""
        return frozenset(name.lower() for name in self.settings.left_tables) & self.tables.keys()

    @property
    def moved_tables(self) -> list[Table]:
        """The tables that go, sorted by lower-case name."""
        return [self.tables[name] for name in sorted(self.tables.keys() - self.left_tables)]

    def secret_columns(self, table: Table) -> tuple[str, ...]:
        """Return the columns of a table that go as NULL, as the catalogue spells them."""
        patterns = {pattern.lower() for pattern in self.settings.secret_columns}
        return tuple(
            column.name
            for column in table.columns
            if patterns & {f"*.{column.name.lower()}", f"{table.name.lower()}.{column.name.lower()}"}
        )

    def row_filter(self, table: Table) -> tuple[str, str] | None:
        """Return the column, as the catalogue spells it, and the value of rows of a table that stay, or None."""
        for marker, value in self.settings.left_rows.items():
            table_name, _, column_name = marker.lower().partition(".")
            if table_name == table.name.lower():
                for column in table.columns:
                    if column.name.lower() == column_name:
                        return column.name, value
        return None

    def subjects(self) -> tuple[str, ...]:
        """Name all that stays: `table`, `table.column`, and `table.column=value` for rows."""
        names = [self.tables[name].name for name in self.left_tables]
        for table in self.moved_tables:
            names.extend(f"{table.name}.{column}" for column in self.secret_columns(table))
            if left := self.row_filter(table):
                names.append(f"{table.name}.{left[0]}={left[1]}")
        return tuple(sorted(names))

"""A table of the customer's that the tenant knows by name, in whatever spelling it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from omt_tenant.importing.fingerprint import columns_of
from omt_tenant.importing.identifiers import folded, table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTable:
    """`name` as it came; `columns` by folded name."""

    name: str
    columns: frozenset[str]

    @staticmethod
    def find(connection: DuckDBPyConnection, name: str) -> CustomerTable | None:
        """Return the imported table of this name, in any case, or None."""
        for (spelling,) in connection.execute('SELECT "table" FROM omt.tables').fetchall():
            if folded(spelling) == folded(name):
                columns = frozenset(folded(column.name) for column in columns_of(connection, spelling))
                return CustomerTable(name=spelling, columns=columns)
        return None

    @property
    def sql(self) -> str:
        """Return the quoted name."""
        return table(self.name)

    def has(self, *columns: str) -> bool:
        """Tell whether there are columns of all these names, in any case."""
        return all(folded(column) in self.columns for column in columns)

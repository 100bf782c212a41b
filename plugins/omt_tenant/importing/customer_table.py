"""A table of the customer's that the tenant knows by name, in whatever spelling it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from omt_tenant.importing.fingerprint import columns_of
from omt_tenant.importing.identifiers import StoredTable, folded, stored_tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTable:
    """Where it lies; `columns` by folded name."""

    table: StoredTable
    columns: frozenset[str]

    @staticmethod
    def find(connection: DuckDBPyConnection, name: str) -> CustomerTable | None:
        """Return the imported table of this name, in any case, or None. Of twins it is the one of just this name."""
        spelled = [table for table in stored_tables(connection).values() if folded(table.name) == folded(name)]
        if not spelled:
            return None
        table = min(spelled, key=lambda table: (table.name != name, table.is_twin))
        columns = frozenset(folded(column.name) for column in columns_of(connection, table))
        return CustomerTable(table=table, columns=columns)

    @property
    def sql(self) -> str:
        """Return the quoted name."""
        return self.table.sql

    def has(self, *columns: str) -> bool:
        """Tell whether there are columns of all these names, in any case."""
        return all(folded(column) in self.columns for column in columns)

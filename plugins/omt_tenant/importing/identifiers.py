"""Names from a customer's catalogue in DuckDB's SQL: hostile until quoted, and told apart also where DuckDB cannot.

DuckDB compares names without the case of ASCII's letters. Of tables that differ in nothing else the first lies in the
schema `main`, each other one in a schema of twins, under its own name. Of columns that do, the first keeps its name and
each other one is stored under a name with a number; `omt.renamed_columns` has the true ones.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_MAIN: Final = "main"
_TWINS: Final = "twin_"


def quoted(name: str) -> str:
    """Quote an identifier; DuckDB takes any character in one but needs at least one. Raises ValueError if empty."""
    if not name:
        raise ValueError("a name must not be empty")
    return '"' + name.replace('"', '""') + '"'


def folded(name: str) -> str:
    """Return what DuckDB compares names by: the 26 letters of ASCII without their case, all else as it is."""
    return name.translate(_LOWER)


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A customer's table by its true name, and the schema that it lies in."""

    name: str
    schema: str = _MAIN

    @property
    def sql(self) -> str:
        """Return the quoted name with its schema, so that no name can mean anything else."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def is_twin(self) -> bool:
        """Tell whether another table, which came before, has the same name but for the case of letters."""
        return self.schema != _MAIN


def stored_tables(connection: DuckDBPyConnection) -> dict[str, StoredTable]:
    """Return the customer's tables that there are, by their true names."""
    rows = connection.execute(
        "SELECT table_name, schema_name FROM duckdb_tables() WHERE NOT internal"
        " AND (schema_name = ? OR starts_with(schema_name, ?))",
        [_MAIN, _TWINS],
    ).fetchall()
    return {name: StoredTable(name, schema) for name, schema in rows}


def place_for(name: str, stored: Iterable[StoredTable], connection: DuckDBPyConnection) -> StoredTable:
    """Return where a table is to lie beside those that are stored; makes the schema of twins that it needs."""
    own = folded(name)
    taken = {table.schema for table in stored if len(table.name) == len(own) and folded(table.name) == own}
    if _MAIN not in taken:
        return StoredTable(name)
    schema = next(schema for number in count(2) if (schema := f"{_TWINS}{number}") not in taken)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
    return StoredTable(name, schema)


def stored_names(names: Sequence[str]) -> list[str]:
    """Return the name that each column is stored under: its own, unless an earlier one has that but for the case."""
    own, taken, stored = {folded(name) for name in names}, set[str](), list[str]()
    for name in names:
        place = name
        if folded(name) in taken:
            numbered = (f"{name}_{number}" for number in count(2))
            place = next(other for other in numbered if folded(other) not in own | taken)
        taken.add(folded(place))
        stored.append(place)
    return stored

"""How the two simulated database systems spell what the simulator needs of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from omt_simulator.database.schema import Column, Table, Value

_WHOLE_NUMBERS = dict.fromkeys(
    ("PK", "FK", "Id", "Int", "Enum", "TableNumber", "RecordId", "FieldId", "UShort"), "INTEGER"
)
_SMALL_NUMBERS = dict.fromkeys(("Short", "ShortId", "Bool"), "SMALLINT")
_SHARED = {**_WHOLE_NUMBERS, **_SMALL_NUMBERS, "UInt": "BIGINT", "BigInt": "BIGINT", "Decimal": "DECIMAL(18,4)"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One database system. `schema` owns the tables ("" where there are no schemas); all parameters are `?`."""

    name: str
    types: Mapping[str, str]
    schema: str
    lower_case: bool
    blob_literal: str

    def identifier(self, name: str) -> str:
        """Return a quoted name. PostgreSQL folds unquoted names to lower case, so that is how tables are named."""
        return '"' + (name.lower() if self.lower_case else name).replace('"', '""') + '"'

    def table(self, name: str) -> str:
        """Return a table's quoted name, with its owner where there is one."""
        return f"{self.identifier(self.schema)}.{self.identifier(name)}" if self.schema else self.identifier(name)

    def literal(self, value: Value) -> str:
        """Return a constant of the simulator's own as SQL; never used for generated text."""
        if value is None:
            return "NULL"
        if isinstance(value, bytes):
            return self.blob_literal.format(value.hex())
        if isinstance(value, int | float):
            return str(value)
        return "'" + str(value).replace("'", "''") + "'"

    def parameter(self, value: Value) -> Value:
        """Return a value as the driver takes it: SQLite has neither dates nor decimals of its own."""
        return str(value) if isinstance(value, datetime | Decimal) and self.name == "sqlite" else value

    def _column(self, column: Column) -> str:
        declared = self.types[column.type].format(length=column.length)
        if column.type == "PK":
            return f"{self.identifier(column.name)} {declared} PRIMARY KEY"
        return f"{self.identifier(column.name)} {declared}" + ("" if column.nullable else " NOT NULL")

    def create_table(self, table: Table) -> str:
        """Return the statement that creates a table with its primary key."""
        return f"CREATE TABLE {self.table(table.name)} ({', '.join(map(self._column, table.columns))})"

    def create_indexes(self, table: Table, *, lookup: bool) -> list[str]:
        """Return the statements for the unique indexes, and for those that reads profit from when `lookup` is set."""
        kinds = [("UNIQUE INDEX", columns) for columns in table.unique]
        if lookup:
            kinds += [("INDEX", columns) for columns in table.lookup]
        return [
            f"CREATE {kind} {self.identifier(f'IX_{table.number}_{position}')} ON {self.table(table.name)}"
            f" ({', '.join(map(self.identifier, columns))})"
            for position, (kind, columns) in enumerate(kinds, start=1)
        ]

    def insert(self, table: Table, given: tuple[str, ...]) -> str:
        """Return an insert of the `given` columns as parameters and all others at their default.

        The defaults stand in the statement and not in the table, as the vendor's tables have none: a writer that
        leaves out a NOT NULL column is refused here as it would be on site.
        """
        places = dict.fromkeys(given, "?")
        values = [places.get(column.name) or self.literal(column.default) for column in table.columns]
        names = ", ".join(self.identifier(column.name) for column in table.columns)
        return f"INSERT INTO {self.table(table.name)} ({names}) VALUES ({', '.join(values)})"  # noqa: S608


SQLITE = Dialect(
    name="sqlite",
    types={
        **_SHARED,
        "String": "VARCHAR({length})",
        "FKArray": "TEXT",
        "Clob": "TEXT",
        "Blob": "BLOB",
        "Double": "DOUBLE",
        "DateTime": "TIMESTAMP",
        "UtcDateTime": "TIMESTAMP",
    },
    schema="",
    lower_case=False,
    blob_literal="X'{}'",
)

POSTGRESQL = Dialect(
    name="postgresql",
    types={
        **_SHARED,
        "String": "VARCHAR({length})",
        "FKArray": "TEXT",
        "Clob": "TEXT",
        "Blob": "BYTEA",
        "Double": "DOUBLE PRECISION",
        "DateTime": "TIMESTAMP",
        "UtcDateTime": "TIMESTAMP",
    },
    schema="crm7",
    lower_case=True,
    blob_literal="decode('{}','hex')",
)

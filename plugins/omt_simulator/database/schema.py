"""The CRM's tables as the simulator builds them, and what a column holds when nothing else is said.

`schema.json` is made by `compact_schema.py` from the facts in crm.md section 0. Physical types and NOT NULL
are not documented there (ND); the choice is made here and in `dialect.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from importlib import resources
from typing import TypeAlias

from omt_simulator.chance import EPOCH

INTEGER_TYPES = frozenset(
    {
        "PK",
        "FK",
        "Id",
        "Int",
        "UInt",
        "UShort",
        "Short",
        "ShortId",
        "Bool",
        "Enum",
        "TableNumber",
        "RecordId",
        "FieldId",
    }
)
BEGINNING_OF_TIME = datetime(1760, 1, 1)  # noqa: DTZ001
"""The CRM's empty date where a column takes no NULL (crm.md section 2)."""

UNSIGNED_HASH = "7H:AAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""What `encryptedCheck` holds: the documented shape; how the vendor computes it is not documented (section 4)."""

Value: TypeAlias = int | float | Decimal | str | bytes | datetime | None


_EMPTY: Mapping[str, Value] = {
    **dict.fromkeys(("DateTime", "UtcDateTime"), BEGINNING_OF_TIME),
    "Blob": b"",
    "Double": 0.0,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `type` as in schema.json, or `BigInt` and `Decimal` in customers' own columns."""

    name: str
    type: str
    length: int | None
    nullable: bool
    references: str | None

    @property
    def default(self) -> Value:
        """The value of a row that does not name this column: 0 is "no reference", never NULL."""
        if self.name in {"registered_associate_id", "updated_associate_id"}:
            return 1
        if self.name == "encryptedCheck":
            return UNSIGNED_HASH
        if self.type in INTEGER_TYPES:
            return 0
        if self.nullable:
            return None
        if self.name in {"registered", "updated"}:
            return EPOCH
        return _EMPTY.get(self.type, "")


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `number` is its id in other tables' `ownerTable` columns; `lookup` are indexed single columns."""

    name: str
    number: int
    primary_key: str
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    lookup: tuple[tuple[str, ...], ...] = ()


def load_schema() -> dict[str, Table]:
    """Return the tables that the vendor defines, by name as the vendor spells it."""
    text = resources.files("omt_simulator.database").joinpath("schema.json").read_text(encoding="utf-8")
    return {
        name: Table(
            name=name,
            number=entry["number"],
            primary_key=entry["primaryKey"],
            columns=tuple(Column(*column) for column in entry["columns"]),
            unique=tuple(map(tuple, entry["unique"])),
            lookup=tuple(map(tuple, entry["lookup"])),
        )
        for name, entry in json.loads(text)["tables"].items()
    }


def with_columns(tables: Mapping[str, Table], name: str, columns: Iterable[Column]) -> dict[str, Table]:
    """Return the same tables, one of them with more columns at its end, as customers add them."""
    table = tables[name]
    return {**tables, name: replace(table, columns=(*table.columns, *columns))}

"""How each column of a table is read and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from omt_core.api import Column


class Kind(StrEnum):
    """What a column is in the Parquet file (docs/reference/fingerprint.md)."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    DOUBLE = "double"
    DECIMAL = "decimal"
    STRING = "string"
    GUID = "guid"
    BINARY = "binary"
    TIMESTAMP = "timestamp"
    DATE = "date"
    TIME = "time"


LARGEST_DECIMAL = 38
"""Digits of the widest decimal that Parquet readers agree on."""

LARGEST_INTEGER = 18
"""Decimal digits that every 64-bit integer holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """How a column is read: `expression` is SQL of the DBMS, `width` at most how many bytes a value takes, or None.

    `longest`: the bytes of the longest value that there is, where that was measured since no catalogue bounds it.
    `omitted`: the column stays on site and reads as NULL. `loose`: it comes as text or bytes, since some of its values
    are such that the driver cannot give them; the bytes of text are UTF-8 unless they are `utf_16`.
    """

    column: Column
    kind: Kind
    expression: str
    width: int | None = 8
    precision: int = 0
    scale: int = 0
    omitted: bool = False
    loose: bool = False
    utf_16: bool = False
    longest: int | None = None

    @property
    def room(self) -> int | None:
        """The bytes in which each value of the column fits, or None where that is not known."""
        return self.longest if self.width is None else self.width


def number_plan(column: Column, expression: str) -> ColumnPlan:
    """Plan an exact number from its declared digits; one of unknown size travels as text, which holds any."""
    precision, scale = column.precision, column.scale or 0
    if precision is None or precision > LARGEST_DECIMAL or not 0 <= scale <= precision:
        return ColumnPlan(column=column, kind=Kind.STRING, expression=expression, width=64)
    if scale == 0 and precision <= LARGEST_INTEGER:
        return ColumnPlan(column=column, kind=Kind.INTEGER, expression=expression)
    return ColumnPlan(
        column=column, kind=Kind.DECIMAL, expression=expression, width=16, precision=precision, scale=scale
    )

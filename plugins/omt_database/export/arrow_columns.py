"""Rows as a driver gives them to columns of Arrow, without a value lost or bent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from typing import Any, Final, TypeAlias

import pyarrow as pa

from omt_core.api import InstallationError, Row, sentence
from omt_database.columns import ColumnPlan, Kind
from omt_database.drivers.decoding import text_of_bytes, text_of_utf_16_le
from omt_database.errors import DATABASE_VALUE_UNREADABLE
from omt_database.export.losses import Losses

Array: TypeAlias = Any
DataType: TypeAlias = Any
"""pyarrow's own: it ships no types."""

Driven: TypeAlias = Any
"""A value as a driver gives it."""

MOST_LOST: Final = 1_000
"""Where more values than these, and more than half, are not of their column's type, the column is not what it seems."""

_TYPES: Final[Mapping[Kind, DataType]] = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.INTEGER: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.STRING: pa.string(),
    Kind.GUID: pa.string(),
    Kind.BINARY: pa.binary(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.DATE: pa.date32(),
    Kind.TIME: pa.time64("us"),
}


def arrow_type(plan: ColumnPlan) -> DataType:
    """Return the type of a planned column in Arrow and Parquet."""
    return pa.decimal128(plan.precision, plan.scale) if plan.kind is Kind.DECIMAL else _TYPES[plan.kind]


def is_text(kind: DataType) -> bool:
    """Tell whether values of this type are as long as they are: text and bytes."""
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def text_bytes(column: Array) -> int:
    """Return the bytes of all values of a column of text or bytes that has rows."""
    offsets = memoryview(column.buffers()[1]).cast("i")
    return int(offsets[column.offset + len(column)] - offsets[column.offset])


def joined(batches: Sequence[Array]) -> Array:
    """Return one batch of all rows of some; of a single one itself, which Arrow would copy."""
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def arrow_array(plan: ColumnPlan, values: Sequence[Driven]) -> Array:
    """Turn the values of a column into an Arrow array.

    The quick way takes what the driver gives for the column's type; the slow way, value by value, takes what some
    drivers give instead (text for numbers and times, numbers for text). Raises `InstallationError`
    `database-value-unreadable` for a value that neither takes.
    """
    target = arrow_type(plan)
    if plan.omitted:
        return pa.nulls(len(values), target)
    if plan.kind not in _ALWAYS_CONVERTED:
        with suppress(pa.ArrowException, TypeError, ValueError, OverflowError):
            # Told the type, Arrow would cut a fraction off without a word; what it finds by itself it does not touch.
            array = pa.array(values) if plan.kind in _FOUND else pa.array(values, target)
            texts_of_moments = plan.kind in _PARSED and pa.types.is_string(array.type)
            if array.type == target or texts_of_moments or array.null_count == len(array):
                return array.cast(target)
    try:
        convert = _CONVERSIONS[plan.kind]
        converted = [None if value is None else convert(value) for value in values]
        if plan.kind in _PARSED and any(isinstance(value, str) for value in converted):
            return pa.array(converted, pa.string()).cast(target)
        return pa.array(converted, target)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError, OverflowError) as error:
        raise DATABASE_VALUE_UNREADABLE.error(
            sentence(
                "Column {column} of type {type_name} holds a value that is not of its type.",
                column=repr(plan.column.name),
                type_name=repr(plan.column.type_name),
            ),
            remedy=sentence(
                "Report this with the version of the database: its driver gives other values than its catalogue says."
            ),
        ) from error


def columns_of_rows(plans: Sequence[ColumnPlan], rows: Sequence[Row], losses: Losses, *, loose: bool) -> list[Array]:
    """Turn rows into one Arrow array for each planned column. There must be rows.

    A value that its column cannot hold becomes NULL, and `losses` are told of it; so they are, of rows that were read
    `loose`, of text that was repaired. Raises `InstallationError` where most values of a column are such.
    """
    columns = []
    for plan, values in zip(plans, zip(*rows, strict=True), strict=True):
        if loose and plan.kind is Kind.STRING and not plan.omitted:
            columns.append(_loosely(plan, values, rows, losses))
            continue
        try:
            columns.append(arrow_array(plan, values))
        except InstallationError:
            columns.append(_loosely(plan, values, rows, losses))
    losses.passed(len(rows))
    return columns


def _loosely(plan: ColumnPlan, values: Sequence[Driven], rows: Sequence[Row], losses: Losses) -> Array:
    """Turn the values of a column into an array one by one."""
    kept: list[Driven] = []
    lost = 0
    for place, value in enumerate(values):
        if plan.kind is Kind.STRING and plan.loose and value is not None:
            value = text_of_utf_16_le(value) if plan.utf_16 else text_of_bytes(value)  # noqa: PLW2901 - what it stands for
        try:
            one = arrow_array(plan, (value,))[0]
        except InstallationError:
            lost += 1
            losses.look(plan, place, value, rows, lost=True)
            kept.append(None)
            if lost > MOST_LOST and 2 * lost > place + 1:
                raise
        else:
            losses.look(plan, place, value, rows, lost=False)
            kept.append(one.as_py())
    return pa.array(kept, arrow_type(plan))


def columns_of_batch(plans: Sequence[ColumnPlan], batch: Array) -> list[Array]:
    """Turn a batch of the columns that are not omitted into one Arrow array for each planned column."""
    read = iter(batch.columns)
    return [pa.nulls(batch.num_rows, arrow_type(plan)) if plan.omitted else next(read) for plan in plans]


def schema_of_batch(plans: Sequence[ColumnPlan]) -> Array:
    """Return the Arrow schema of the columns that are not omitted."""
    return pa.schema([pa.field(plan.column.name, arrow_type(plan)) for plan in plans if not plan.omitted])


def _decimal(value: Driven) -> Decimal:
    # repr, since a double's shortest text is the number that was meant.
    return Decimal(repr(value) if isinstance(value, float) else value)


def _text(value: Driven) -> str:
    if isinstance(value, str):
        # Half of a surrogate pair is not Unicode, and Parquet cannot hold it.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | bytearray):
        return f"X'{value.hex().upper()}'"
    return repr(value) if isinstance(value, float) else str(value)


def _moment(value: Driven) -> Driven:
    if not isinstance(value, str | date | time):
        raise TypeError("neither a time nor text")
    return value


def _time_of_day(value: Driven) -> Driven:
    # Arrow does not read it from text.
    return time.fromisoformat(value) if isinstance(value, str) else _moment(value)


def _integer(value: Driven) -> int:
    number = int(value)
    if not isinstance(value, str) and number != value:
        raise ValueError("not a whole number")
    return number


_ALWAYS_CONVERTED: Final = frozenset({Kind.GUID})

_FOUND: Final = frozenset({Kind.BOOLEAN, Kind.INTEGER, Kind.TIMESTAMP, Kind.DATE, Kind.TIME})

_PARSED: Final = frozenset({Kind.TIMESTAMP, Kind.DATE, Kind.TIME})

_CONVERSIONS: Final[Mapping[Kind, Callable[[Driven], Driven]]] = {
    Kind.BOOLEAN: lambda value: bool(int(value)),
    Kind.INTEGER: _integer,
    Kind.DOUBLE: float,
    Kind.DECIMAL: _decimal,
    Kind.STRING: _text,
    Kind.GUID: lambda value: str(value).lower(),
    Kind.BINARY: bytes,
    Kind.TIMESTAMP: _moment,
    Kind.DATE: _moment,
    Kind.TIME: _time_of_day,
}

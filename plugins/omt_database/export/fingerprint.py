"""The fingerprint of a table, as docs/reference/fingerprint.md defines it, column by column in Arrow."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from omt_database.export.arrow_columns import Array

MODULUS: Final = 1 << 128

_NULL: Final = "-"


def fingerprint(columns: Sequence[Array], rows: int) -> int:
    """Return the sum of the hashes of `rows` rows, given as Arrow arrays (or chunked ones) in column order."""
    encoded = _joined([_encoded(column) for column in columns])
    if isinstance(encoded, str):
        return rows * _hash(encoded.encode()) % MODULUS
    _, offsets, content = encoded.buffers()
    if rows == 0 or content is None:
        return 0
    text = memoryview(content)
    ends = memoryview(offsets).cast("i")[encoded.offset : encoded.offset + rows + 1]
    md5, number = hashlib.md5, int.from_bytes
    total = sum(number(md5(text[start:end], usedforsecurity=False).digest(), "big") for start, end in pairwise(ends))
    return total % MODULUS


def fingerprint_text(value: int) -> str:
    """Write a fingerprint as 32 hexadecimal digits."""
    return f"{value % MODULUS:032x}"


def _hash(encoding: bytes) -> int:
    return int.from_bytes(hashlib.md5(encoding, usedforsecurity=False).digest(), "big")


def _encoded(column: Array) -> Array:
    """Encode a column's values; one that holds nothing is a plain string, the same for all rows."""
    if column.null_count == len(column):
        return _NULL
    text = _text(column)
    lengths = pc.cast(pc.binary_length(text), pa.string())
    encoded = pc.binary_join_element_wise(lengths, text, ":")
    return pc.fill_null(encoded, _NULL) if column.null_count else encoded


def _joined(parts: list[Array]) -> Array:
    """Join the parts of each row; neighbours that are the same for all rows are joined once."""
    merged: list[Array] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    if len(merged) == 1:
        return merged[0]
    return pc.binary_join_element_wise(*merged, "") if merged else ""


def _text(column: Array) -> Array:
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_integer(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_boolean(kind):
        return pc.cast(pc.cast(column, pa.int8()), pa.string())
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind):
        return pc.cast(column.view(pa.int64()), pa.string())
    if pa.types.is_date32(kind):
        return pc.cast(column.view(pa.int32()), pa.string())
    values = column.to_pylist()
    return pa.array([None if value is None else _value_text(value) for value in values], pa.string())


def _value_text(value: bytes | float | Decimal) -> str:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return f"{value:.16e}" if isinstance(value, float) else format(value, "f")

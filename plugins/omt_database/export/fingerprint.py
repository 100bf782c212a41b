"""The fingerprint of a table, as docs/reference/fingerprint.md defines it, column by column in Arrow."""

from __future__ import annotations

import hashlib
import importlib
import math
from collections.abc import Sequence
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from omt_database.export.arrow_columns import Array

VERSION: Final = "2"
"""Which definition this is: every part of a table says so beside its columns."""

LONGEST: Final = 1_000
"""Bytes of the longest text that is encoded as it is."""

MODULUS: Final = 1 << 128

_ROWS: Final = 2_048
"""Rows that are measured at once: their encoding takes as much memory as they do, three times over."""

try:
    # Python's own costs less than OpenSSL's, which hashlib takes where it can, to be set up for each short text.
    _md5 = importlib.import_module("_md5").md5
except ImportError:
    _md5 = partial(hashlib.md5, usedforsecurity=False)

# As Arrow's own: of Python's values it asks each time whether they are numpy's or dateutil's, which takes longer than
# the work.
_NOT_A_NUMBER: Final = pa.scalar(math.nan)
_COMMA, _COLON, _POINT, _MINUS, _EMPTY = map(pa.scalar, (",", ":", ".", "-", ""))
_LONGEST: Final = pa.scalar(LONGEST, pa.int32())

_DIGESTS: Final = pa.list_(pa.uint32(), 4)
"""An md5 as four numbers, the lowest first: too few rows are measured at once for their sum to pass 64 bits."""

_PLACES: Final = tuple(pa.scalar(place, pa.int32()) for place in range(4))


def fingerprint(columns: Sequence[Array], rows: int) -> int:
    """Return the sum of the hashes of `rows` rows, given as Arrow arrays in column order."""
    sums = (_sum([column.slice(begin, _ROWS) for column in columns]) for begin in range(0, rows, _ROWS))
    return sum(sums) % MODULUS


def _sum(columns: Sequence[Array]) -> int:
    rows = len(columns[0])
    encoded = pc.binary_join_element_wise(
        *(_encoded(column) for column in columns), _COMMA, null_handling="replace", null_replacement=""
    )
    texts = pc.cast(encoded, pa.binary()).to_pylist()
    digests = b"".join([hashed.digest() for hashed in map(_md5, texts)])
    numbers = pa.Array.from_buffers(pa.uint32(), rows * 4, [None, pa.py_buffer(digests)])
    hashes = pa.Array.from_buffers(_DIGESTS, rows, [None], children=[numbers])
    sums: list[int] = [pc.sum(pc.list_element(hashes, place)).as_py() for place in _PLACES]
    return sum(number << (32 * place) for place, number in enumerate(sums))


def fingerprint_text(value: int) -> str:
    """Write a fingerprint as 32 hexadecimal digits."""
    return f"{value % MODULUS:032x}"


def _encoded(column: Array) -> Array:
    """Encode a column's values as text; what is NULL stays so."""
    kind = column.type
    if pa.types.is_string(kind):
        lengths = pc.binary_length(column)
        return pc.binary_join_element_wise(pc.cast(lengths, pa.string()), _shortened(column, lengths), _COLON)
    if pa.types.is_binary(kind):
        digests = [None if value is None else hashlib.sha256(value).hexdigest() for value in column.to_pylist()]
        return pa.array(digests, pa.string())
    if pa.types.is_decimal(kind):
        return _decimal(column)
    if pa.types.is_boolean(kind):
        column = pc.cast(column, pa.int8())
    elif pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), _NOT_A_NUMBER, column).view(pa.int64())
    elif pa.types.is_date32(kind):
        column = column.view(pa.int32())
    elif not pa.types.is_integer(kind):
        # Time stamps and times of day, which count microseconds.
        column = column.view(pa.int64())
    return pc.cast(column, pa.string())


def _shortened(column: Array, lengths: Array) -> Array:
    """Put its md5 in the place of each text that is long."""
    long = pc.greater(lengths, _LONGEST)
    if not pc.any(long).as_py():
        return column
    texts = column.filter(long).cast(pa.binary()).to_pylist()
    digests = [hashlib.md5(text, usedforsecurity=False).hexdigest() for text in texts]
    return pc.replace_with_mask(column, long, pa.array(digests, pa.string()))


def _decimal(column: Array) -> Array:
    """Write decimals with all digits of their scale; Arrow itself would write small ones with an exponent."""
    scale = column.type.scale
    digits = pc.cast(column.view(pa.decimal128(column.type.precision, 0)), pa.string())
    if scale == 0:
        return digits
    sign = pc.if_else(pc.starts_with(digits, "-"), _MINUS, _EMPTY)
    padded = pc.utf8_lpad(pc.utf8_ltrim(digits, "-"), scale + 1, "0")
    whole = pc.utf8_slice_codeunits(padded, 0, -scale)
    return pc.binary_join_element_wise(sign, whole, _POINT, pc.utf8_slice_codeunits(padded, -scale), _EMPTY)

# ruff: noqa: DTZ001 - the CRM's dates carry no zone
from __future__ import annotations

import hashlib
import math
import struct
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_database.export.fingerprint import fingerprint, fingerprint_text

EPOCH = datetime(1970, 1, 1)
TYPES = {
    pa.bool_(): st.booleans(),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(),
    pa.decimal128(18, 4): st.decimals(-(10**13), 10**13, places=4, allow_nan=False),
    pa.decimal128(38, 20): st.decimals(-(10**9), 10**9, places=20, allow_nan=False),
    pa.string(): st.text(st.characters(codec="utf-8"), max_size=12)
    | st.builds(str.__mul__, st.sampled_from(["x", "å"]), st.integers(499, 1_001)),
    pa.binary(): st.binary(max_size=12),
    pa.timestamp("us"): st.datetimes(),
    pa.date32(): st.dates(),
    pa.time64("us"): st.times(),
}


def naive_text(value: object) -> str:  # noqa: PLR0911 - one line per type, as in the definition
    """The table of docs/reference/fingerprint.md, line by line."""
    match value:
        case bool():
            return "1" if value else "0"
        case int():
            return str(value)
        case float():
            return "9221120237041090560" if math.isnan(value) else str(struct.unpack("<q", struct.pack("<d", value))[0])
        case Decimal():
            return f"{value:f}"
        case str():
            data = value.encode()
            return f"{len(data)}:{value if len(data) <= 1_000 else hashlib.md5(data).hexdigest()}"
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case datetime():
            passed = value - EPOCH
            return str((passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds)
        case date():
            return str((value - EPOCH.date()).days)
        case time():
            return str(((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond)
    raise TypeError(value)


def naive(columns: list[list[object]], rows: int) -> int:
    total = 0
    for row in range(rows):
        texts = ["" if column[row] is None else naive_text(column[row]) for column in columns]
        total += int.from_bytes(hashlib.md5(",".join(texts).encode()).digest(), "little")
    return total % 2**128


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[pa.DataType], list[list[object]], int]:
    kinds = draw(st.lists(st.sampled_from(list(TYPES)), min_size=1, max_size=6))
    rows = draw(st.integers(0, 5))
    columns = [draw(st.lists(st.none() | TYPES[kind], min_size=rows, max_size=rows)) for kind in kinds]
    return kinds, columns, rows


@given(table=tables())
def test_it_is_what_a_naive_reading_of_its_definition_gives(table):
    kinds, columns, rows = table
    arrays = [pa.array(values, kind) for kind, values in zip(kinds, columns, strict=True)]
    assert fingerprint(arrays, rows) == naive([array.to_pylist() for array in arrays], rows)


@given(table=tables(), place=st.integers(0, 5))
def test_it_is_the_sum_of_its_parts(table, place):
    kinds, columns, rows = table
    arrays = [pa.array(values, kind) for kind, values in zip(kinds, columns, strict=True)]
    first, rest = [array[:place] for array in arrays], [array[place:] for array in arrays]
    count = min(place, rows)
    assert (fingerprint(first, count) + fingerprint(rest, rows - count)) % 2**128 == fingerprint(arrays, rows)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        # The documented example (7, NULL, '', 'Åse'): printf '7,,0:,4:Åse' | md5sum, its bytes in reverse order
        (
            [pa.array([7]), pa.nulls(1, pa.string()), pa.array([""]), pa.array(["Åse"])],
            "1eca1643fd27b3c8f20aaa9a667040a8",
        ),
        # printf '1' | md5sum, and printf '4609434218613702656' | md5sum
        ([pa.array([True])], "9b84756f9a50cc0d8223b9a03842cac4"),
        ([pa.array([1.5])], "fdd7be63c866773c757aca1a35341180"),
        ([pa.array([], pa.int64())], "0" * 32),
    ],
)
def test_examples_computed_by_other_means(columns, expected):
    assert fingerprint_text(fingerprint(columns, len(columns[0]))) == expected


def test_empty_text_and_null_differ():
    assert fingerprint([pa.array([""])], 1) != fingerprint([pa.array([None], pa.string())], 1)


def test_what_stands_in_one_column_cannot_pass_for_two():
    assert fingerprint([pa.array(["a1:b"]), pa.array([""])], 1) != fingerprint([pa.array(["a"]), pa.array(["b"])], 1)

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from omt_tenant.importing import VerificationFailedError

FIRST, EMPTY = datetime.datetime(1, 1, 1), datetime.datetime(1760, 1, 1)  # noqa: DTZ001  # columns without a zone
LAST = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["", "\0", "a\0b", "Åse", "𝄞", "-", "4:", ",", "x" * 1_000, "x" * 1_001, "å" * 500, "å" * 501]
)


@st.composite
def decimals(draw):
    precision = draw(st.integers(1, 38))
    scale = draw(st.integers(0, precision))
    numbers = st.integers(-(10**precision) + 1, 10**precision - 1)
    digits = st.tuples(st.just(pa.decimal128(precision, scale)), numbers)
    kind, _ = draw(digits)
    return kind, numbers.map(lambda number: Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -scale)))


COLUMNS = st.one_of(
    st.just((pa.bool_(), st.booleans())),
    *(
        st.just((kind, st.integers(low, high)))
        for kind, low, high in (
            (pa.int8(), -(2**7), 2**7 - 1),
            (pa.int16(), -(2**15), 2**15 - 1),
            (pa.int32(), -(2**31), 2**31 - 1),
            (pa.int64(), -(2**63), 2**63 - 1),
            (pa.uint8(), 0, 2**8 - 1),
            (pa.uint64(), 0, 2**64 - 1),
        )
    ),
    st.just((pa.float64(), st.floats() | st.sampled_from([-0.0, 5e-324, 1.7976931348623157e308, 1e22, 0.1]))),
    st.just((pa.float32(), st.floats(width=32))),
    decimals(),
    st.just((pa.string(), TEXT)),
    st.just((pa.binary(), st.binary(max_size=20))),
    st.just((pa.timestamp("us"), st.datetimes(FIRST, LAST) | st.sampled_from([FIRST, EMPTY, LAST]))),
    st.just((pa.date32(), st.dates())),
    st.just((pa.time64("us"), st.times())),
)


@st.composite
def tables(draw):
    columns = draw(st.lists(COLUMNS, min_size=1, max_size=6))
    rows = draw(st.integers(0, 8))
    arrays = [
        pa.array(draw(st.lists(st.none() | values, min_size=rows, max_size=rows)), kind) for kind, values in columns
    ]
    return pa.table(arrays, names=[f"column {number}" for number in range(len(columns))])


@given(table=tables())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@example(table=pa.table({"d": pa.array([Decimal("0.5"), Decimal("-0.5"), Decimal(0), None], pa.decimal128(1, 1))}))
@example(table=pa.table({"f": [float("nan"), float("inf"), float("-inf"), -0.0, None]}))
@example(table=pa.table({"a": ["1:x", "x"], "b": ["x", "1:x"]}))
def test_sql_over_the_stored_table_agrees_with_the_document(new_tenant, tmp_path_factory, table):
    tenant = new_tenant(tmp_path_factory.mktemp("tenant"))
    tenant.put_table("t", table)
    tenant.run()
    assert tenant.query("SELECT count(*) FROM t") == [(table.num_rows,)]


@given(table=tables(), halves=st.integers(0, 8))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_parts_of_a_table_add_up(new_tenant, fingerprint_of, tmp_path_factory, table, halves):
    tenant = new_tenant(tmp_path_factory.mktemp("tenant"))
    tenant.put_table("t", table.slice(0, halves), table.slice(halves))
    tenant.run()
    assert tenant.receipt().header.tables[0].fingerprint == f"{fingerprint_of(table):032x}"


def test_the_reference_says_what_the_document_says(fingerprint_of):
    row = pa.table({"a": [7], "b": pa.array([None], pa.string()), "c": [""], "d": ["Åse"]})
    assert fingerprint_of(row) == int.from_bytes(hashlib.md5("7,,0:,4:Åse".encode()).digest(), "little")
    assert fingerprint_of(row.slice(1)) == 0


def test_a_part_with_another_fingerprint_is_named(tenant):
    good, bad = pa.table({"a": [1, 2]}), pa.table({"a": [3]})
    tenant.put_table("person", good, bad, good)
    stage = tenant.entries["database"]
    entry = stage["person/000002"]
    stage["person/000002"] = replace(entry, part=replace(entry.part, fingerprint="0" * 32))
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert [(detail.code, detail.subject) for detail in refused.value.details] == [
        ("fingerprint-differs", "person, part 2")
    ]


def test_a_table_with_a_column_named_rowid_is_named_as_a_whole(tenant):
    tenant.put_table("person", pa.table({"RowId": [1]}), fingerprint="0" * 32)
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert [detail.subject for detail in refused.value.details] == ["person"]


@pytest.mark.parametrize("version", [None, "1", "3"])
def test_a_part_whose_fingerprint_follows_another_definition_is_told_apart(tenant, version):
    tenant.put_table("person", pa.table({"a": [1]}), version=version)
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert [(detail.code, detail.subject) for detail in refused.value.details] == [
        ("fingerprint-unknown", "person, part 1")
    ]


def test_rows_that_change_places_between_columns_are_told_apart(fingerprint_of):
    assert fingerprint_of(pa.table({"a": ["x"], "b": [None]})) != fingerprint_of(pa.table({"a": [None], "b": ["x"]}))

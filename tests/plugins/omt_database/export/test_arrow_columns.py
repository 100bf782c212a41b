# ruff: noqa: DTZ001 - the CRM's dates carry no zone
from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from omt_core.api.database import Column
from omt_core.api.errors import InstallationError
from omt_database.columns import ColumnPlan, Kind
from omt_database.export.arrow_columns import arrow_array

GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"


def plan(kind: Kind, **more: object) -> ColumnPlan:
    return ColumnPlan(column=Column(name="c", type_name="t"), kind=kind, expression="c", precision=18, scale=4, **more)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (Kind.INTEGER, [1, None, -(2**63)], [1, None, -(2**63)]),
        (Kind.INTEGER, [Decimal(7), None, "8", 9.0], [7, None, 8, 9]),
        (Kind.DOUBLE, [1, 2.5, None], [1.0, 2.5, None]),
        (Kind.DOUBLE, [Decimal("1.5"), "2.5"], [1.5, 2.5]),
        (Kind.BOOLEAN, [True, False, None, 1, "0"], [True, False, None, True, False]),
        (Kind.DECIMAL, [Decimal("1.2"), None, 3, "4.5", 0.1], ["1.2000", None, "3.0000", "4.5000", "0.1000"]),
        (Kind.STRING, ["", None, "Å😀"], ["", None, "Å😀"]),
        (Kind.STRING, [Decimal("1E+3"), 0.1, b"\x0a", 5], ["1000", "0.1", "X'0A'", "5"]),
        (Kind.STRING, ["half \ud83d pair"], ["half \ufffd pair"]),
        (Kind.STRING, ["\ud83d\ude00"], ["😀"]),
        (Kind.GUID, [UUID(GUID), GUID.upper(), None], [GUID, GUID, None]),
        (Kind.BINARY, [b"\x00", None, bytearray(b"x")], [b"\x00", None, b"x"]),
        (Kind.TIMESTAMP, [datetime(1760, 1, 1), None], [datetime(1760, 1, 1), None]),
        (Kind.TIMESTAMP, ["9999-12-31 23:59:59.999999", None], [datetime(9999, 12, 31, 23, 59, 59, 999_999), None]),
        (Kind.DATE, [date(1760, 1, 1), None], [date(1760, 1, 1), None]),
        (Kind.TIME, [time(23, 59, 59, 999_999), None], [time(23, 59, 59, 999_999), None]),
        (Kind.INTEGER, [], []),
    ],
)
def test_values_stay_what_they_are(kind, values, expected):
    found = arrow_array(plan(kind), values).to_pylist()
    assert [str(value) if isinstance(value, Decimal) else value for value in found] == expected


def test_an_omitted_column_is_null_whatever_was_read():
    assert arrow_array(plan(Kind.STRING, omitted=True), ["secret"]).to_pylist() == [None]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.INTEGER, 1.5),
        (Kind.INTEGER, 2**63),
        (Kind.INTEGER, "x"),
        (Kind.DECIMAL, Decimal("0.00001")),
        (Kind.DECIMAL, Decimal(10) ** 15),
        (Kind.TIMESTAMP, "2023-02-30 00:00:00"),
        (Kind.TIMESTAMP, 5.5),
    ],
)
def test_a_value_that_would_be_bent_is_an_error_that_names_the_column(kind, value):
    with pytest.raises(InstallationError, match="'c'") as caught:
        arrow_array(plan(kind), [None, value])
    assert caught.value.code == "database-value-unreadable"

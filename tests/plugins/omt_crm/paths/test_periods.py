# ruff: noqa: DTZ001 - the CRM's dates carry no zone
from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_crm.paths import document_folder, neighbouring_folders, period

NOW = datetime(2026, 8, 2, 12)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2006, 1, 1), "2006.1"),
        (datetime(2006, 7, 31, 23, 59, 59), "2006.1"),
        (datetime(2006, 8, 1), "2006.2"),
        (datetime(2006, 12, 31), "2006.2"),
        (datetime(999, 12, 31), "0999.2"),
    ],
)
def test_a_year_has_seven_months_and_five(moment, expected):
    assert period(moment) == expected


def test_the_documented_example():
    assert document_folder("EE", datetime(2006, 9, 14), now=NOW) == "EE/2006.2"


@pytest.mark.parametrize(
    "unset", [None, datetime(1970, 1, 1), datetime(1970, 6, 5), datetime(1760, 1, 1), datetime(1, 1, 1)]
)
def test_a_date_not_set_stands_for_today(unset):
    assert document_folder("EE", unset, now=NOW) == "EE/2026.2"


@pytest.mark.parametrize(
    ("moment", "neighbours"),
    [
        (datetime(2020, 1, 1, 3), ("EE/2019.2",)),
        (datetime(2019, 12, 31, 20), ("EE/2020.1",)),
        (datetime(2020, 8, 1, 11, 59), ("EE/2020.1",)),
        (datetime(2020, 7, 31, 10), ("EE/2020.2",)),
        (datetime(2020, 8, 1, 12), ()),
        (datetime(2020, 7, 31, 9, 59), ()),
        (datetime(2020, 5, 5), ()),
        (datetime(9999, 12, 31, 23, 59), ()),
    ],
)
def test_at_a_border_the_neighbour_is_looked_at_too(moment, neighbours):
    assert neighbouring_folders("EE", moment, now=NOW) == neighbours


@given(moment=st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)), hours=st.integers(-12, 14))
def test_local_time_anywhere_on_earth_is_covered(moment, hours):
    local = moment + timedelta(hours=hours)
    candidates = {document_folder("EE", moment, now=NOW), *neighbouring_folders("EE", moment, now=NOW)}
    assert f"EE/{period(local)}" in candidates

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_report.readable import encodable, lasted, sized

BEGAN = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KB"),
        (40_038, "39.1 KB"),
        (2**50 * 5000, "5,000.0 PB"),
    ],
)
def test_sizes_have_one_decimal(size: int, text: str) -> None:
    assert sized(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7500, "2 h 5 min"), (-5, "0 s")]
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert lasted(BEGAN, BEGAN + timedelta(seconds=seconds)) == text


def test_what_did_not_end_was_cut_short() -> None:
    assert lasted(BEGAN, None) == "cut short"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_proper_text_is_left_as_it_is(text: str) -> None:
    assert encodable(text) == text

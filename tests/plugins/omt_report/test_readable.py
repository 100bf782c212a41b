from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from omt_report.readable import encodable, lasted

BEGAN = datetime(2026, 11, 23, tzinfo=UTC)


def test_what_ended_says_how_long_it_took() -> None:
    assert lasted(BEGAN, BEGAN + timedelta(seconds=7_501)) == "02:05:01"


def test_what_did_not_end_was_cut_short() -> None:
    assert lasted(BEGAN, None) == "cut short"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_proper_text_is_left_as_it_is(text: str) -> None:
    assert encodable(text) == text

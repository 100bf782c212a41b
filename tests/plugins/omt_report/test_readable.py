from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omt_report.readable import encodable, lasted


def test_what_ended_says_how_long_it_took() -> None:
    assert lasted(7_501) == "02:05:01"


def test_what_did_not_end_was_cut_short() -> None:
    assert lasted(None) == "cut short"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_proper_text_is_left_as_it_is(text: str) -> None:
    assert encodable(text) == text

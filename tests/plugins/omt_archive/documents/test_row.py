"""What is said of documents that have no file."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_archive.documents.row import hostile_name, moment, periods_of

NOW = datetime(2026, 8, 20)  # noqa: DTZ001 - the columns have no zone


def test_a_hostile_name_is_told_as_it_is_spelled_and_on_one_line() -> None:
    assert (
        hostile_name(r"\\server\share\x.docx", "leads out").detail
        == r"Its file name '\\server\share\x.docx' leads out."
    )
    assert hostile_name("a\nb\udcff", "leads out").detail == r"Its file name 'a\nb\udcff' leads out."


@given(registered=st.none() | st.datetimes())
def test_every_date_leads_to_a_period(registered: datetime | None) -> None:
    assert 1 <= len(periods_of(registered, now=NOW)) <= 2


@pytest.mark.parametrize("value", ["0044-03-15 00:00:00 BC", "0000-00-00 00:00:00", "not a date", "0001-01-01", None])
def test_what_is_no_date_of_the_calendar_counts_as_not_set(value: str | None) -> None:
    assert periods_of(moment(value), now=NOW) == ((2026, 2),)


def test_an_early_date_is_taken_as_it_is() -> None:
    assert periods_of(moment("0999-05-05"), now=NOW) == ((999, 1),)

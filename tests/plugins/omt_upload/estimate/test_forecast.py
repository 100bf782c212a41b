"""A forecast is a range; the past narrows it, and more work never makes it shorter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.calls import PastTransfer
from omt_upload.estimate.forecast import Forecast, Work

NIGHT = datetime(2026, 11, 27, 22, tzinfo=UTC)
SPEED = 10_000_000.0


def past(**changes: Any) -> PastTransfer:
    facts: dict[str, Any] = {
        "run": 1, "ended": NIGHT, "seconds": 300.0, "files": 50_000, "skipped_files": 0, "sent_bytes": 2_000_000_000,
        "database_bytes": 0, "database_seconds": 0.0,
    }  # fmt: skip
    return PastTransfer(**(facts | changes))


works = st.builds(
    Work,
    files=st.integers(0, 2_000_000),
    bytes=st.integers(0, 10**12),
    database=st.integers(0, 10**10),
)
pasts = st.lists(
    st.builds(
        past,
        seconds=st.floats(0, 10**5),
        files=st.integers(0, 10**6),
        sent_bytes=st.integers(0, 10**11),
        limit=st.none() | st.integers(1, 10**8),
        import_seconds=st.none() | st.floats(0, 10**4),
        database_seconds=st.floats(0, 10**4),
    ),
    max_size=3,
)
limits = st.none() | st.integers(1, 10**9)


@given(work=works, told=pasts, limit=limits, speed=st.floats(1_000, 10**9))
def test_it_is_a_range_of_seconds_whatever_went_before(
    work: Work, told: list[PastTransfer], limit: int | None, speed: float
) -> None:
    found = Forecast(speed=speed, past=told).whole(work, limit)
    assert 0 <= found.shortest <= found.longest < float("inf")


@given(work=works, more=works, limit=limits)
def test_more_work_takes_longer(work: Work, more: Work, limit: int | None) -> None:
    both = Work(files=work.files + more.files, bytes=work.bytes + more.bytes, database=work.database + more.database)
    less, found = (Forecast(speed=SPEED).whole(one, limit) for one in (work, both))
    assert less.shortest <= found.shortest
    assert less.longest <= found.longest


@given(work=works, limit=st.integers(1, 10**9))
def test_a_limit_never_makes_it_faster(work: Work, limit: int) -> None:
    free, limited = Forecast(speed=SPEED).whole(work, None), Forecast(speed=SPEED).whole(work, limit)
    assert free.shortest <= limited.shortest
    assert free.longest <= limited.longest


def test_a_limit_bounds_both_ends() -> None:
    found = Forecast(speed=SPEED).transfer(Work(files=0, bytes=1_000_000_000), 1_000_000)
    assert (found.shortest, found.longest) == (1_000, 1_000)


def test_a_past_run_of_the_same_work_narrows_the_range_to_what_it_took() -> None:
    work, told = Work(files=50_000, bytes=2_000_000_000), past()
    wide, narrow = Forecast(speed=SPEED).transfer(work, None), Forecast(speed=SPEED, past=[told]).transfer(work, None)
    assert narrow.shortest < told.seconds < narrow.longest
    assert narrow.longest / narrow.shortest < wide.longest / wide.shortest


def test_a_past_run_of_a_twentieth_of_the_work_is_trusted_less() -> None:
    work = Work(files=1_000_000, bytes=40_000_000_000)
    near, far = (
        Forecast(speed=SPEED, past=[one]).transfer(work, None)
        for one in (past(files=900_000, sent_bytes=36_000_000_000, seconds=5_000.0), past())
    )
    assert far.longest / far.shortest > near.longest / near.shortest


def test_a_run_that_sent_nearly_nothing_tells_nothing_of_the_line() -> None:
    assert Forecast(speed=SPEED, past=[past(files=3, sent_bytes=1_000)]).telling is None
    assert Forecast(speed=SPEED, past=[past(seconds=0.5)]).telling is None


def test_reading_the_database_again_takes_about_as_long_as_before() -> None:
    told = past(database_bytes=10_000_000, database_seconds=900.0, files=0, sent_bytes=0, import_seconds=100.0)
    found = Forecast(speed=SPEED, past=[told]).whole(Work(files=0, bytes=0, database=10_000_000), None)
    assert found.shortest == 0.8 * 900 + 0.8 * 100
    assert 1.5 * 900 < found.longest < 1.5 * 900 + 1.5 * 100 + 10


@given(stored=st.integers(1, 10**11), part=st.floats(0.15, 1.0), limit=limits)
def test_a_database_that_nobody_has_moved_takes_as_long_as_any_part_of_it_may(
    stored: int, part: float, limit: int | None
) -> None:
    guessed = Forecast(speed=SPEED).whole(Work(files=0, bytes=0, stored=stored), limit)
    sent = Forecast(speed=SPEED).whole(Work(files=0, bytes=0, database=int(stored * part)), limit)
    assert guessed.shortest <= sent.shortest
    assert sent.longest <= guessed.longest


def test_a_database_that_was_moved_is_not_guessed() -> None:
    found = [Forecast(speed=SPEED).whole(Work(files=0, bytes=0, database=10**8, stored=size), None) for size in (0, 9)]
    assert found[0] == found[1]

"""The number of uploads under way follows the line, within its bounds."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from omt_upload.line.concurrency import ConcurrencySearch


def after(window: ConcurrencySearch, speed: Callable[[int], float], periods: int = 60) -> int:
    """Tell the window how fast a line is with so many uploads, period after period; returns what it came to."""
    for _ in range(periods):
        window.measured(speed(window.allowed), full=True)
    settled = [window.allowed]
    for _ in range(9):
        window.measured(speed(window.allowed), full=True)
        settled.append(window.allowed)
    return max(set(settled), key=settled.count)


def test_more_uploads_are_used_while_each_makes_the_whole_faster() -> None:
    assert after(ConcurrencySearch(fewest=1, most=32, first=2), lambda uploads: 1e6 * min(uploads, 19)) in range(18, 24)


def test_a_line_that_one_upload_fills_keeps_the_number_it_began_with() -> None:
    assert after(ConcurrencySearch(fewest=1, most=32, first=4), lambda _: 1e6) == 4


def test_a_line_that_becomes_slower_with_more_uploads_gets_no_more() -> None:
    assert after(ConcurrencySearch(fewest=1, most=32, first=4), lambda uploads: 1e6 / uploads) == 4


def test_fewer_are_tried_on_a_line_that_became_slower_and_kept_when_they_do_as_well() -> None:
    window = ConcurrencySearch(fewest=1, most=8, first=8)
    window.measured(8e6, full=True)
    for speed in (2e6, 2e6):
        window.measured(speed, full=True)
    assert window.allowed == 7


def test_fewer_are_not_kept_when_they_are_slower_still() -> None:
    window = ConcurrencySearch(fewest=1, most=8, first=8)
    for speed in (8e6, 4e6, 3e6):
        window.measured(speed, full=True)
    assert window.allowed == 8


def test_uploads_that_were_not_all_used_are_no_reason_for_more() -> None:
    window = ConcurrencySearch(fewest=1, most=8, first=2)
    for speed in (1e6, 2e6, 3e6, 4e6):
        window.measured(speed, full=False)
    assert window.allowed == 2


def test_half_of_the_uploads_are_left_when_the_online_side_turns_some_away() -> None:
    window = ConcurrencySearch(fewest=1, most=8, first=8)
    window.turned_away()
    assert window.allowed == 4
    for _ in range(5):
        window.turned_away()
    assert window.allowed == 1


_STEP = st.one_of(st.none(), st.tuples(st.floats(min_value=0, max_value=1e12, allow_nan=False), st.booleans()))


@given(
    fewest=st.integers(min_value=-3, max_value=10),
    most=st.integers(min_value=-3, max_value=64),
    first=st.integers(min_value=-3, max_value=80),
    steps=st.lists(_STEP, max_size=200),
)
def test_whatever_happens_it_stays_within_its_bounds_and_never_falls_to_none(
    fewest: int, most: int, first: int, steps: list[tuple[float, bool] | None]
) -> None:
    window = ConcurrencySearch(fewest=fewest, most=most, first=first)
    lower = max(1, fewest)
    for step in steps:
        assert lower <= window.allowed <= max(lower, most)
        if step is None:
            window.turned_away()
        else:
            window.measured(step[0], full=step[1])
    assert lower <= window.allowed <= max(lower, most)


@given(steps=st.lists(_STEP, max_size=50))
def test_the_same_samples_give_the_same_number(steps: list[tuple[float, bool] | None]) -> None:
    windows = [ConcurrencySearch(fewest=1, most=16, first=4) for _ in range(2)]
    for step in steps:
        for window in windows:
            if step is None:
                window.turned_away()
            else:
                window.measured(step[0], full=step[1])
    assert windows[0].allowed == windows[1].allowed

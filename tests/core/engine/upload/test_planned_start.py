"""A planned start: which moment a person means, and a wait that goes by the clock and not by how long it slept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as some

from omt_core.api.errors import InputError
from omt_core.engine.upload.planned_start import FURTHEST, parse_start, wait_until
from tests.core.engine.upload.clock import JumpingClock

posix = pytest.mark.posix("Windows has no time zone of a process")


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give this process Central European time: on 29 March 2026 02:00 is skipped, on 25 October 02:00 comes twice."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@posix
@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "now", "moment"),
    [
        ("22:00", "2026-11-29 12:00", "2026-11-29 21:00"),
        ("22:00", "2026-11-29 21:30", "2026-11-30 21:00"),
        ("7:05", "2026-11-29 12:00", "2026-11-30 06:05"),
        ("2026-12-05T22:00", "2026-11-29 12:00", "2026-12-05 21:00"),
        ("2026-12-05 22:00:30", "2026-11-29 12:00", "2026-12-05 21:00:30"),
        ("2026-12-05T22:00-05:00", "2026-11-29 12:00", "2026-12-06 03:00"),
        ("2026-12-05T22:00Z", "2026-11-29 12:00", "2026-12-05 22:00"),
    ],
)
def test_a_time_is_the_next_such_moment_of_this_machine(text: str, now: str, moment: str) -> None:
    assert parse_start(text, utc(now)) == utc(moment)


@posix
@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "now", "moment"),
    [
        ("03:00", "2026-03-28 22:00", "2026-03-29 01:00"),  # the night is an hour shorter
        ("02:30", "2026-03-28 22:00", "2026-03-29 01:30"),  # never shown: 03:30, and not the night after
        ("2026-03-29T02:30", "2026-03-28 22:00", "2026-03-29 01:30"),
        ("02:30", "2026-10-24 22:00", "2026-10-25 00:30"),  # the first of two
        ("02:30", "2026-10-25 00:45", "2026-10-25 01:30"),  # the first has passed, the second has not
        ("02:30", "2026-10-25 01:45", "2026-10-26 01:30"),
        ("03:00", "2026-10-24 22:00", "2026-10-25 02:00"),  # the night is an hour longer
    ],
)
def test_a_clock_that_jumps_in_the_night_moves_no_start(text: str, now: str, moment: str) -> None:
    assert parse_start(text, utc(now)) == utc(moment)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "24:00", "22.00", "22:60", "10pm", "2026-12-05", "2026-02-30T22:00", "2026-12-05Tnoon", "٢٢:٠٠"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_start(text, utc("2026-11-29 12:00"))
    assert refused.value.code == "start-time-invalid"
    assert repr(text.strip()) in refused.value.message
    assert "22:00" in refused.value.remedy


@pytest.mark.parametrize("text", ["2026-11-29T11:59Z", "2020-01-01T22:00", "2027-12-05T22:00", "2099-12-31T23:59"])
def test_a_start_that_has_passed_or_is_far_ahead_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_start(text, utc("2026-11-29 12:00"))
    assert refused.value.code == "start-time-out-of-range"


@given(
    hours=some.integers(0, 23),
    minutes=some.integers(0, 59),
    now=some.integers(1_577_836_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_a_time_of_day_comes_within_little_more_than_a_day(hours: int, minutes: int, now: datetime) -> None:
    assert timedelta() < parse_start(f"{hours}:{minutes:02}", now) - now <= timedelta(hours=26) < FURTHEST


def test_the_wait_ends_at_the_moment_also_when_the_machine_slept_meanwhile() -> None:
    clock = JumpingClock(utc("2026-11-29 12:00"), asleep=timedelta(hours=9))
    told: list[timedelta] = []
    moment = utc("2026-11-29 22:00")
    anyio.run(wait_until, moment, clock, told.append)
    assert clock.now() >= moment
    assert told[0] == timedelta(hours=10)
    assert max(clock.slept) <= 20


def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    clock = JumpingClock(utc("2026-11-29 12:00"))
    anyio.run(wait_until, utc("2026-11-29 11:00"), clock)
    assert clock.slept == []

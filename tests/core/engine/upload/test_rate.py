"""The limit on sending."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from omt_core.api.errors import InputError
from omt_core.engine.upload.rate import FileRateLimiter, RateLimit, parse_limit, write_limit

pytestmark = pytest.mark.anyio


def at(hour: int, minute: int) -> datetime:
    """Return a moment of a day by the clock of this machine."""
    return datetime(2026, 11, 30, hour, minute).astimezone()


MORNING, EVENING, NIGHT = at(7, 59), at(18, 0), at(3, 0)


@pytest.mark.parametrize(("text", "rate"), [("5M", 5 * 1024**2), ("500k", 512_000), ("1.5M", 1_572_864), ("off", None)])
def test_a_rate_is_read_as_written_and_holds_all_day(text: str, rate: int | None) -> None:
    assert {parse_limit(text).at(moment) for moment in (MORNING, EVENING, NIGHT)} == {rate}


@pytest.mark.parametrize(("typed", "shown"), [("5M", "5.0 MB"), ("500K", "500.0 KB"), ("1.5G", "1.5 GB")])
def test_a_rate_is_shown_in_the_units_in_which_it_was_typed(typed: str, shown: str) -> None:
    assert parse_limit(typed).said() == f"at most {shown} per second"


def test_a_timetable_says_what_holds_from_each_time_on_over_midnight_too() -> None:
    limit = parse_limit("18:00,off 8:00,500K")
    moments = [MORNING, at(8, 0), at(17, 59), EVENING, NIGHT]
    assert [limit.at(moment) for moment in moments] == [None, 512_000, 512_000, None, None]
    assert limit.said() == "from 08:00 at most 500.0 KB per second, from 18:00 no limit"
    assert str(limit) == "08:00,500K 18:00,off"


@given(st.integers(1, 2**53), st.integers(0, 999), st.sampled_from(["", "K", "M", "G"]))
@example(20, 1, "G")
@example(2**23, 0, "G")
def test_a_limit_that_is_accepted_is_read_as_it_is_written(whole: int, thousandths: int, unit: str) -> None:
    try:
        limit = parse_limit(f"{whole}.{thousandths:03}{unit}")
    except InputError:
        assume(False)
        raise
    assert parse_limit(str(limit)) == limit


@given(
    st.dictionaries(
        st.times().map(lambda one: one.replace(second=0, microsecond=0, tzinfo=None)),
        st.none() | st.integers(1, 2**32),
        min_size=1,
    )
)
def test_a_limit_is_read_as_it_was_written(steps: dict[time, int | None]) -> None:
    limit = RateLimit(tuple(sorted(steps.items())))
    again = parse_limit(str(limit))
    assert [again.at(datetime.combine(NIGHT, moment)) for moment in steps] == list(steps.values())


@pytest.mark.parametrize(
    "text",
    [
        *("", "fast", "-1", "0", "5T", "1e9", "5 M B", "08:00,500K 8:00,off", "24:00,off", "08:00", "08:00,fast"),
        "5M 08:00,off",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_limit(text)
    assert caught.value.code == "rate-invalid"


async def test_a_run_follows_the_timetable_while_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    begun = at(17, 59)
    write_limit(tmp_path / "limit", parse_limit("08:00,100 18:00,1K"))

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr("omt_core.engine.upload.rate.anyio.sleep", sleep)
    monkeypatch.setattr("omt_core.engine.upload.rate.time.monotonic", lambda: clock[0])
    limiter = FileRateLimiter(tmp_path / "limit", lambda: begun + timedelta(seconds=clock[0]))
    for _ in range(60):
        await limiter.acquire(100)
    assert clock[0] == pytest.approx(60, abs=1)
    for _ in range(60):
        await limiter.acquire(1024)
    assert clock[0] == pytest.approx(120, abs=2)


async def test_a_lifted_limit_lets_those_go_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    waits: list[float] = []
    file = tmp_path / "limit"
    write_limit(file, RateLimit.always(10))

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds
        if len(waits) == 4:
            write_limit(file, RateLimit.always(None))

    monkeypatch.setattr("omt_core.engine.upload.rate.anyio.sleep", sleep)
    monkeypatch.setattr("omt_core.engine.upload.rate.time.monotonic", lambda: clock[0])
    await FileRateLimiter(file).acquire(1_000)
    assert clock[0] < 5


async def test_sending_takes_as_long_as_the_limit_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    write_limit(tmp_path / "limit", RateLimit.always(100))

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr("omt_core.engine.upload.rate.anyio.sleep", sleep)
    monkeypatch.setattr("omt_core.engine.upload.rate.time.monotonic", lambda: clock[0])
    limiter = FileRateLimiter(tmp_path / "limit")
    for _ in range(10):
        await limiter.acquire(100)
    assert clock[0] == pytest.approx(10)


async def test_without_a_limit_nobody_waits(tmp_path: Path) -> None:
    await FileRateLimiter(tmp_path / "none").acquire(10**12)

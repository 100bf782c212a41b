"""A start or an end that is planned for later: which moment a person means, and the wait for it.

A time of day is that of this machine. The moment is one in UTC from then on, so that what the clock shows may jump.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final, Protocol

import anyio
from typing_extensions import override

from omt_core.api.errors import InputError
from omt_core.api.sentence import sentence
from omt_core.api.text import local_time
from omt_core.engine.errors import END_TIME_INVALID, START_TIME_INVALID, START_TIME_OUT_OF_RANGE

FURTHEST: Final = timedelta(days=30)
"""A start further ahead is taken for a slip of the pen."""
_LOOK_EVERY: Final = 20.0
"""Seconds between two looks at the clock: one that sleeps for hours does not hear that the machine slept, too."""
_TIME_OF_DAY: Final = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
_DATE_AND_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


class Clock(Protocol):
    """What time it is, and a wait; tests have their own."""

    def now(self) -> datetime:
        """Return this moment, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        ...


class SystemClock(Clock):
    """The clock of this machine."""

    @override
    def now(self) -> datetime:
        """Return this moment, in UTC."""
        return datetime.now(UTC)

    @override
    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await anyio.sleep(seconds)


def parse_start(text: str, now: datetime) -> datetime:
    """Return the moment, in UTC, that `22:00` or an ISO date with a time means at `now`.

    A time of day is the next such moment. Where nothing else is said a time is local. One that the clock shows twice is
    the first of the two that is still to come; one that it skips is as long after midnight as if it had not jumped.
    Raises `InputError` `start-time-invalid` or `start-time-out-of-range`.
    """
    said = text.strip()
    moment = _next_time_of_day(said, now) if _TIME_OF_DAY.fullmatch(said) else _moment(said, now)
    if not now < moment <= now + FURTHEST:
        raise START_TIME_OUT_OF_RANGE.error(
            sentence(
                "The planned start, {moment}, has passed or is more than {days} days ahead.",
                moment=local_time(moment),
                days=FURTHEST.days,
            )
        )
    return moment


def parse_end(text: str, start: datetime) -> datetime:
    """Return the moment, in UTC, at which a run that begins at `start` is to stop; as `parse_start` reads it.

    Raises `InputError` `end-time-invalid`.
    """
    try:
        return parse_start(text, start)
    except InputError:
        raise END_TIME_INVALID.error(
            sentence(
                "{text} is no time at which a run that begins at {start} could stop.",
                text=repr(text),
                start=local_time(start),
            )
        ) from None


async def wait_until(moment: datetime, clock: Clock, tell: Callable[[timedelta], None] = lambda _: None) -> None:
    """Return once the clock shows `moment` or later; `tell` is called with the time left at each look at it."""
    while (left := moment - clock.now()) > timedelta():
        tell(left)
        await clock.sleep(min(left.total_seconds(), _LOOK_EVERY))


def _next_time_of_day(said: str, now: datetime) -> datetime:
    hours, minutes = map(int, said.split(":"))
    today = now.astimezone().date()
    days = (today + timedelta(days=ahead) for ahead in range(3))
    return next(
        moment for day in days for moment in _moments(datetime.combine(day, time(hours, minutes))) if moment > now
    )


def _moment(said: str, now: datetime) -> datetime:
    try:
        if not _DATE_AND_TIME.fullmatch(said):
            raise ValueError(said)  # noqa: TRY301 - as what Python itself does not take
        given = datetime.fromisoformat(said)
        moments = _moments(given) if given.tzinfo is None else (given.astimezone(UTC),)
    except (ValueError, OverflowError, OSError):
        raise START_TIME_INVALID.error(
            sentence("{text} is neither a time of day nor a date with a time.", text=repr(said))
        ) from None
    return next((moment for moment in moments if moment > now), moments[-1])


def _moments(shown: datetime) -> tuple[datetime, ...]:
    """Return the moments, in UTC, at which the clock of this machine shows a date and time."""
    moments = sorted({shown.replace(fold=fold).astimezone(UTC) for fold in (0, 1)})
    skipped = moments[-1].astimezone().replace(tzinfo=None) != shown
    return tuple(moments[-1:] if skipped else moments)

"""A clock that goes only when somebody sleeps by it."""

from __future__ import annotations

from datetime import datetime, timedelta

import anyio.lowlevel
from typing_extensions import override

from omt_core.engine.upload.planned_start import Clock


class JumpingClock(Clock):
    """Begins at `now`. The first sleep takes `asleep` longer than asked for, as when the machine slept itself."""

    def __init__(self, now: datetime, *, asleep: timedelta = timedelta()) -> None:
        self._now = now
        self._asleep = asleep
        self.slept: list[float] = []

    @override
    def now(self) -> datetime:
        return self._now

    @override
    async def sleep(self, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()
        self.slept.append(seconds)
        self._now += timedelta(seconds=seconds) + self._asleep
        self._asleep = timedelta()

"""How many uploads are under way at once: found out from how fast bytes arrive, with more of them and with fewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import anyio

from omt_upload.settings import UploadSettings

_GAIN: Final = 0.1
"""The part by which more uploads must be faster to be kept. Less is what a line does by itself."""

_FALL: Final = 0.3
"""The part by which a line must have become slower before fewer uploads are tried on it."""

_REST: Final = 8
"""Periods after a trial that brought nothing, before the next one."""

_WEIGHT_OF_NEW: Final = 0.3

_BODIES_A_PERIOD: Final = 2
"""Bodies for each upload that is allowed, over which the speed is taken."""


class ConcurrencySearch:
    """Climbs towards the number of uploads that is fastest, between two bounds.

    It is told of periods, one after another, in each of which `allowed` uploads were under way. One that was as fast
    with more is followed by one with more still; one that brought nothing is taken back, and the search rests. When the
    line has become slower, fewer are tried, and kept unless they are slower again. When the online side turned uploads
    away, half of them are left.
    """

    def __init__(self, *, fewest: int, most: int, first: int) -> None:
        """Begin with `first`; `fewest` is at least one, and holds against the other two."""
        self._fewest = max(1, fewest)
        self._most = max(self._fewest, most)
        self._settled = min(max(first, self._fewest), self._most)
        self._tried: int | None = None
        self._speed: float | None = None
        self._rest = 0

    @property
    def allowed(self) -> int:
        """How many uploads may be under way now."""
        return self._settled if self._tried is None else self._tried

    def measured(self, speed: float, *, full: bool) -> None:
        """Take the bytes a second of a period. One that was not `full`, with uploads missing, tells nothing of more."""
        before = self._speed
        if before is None or (self._tried is None and not full):
            self._speed = speed if before is None else max(before, speed)
        elif self._tried is None:
            self._weigh(speed, before)
        elif self._tried > self._settled:
            self._conclude(speed, before, keep=full and speed > before * (1 + _GAIN))
        else:
            self._conclude(speed, before, keep=speed > before * (1 - _GAIN))

    def turned_away(self) -> None:
        """Take it that the online side refused uploads for their number."""
        self._settled = max(self._fewest, self.allowed // 2)
        self._tried = self._speed = None
        self._rest = _REST

    def _weigh(self, speed: float, before: float) -> None:
        """Decide behind a period without a trial whether the next one is one."""
        if speed < before * (1 - _FALL):
            self._speed = speed
            self._try(self._settled - 1)
            return
        self._speed = before + _WEIGHT_OF_NEW * (speed - before)
        if self._rest:
            self._rest -= 1
        else:
            self._try(self._settled + max(1, self._settled // 2))

    def _conclude(self, speed: float, before: float, *, keep: bool) -> None:
        """End a trial: one that is kept is followed by another one in its direction."""
        tried, up = self.allowed, self.allowed > self._settled
        self._tried = None
        if keep:
            self._settled = tried
            self._speed = speed if up else max(speed, before)
            self._rest = 0 if up else _REST
            if up:
                self._try(tried + max(1, tried // 2))
        else:
            self._rest = _REST

    def _try(self, number: int) -> None:
        number = min(max(number, self._fewest), self._most)
        self._tried = None if number == self._settled else number


class Concurrency:
    """Bounds what is under way, with two limiters that it makes wider and narrower.

    `slots` bounds the batches that are read, negotiated or sent at a time; waiting stages get them in turn, so that
    none starves (W75). `uploads` bounds the requests with a body.
    """

    def __init__(self, settings: UploadSettings, *, most: int, clock: Callable[[], float] = anyio.current_time) -> None:
        """Begin within the settings and `most`, what the online side takes at once; must run in an event loop."""
        most = min(most, settings.parallel_uploads)
        self._search = ConcurrencySearch(
            fewest=min(settings.fewest_uploads, most), most=most, first=settings.first_uploads
        )
        self._readers = settings.readers
        self._clock = clock
        self._refusals = 0
        self.uploads = anyio.CapacityLimiter(self._search.allowed)
        self.slots = anyio.CapacityLimiter(self._search.allowed + self._readers)
        self._begin()

    def passed(self, size: int, *, refusals: int) -> None:
        """Count a body that went through. `refusals`: how often the online side has turned something away so far."""
        self._bytes += size
        self._bodies += 1
        self._full += self.uploads.borrowed_tokens >= self.uploads.total_tokens
        if refusals > self._refusals:
            self._refusals = refusals
            self._search.turned_away()
        elif self._bodies < _BODIES_A_PERIOD * self._search.allowed:
            return
        else:
            seconds = max(self._clock() - self._begun, 1e-6)
            self._search.measured(self._bytes / seconds, full=2 * self._full > self._bodies)
        self.uploads.total_tokens = self._search.allowed
        self.slots.total_tokens = self._search.allowed + self._readers
        self._begin()

    def _begin(self) -> None:
        self._begun = self._clock()
        self._bytes = self._bodies = self._full = 0

"""How many uploads are under way at once: found out from how fast bytes arrive, with more of them and with fewer."""

from __future__ import annotations

from typing import Final

_GAIN: Final = 0.1
"""The part by which more uploads must be faster to be kept. Less is what a line does by itself."""

_FALL: Final = 0.3
"""The part by which a line must have become slower before fewer uploads are tried on it."""

_REST: Final = 8
"""Periods after a trial that brought nothing, before the next one."""

_WEIGHT_OF_NEW: Final = 0.3


class UploadWindow:
    """Climbs towards the number of uploads that is fastest, between two bounds.

    It is told of periods, one after another, in each of which `allowed` uploads were under way. One that was as fast
    with more is followed by one with more still; one that brought nothing is taken back, and the window rests. When the
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

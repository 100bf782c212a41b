"""The limit on sending: one rate, or a timetable of them; it may be changed while a run is under way (`omt limit`)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Final

import anyio
from typing_extensions import override

from omt_core.api.context import RateLimiter
from omt_core.api.errors import WORKSPACE_NOT_WRITABLE, InputError
from omt_core.api.files import write_whole
from omt_core.api.sentence import joined, sentence
from omt_core.api.text import byte_size
from omt_core.engine.errors import RATE_INVALID

_UNITS: Final = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_RATE: Final = re.compile(r"(\d{1,16}(?:\.\d{1,3})?)([KMG]?)")
_LARGEST: Final = 2**53
"""Bytes per second up to which a rate is written, and read again, as exactly that number."""
_STEP: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d),(\S+)")
_LOOK_EVERY: Final = 1.0
_LONGEST_WAIT: Final = 0.5


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many bytes per second from each of these times of day on, None: no limit. Sorted, at least one.

    Before the first time of a day what held in the evening before goes on. Times are those of this machine's clock.
    """

    steps: tuple[tuple[time_of_day, int | None], ...]

    @classmethod
    def always(cls, rate: int | None) -> RateLimit:
        """Return the limit that is the same all day."""
        return cls(((time_of_day.min, rate),))

    def at(self, moment: datetime) -> int | None:
        """Return what holds at a moment; one with a zone is taken in this machine's."""
        clock = (moment if moment.tzinfo is None else moment.astimezone()).time()
        begun = [rate for begins, rate in self.steps if begins <= clock]
        return begun[-1] if begun else self.steps[-1][1]

    @override
    def __str__(self) -> str:
        """Write it as `parse_limit` reads it."""
        if len(self.steps) == 1:
            return _written(self.steps[0][1])
        return " ".join(f"{begins:%H:%M},{_written(rate)}" for begins, rate in self.steps)

    def said(self) -> str:
        """Say it to a person."""
        if len(self.steps) == 1:
            return _said(self.steps[0][1])
        return joined(
            sentence("from {time} {limit}", time=f"{begins:%H:%M}", limit=_said(rate)) for begins, rate in self.steps
        )


def parse_limit(text: str) -> RateLimit:
    """Read a rate such as `5M`, the word `off`, or a timetable of them: `08:00,500K 18:00,off`.

    Raises `InputError` `rate-invalid`.
    """
    words = text.split()
    if len(words) == 1 and ":" not in words[0]:
        return RateLimit.always(_parse_rate(words[0], text))
    steps: dict[time_of_day, int | None] = {}
    for word in words:
        step = _STEP.fullmatch(word)
        if step is None or (begins := time_of_day(int(step[1]), int(step[2]))) in steps:
            raise _invalid(text)
        steps[begins] = _parse_rate(step[3], text)
    if not steps:
        raise _invalid(text)
    return RateLimit(tuple(sorted(steps.items())))


def _parse_rate(word: str, text: str) -> int | None:
    """Read `5M` as bytes per second, `off` as None. K, M and G are powers of 1,024, as sizes are shown."""
    if word.lower() == "off":
        return None
    match = _RATE.fullmatch(word.upper())
    rate = int(float(match[1]) * _UNITS[match[2]]) if match else 0
    if not 1 <= rate <= _LARGEST:
        raise _invalid(text)
    return rate


def _invalid(text: str) -> InputError:
    return RATE_INVALID.error(sentence("{text} is neither a rate nor a timetable of rates.", text=repr(text)))


def _written(rate: int | None) -> str:
    if rate is None:
        return "off"
    unit = next(name for name in ("G", "M", "K", "") if rate % _UNITS[name] == 0)
    return f"{rate // _UNITS[unit]}{unit}"


def _said(rate: int | None) -> str:
    if rate is None:
        return sentence("no limit")
    return sentence("at most {size} per second", size=byte_size(rate))


def write_limit(file: Path, limit: RateLimit) -> None:
    """Tell a run that reads `file` its limit, all at once. Raises `InputError` `workspace-not-writable`."""
    try:
        write_whole(file, str(limit).encode("ascii"))
    except OSError as error:
        raise WORKSPACE_NOT_WRITABLE.error(
            sentence("The file {file} cannot be written: {reason}.", file=file, reason=error.strerror or error)
        ) from error


def read_limit(file: Path) -> RateLimit:
    """Return the limit that `file` tells a run: none where there is no file, or it says nothing that can be read."""
    try:
        return parse_limit(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, InputError):
        return RateLimit.always(None)


class FileRateLimiter(RateLimiter):
    """Sends at most as many bytes per second as the file says at the time; looks about once a second.

    `now` is the clock of the timetable.
    """

    def __init__(self, file: Path, now: Callable[[], datetime] = datetime.now) -> None:
        self._file = file
        self._now = now
        self._rate: int | None = None
        self._looked = -_LOOK_EVERY
        self._free_at = 0.0

    @override
    async def acquire(self, size: int) -> None:
        """Wait until `size` more bytes fit below the limit."""
        self._look()
        if self._rate is None:
            return
        self._free_at = max(self._free_at, time.monotonic()) + size / self._rate
        mine = self._free_at
        while (wait := mine - time.monotonic()) > 0:
            await anyio.sleep(min(wait, _LONGEST_WAIT))
            self._look()
            if self._free_at < mine:
                return  # the limit was changed or lifted while this waited

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        rate = read_limit(self._file).at(self._now())
        if rate != self._rate:
            self._rate, self._free_at = rate, now

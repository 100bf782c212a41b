"""The guard: when the source database answers slowly, others need it, and the export leaves it time for them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Final, TypeVar

from pydantic import Field, NonNegativeFloat

from omt_core.api import PluginSettings, sentence
from omt_database.thread import pause

R = TypeVar("R")
B = TypeVar("B")

SAMPLES: Final = 5
"""How many batches are judged together, so that a single slow one means nothing."""

LEAST_WORK: Final = 2**20
"""Batches of less work are not judged: what they take is the round trip, not the reading."""

LONGEST_SHARE: Final = 4.0
"""A pause is at most so many times as long as the batch took: the export goes on, if with a fifth of its speed."""

WORK_OF_VALUE: Final = 100
"""What a value costs beside its bytes, in bytes: so that narrow and wide rows can be compared."""

NOTICE: Final = sentence(
    "The database answers slowly, so that reading it is slowed down to leave it to its users; it becomes faster again"
    " by itself. `database.guard.enabled = false` turns this off."
)


class GuardSettings(PluginSettings):
    """The part `guard` of the plugin's settings: when the export slows itself for the sake of the database's users."""

    enabled: bool = Field(default=True, description="Slow the export while the database answers slowly.")
    factor: float = Field(
        default=5,
        gt=1,
        description="How many times as long as at best the same amount must take to count as slow.",
    )
    patience: NonNegativeFloat = Field(
        default=0.5, description="Seconds that a batch (`database.batch_bytes`) may take without counting as slow."
    )
    longest_pause: NonNegativeFloat = Field(
        default=5, le=10, description="Most seconds that the database is left alone between two batches."
    )


class Guard:
    """Decides from the times of batches how long to pause; `slowed` tells whether it ever did."""

    clock = staticmethod(time.perf_counter)
    sleep = staticmethod(pause)

    def __init__(self, settings: GuardSettings) -> None:
        self._settings = settings
        self._recent: deque[float] = deque(maxlen=SAMPLES)
        self._best = float("inf")
        self._share = 0.0
        self.pause = 0.0
        self.slowed = False

    def note(self, seconds: float, work: int) -> None:
        """Take the time that a batch of so much work took, and decide on the pause before the next.

        A slow database is left alone as long as a batch took, then twice as long, at most `LONGEST_SHARE` times; each
        batch that comes in good time halves that.
        """
        if not self._settings.enabled or work < LEAST_WORK:
            return
        self._recent.append(seconds / work)
        if len(self._recent) < SAMPLES:
            return
        typical = median(self._recent)
        self._best = min(self._best, typical)
        if typical > self._settings.factor * self._best and seconds > self._settings.patience:
            self._share = min(LONGEST_SHARE, max(1.0, 2 * self._share))
            self.slowed = True
        else:
            self._share = self._share / 2 if self._share > 1 else 0.0
        self.pause = min(self._settings.longest_pause, self._share * seconds)

    def watching(self, fetch: Callable[[R], B], work: Callable[[B], int]) -> Callable[[R], B]:
        """Return a `fetch` that pauses as decided, and is timed. It runs on the connection's thread."""

        def watched(result: R) -> B:
            if self.pause:
                self.sleep(self.pause)
            begun = self.clock()
            batch = fetch(result)
            self.note(self.clock() - begun, work(batch))
            return batch

        return watched

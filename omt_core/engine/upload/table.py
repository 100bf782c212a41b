"""What the upload table shows (W73-W77), built up from events alone: for the terminal and for the wizard."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from omt_core.api.events import Event, StageChanged, StageProgress, StageState

_WINDOW: Final = 20.0
"""Seconds over which the rate is taken: long enough to be calm, short enough to follow a limit or a slower line."""
_BETWEEN_MARKS: Final = 1.0


@dataclass(slots=True)
class Row:
    """A row of the table."""

    title: str
    state: StageState = StageState.WAITING
    detail: str = ""
    progress: StageProgress | None = None


@dataclass(slots=True)
class UploadTable:
    """What the table shows, built up from events alone."""

    rows: dict[str, Row] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    _marks: deque[tuple[float, int]] = field(default_factory=deque, init=False)
    """What had been sent at which time, within the window."""

    def __post_init__(self) -> None:
        """Begin to measure."""
        self._marks.append((self.clock(), 0))

    def take(self, event: Event) -> None:
        """Note an event that is about a row."""
        if isinstance(event, StageChanged):
            row = self.rows.setdefault(event.stage, Row(event.title))
            row.state, row.detail = event.state, event.detail
        elif isinstance(event, StageProgress) and event.stage in self.rows:
            row = self.rows[event.stage]
            row.progress = event
            row.detail = event.detail or row.detail
            self._mark()

    def time_left(self) -> float | None:
        """Estimate the seconds left from the rate now; None while nothing can be said."""
        left, rate = self.open_bytes(), self.rate()
        return left / rate if left and rate else None

    def open_bytes(self) -> int:
        """Return how many bytes have to be sent yet, as far as rows know."""
        return sum(_open_bytes(row.progress) for row in self.rows.values() if row.progress is not None)

    def rate(self) -> float | None:
        """Return the bytes per second that are sent now; None before anything went over the line."""
        sent = self._sent()
        if not sent:
            return None
        then, before = self._marks[0]
        return (sent - before) / max(self.clock() - then, 0.001)

    def _sent(self) -> int:
        return sum(row.progress.sent_bytes for row in self.rows.values() if row.progress is not None)

    def _mark(self) -> None:
        now = self.clock()
        if not self._sent():
            # What came before the first byte, such as looking at each file, is no part of its rate.
            self._marks[0] = (now, 0)
        elif now - self._marks[-1][0] >= _BETWEEN_MARKS:
            self._marks.append((now, self._sent()))
        while len(self._marks) > 1 and now - self._marks[1][0] >= _WINDOW:
            self._marks.popleft()


def _open_bytes(progress: StageProgress) -> int:
    """Return what a stage has to send yet. What is on its way counts as sent before its files are confirmed.

    What was sent again makes more than there is: no stage takes away from what others have to send.
    """
    return max(0, progress.bytes_total - max(progress.bytes_done, progress.skipped_bytes + progress.sent_bytes))

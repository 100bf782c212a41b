"""What the upload table shows (W73-W77), built up from events alone: for the terminal and for the wizard."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from omt_core.api.events import Event, StageChanged, StageProgress, StageState


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
    started: float = field(default_factory=time.monotonic)

    def take(self, event: Event) -> None:
        """Note an event that is about a row."""
        if isinstance(event, StageChanged):
            row = self.rows.setdefault(event.stage, Row(event.title))
            row.state, row.detail = event.state, event.detail
        elif isinstance(event, StageProgress) and event.stage in self.rows:
            self.rows[event.stage].progress = event

    def time_left(self) -> float | None:
        """Estimate the seconds left from what was sent so far; None while nothing can be said."""
        known = [row.progress for row in self.rows.values() if row.progress is not None]
        done = sum(one.sent_bytes for one in known)
        left = sum(one.bytes_total - one.bytes_done for one in known)
        seconds = time.monotonic() - self.started
        return left * seconds / done if done and left else None

    def rate(self) -> float:
        """Return the bytes per second sent since the table began."""
        done = sum(row.progress.sent_bytes for row in self.rows.values() if row.progress is not None)
        return done / max(time.monotonic() - self.started, 0.001)

"""What hooks of a run get from the core: the folder and the events."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from omt_core.api.context import RunContext
from omt_core.api.events import Event, EventSink


class Surroundings(RunContext):
    """The context of every hook call of one run."""

    def __init__(self, events: EventSink, workspace: Path | None = None) -> None:
        self._events = events
        self._workspace = workspace

    @property
    @override
    def workspace(self) -> Path | None:
        """The migration's private folder."""
        return self._workspace

    @override
    def emit(self, event: Event) -> None:
        """Tell all observers."""
        self._events.emit(event)

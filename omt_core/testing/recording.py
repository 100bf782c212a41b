"""A run context that remembers what it was told."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from omt_core.api import Event, PluginNotes, RunContext

E = TypeVar("E", bound=Event)


class RecordingContext(RunContext):
    """The surroundings of a hook in a test: `events` holds all that was emitted, in order."""

    def __init__(self, workspace: Path | None = None) -> None:
        self.events: list[Event] = []
        self._workspace = workspace

    @property
    @override
    def workspace(self) -> Path | None:
        return self._workspace

    @override
    def emit(self, event: Event) -> None:
        self.events.append(event)

    def told(self, kind: type[E]) -> list[E]:
        """Return the events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]


class RecordingNotes(PluginNotes):
    """A plugin's durable notes, in memory. Hand the same object to a second plugin to test what it does after a crash.

    `fail_at` makes the call of that number (from 1) raise `OSError` instead of remembering, as a full disk would.
    """

    def __init__(self, *, fail_at: int | None = None) -> None:
        self.texts: dict[str, str] = {}
        self.fail_at = fail_at
        self._calls = 0

    @override
    async def remember(self, name: str, value: str) -> None:
        self._calls += 1
        if self._calls == self.fail_at:
            raise OSError("the disk is full")
        self.texts[name] = value

    @override
    async def recall(self, name: str) -> str | None:
        return self.texts.get(name)

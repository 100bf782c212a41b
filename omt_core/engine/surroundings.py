"""What hooks of a run get from the core: the folder, the events, their own notes, and the stop signal."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import override

from omt_core.api.context import PluginNotes, RunContext
from omt_core.api.events import Event, EventSink
from omt_core.journal import Journal


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


class JournalNotes(PluginNotes):
    """The notes of one plugin in the journal."""

    def __init__(self, journal: Journal, owner: str) -> None:
        self._journal = journal
        self._owner = owner

    @override
    async def remember(self, name: str, value: str) -> None:
        """Keep a text under a name."""
        await self._journal.note(self._owner, name, value)

    @override
    async def recall(self, name: str) -> str | None:
        """Return what was kept under this name, or None."""
        return await self._journal.noted(self._owner, name)

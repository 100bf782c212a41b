"""What the core lends to a plugin while a hook runs."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from omt_core.api.events import EventSink


class PluginNotes(Protocol):
    """A plugin's own durable notes in the journal of this migration: intent before a side effect, outcome after."""

    async def remember(self, name: str, value: str) -> None:
        """Keep a text under a name; it is on disk when this returns."""
        ...

    async def recall(self, name: str) -> str | None:
        """Return what was kept under this name, or None."""
        ...


class RateLimiter(Protocol):
    """Spreads sending over time; the limit may change while a run is under way (`omt limit`)."""

    async def acquire(self, size: int) -> None:
        """Wait until `size` more bytes may be sent."""
        ...


class StopSignal(Protocol):
    """Set when the person asks to stop: finish what is in flight, begin nothing new."""

    def is_set(self) -> bool:
        """Tell whether a stop was asked for."""
        ...

    async def wait(self) -> None:
        """Return once a stop is asked for."""
        ...


class RunContext(EventSink, Protocol):
    """The surroundings of a hook: a folder private to this migration and its user, and where events go."""

    @property
    def workspace(self) -> Path | None:
        """The migration's private folder; None under commands that keep none (`discover`, `check`)."""
        ...

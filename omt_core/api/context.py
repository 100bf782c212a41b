"""What the core lends to a plugin while a hook runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from omt_core.api.events import EventSink
from omt_core.api.items import Item


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


class MissingFiles(Protocol):
    """Takes the files that a check finds missing or unreadable: a person looks for them before anything is moved."""

    async def begin(self, stage: str) -> None:
        """Forget what was told of a stage: all of it is told now, perhaps once more."""
        ...

    async def add(self, items: Sequence[Item]) -> None:
        """Take a batch of items; those that are missing or unreadable are kept, with what is expected of them."""
        ...


class RunContext(EventSink, Protocol):
    """The surroundings of a hook: a folder private to this migration and its user, and where events go."""

    @property
    def workspace(self) -> Path | None:
        """The migration's private folder; None under commands that keep none (`discover`, `check`)."""
        ...

"""Hands events to everybody who watches, and writes them to the log."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from typing_extensions import override

from omt_core.api.events import (
    Event,
    EventSink,
    FindingRaised,
    HookCalled,
    Notice,
    PhaseFinished,
    PhaseStarted,
    StageChanged,
)
from omt_core.api.findings import Finding

_log = logging.getLogger("omt.run")
_SLOW: Final = 200
"""A subscriber with so many events waiting gets no droppable ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StampedEvent:
    """An event and when it was emitted (UTC)."""

    event: Event
    at: datetime


class EventHub(EventSink):
    """Passes each event to each subscriber. To be used from the event loop's thread."""

    def __init__(self) -> None:
        self._subscribers: list[MemoryObjectSendStream[StampedEvent]] = []
        self._keep: Callable[[Finding], None] | None = None
        self._early: list[Finding] = []
        self._told: list[Finding] = []

    @override
    def emit(self, event: Event) -> None:
        """Hand the event over; a finding goes to whoever keeps findings now, and is told by them.

        One that is raised before anybody keeps findings is told at once, and kept by the first who does.
        """
        if isinstance(event, FindingRaised) and self._keep is not None:
            self._keep(event.finding)
            return
        if isinstance(event, FindingRaised):
            self._early.append(event.finding)
        self.tell(event)

    def tell(self, event: Event) -> None:
        """Tell every subscriber; state events are never dropped, progress may be for a slow one."""
        if isinstance(event, FindingRaised) and event.finding in self._told:
            self._told.remove(event.finding)
            return
        _write(event)
        stamped = StampedEvent(event=event, at=datetime.now(UTC))
        for subscriber in self._subscribers:
            if event.droppable and subscriber.statistics().current_buffer_used > _SLOW:
                continue
            try:
                subscriber.send_nowait(stamped)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                continue  # a subscriber that went away without a word does not stop the run

    @contextmanager
    def findings_kept(self, keep: Callable[[Finding], None]) -> Iterator[None]:
        """Hand every finding that is raised to `keep` for as long as the context lasts."""
        before, self._keep = self._keep, keep
        self._told, self._early = self._early, []
        for finding in tuple(self._told):
            keep(finding)
        self._told = []
        try:
            yield
        finally:
            self._keep = before

    @contextmanager
    def subscribe(self) -> Iterator[MemoryObjectReceiveStream[StampedEvent]]:
        """Yield a stream of all events from now on; it ends with the context."""
        send, receive = anyio.create_memory_object_stream[StampedEvent](math.inf)
        self._subscribers.append(send)
        try:
            with receive:
                yield receive
        finally:
            self._subscribers.remove(send)
            send.close()


def _write(event: Event) -> None:
    """Write an event to the log: what it is about, and not the names that a finding has."""
    match event:
        case HookCalled(hook=hook, plugin=plugin, moment=moment):
            _log.debug("%s the hook", moment, extra={"hook": hook, "plugin": plugin})
        case FindingRaised(finding=found):
            count = len(found.subjects)
            about = {"code": found.code, "plugin": found.plugin}
            _log.info("finding of severity %s about %d subjects", found.severity.value, count, extra=about)
        case StageChanged(stage=stage, state=state, detail=detail):
            _log.info("stage %s %s", state.value, detail, extra={"stage": stage})
        case PhaseStarted(phase=phase):
            _log.info("phase %s begins", phase)
        case PhaseFinished(phase=phase):
            _log.info("phase %s is done", phase)
        case Notice(message=message):
            _log.info("notice: %s", message)
        case _:  # progress says nothing that a later line does not
            pass

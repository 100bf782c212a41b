"""The workers of a run as rows for a person: what each is doing, and what it has sent."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from omt_core.api import SendingMachine, SendingState

from omt_dask.messages.answers import Answer

_WINDOW: Final = 30.0
"""Seconds over which a machine's rate is taken: its bytes are told of as its batches end, a few seconds apart."""


class Machines:
    """Built up from answers, and from what the scheduler says of its workers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know of none."""
        self._rows: dict[str, _Row] = {}
        self._clock = clock

    def __len__(self) -> int:
        """Return how many there were so far."""
        return len(self._rows)

    def join(self, name: str, address: str) -> None:
        """Note a worker, or that it has come back."""
        row = self._rows.setdefault(name, _Row(address, since=self._clock()))
        row.address = address

    def look(self, seen: Mapping[str, float], sending: Collection[str]) -> None:
        """Note which workers there are, by address with when each was heard of, and which have batches.

        That moment is one of the scheduler's own clock: only that it has changed says something here.
        """
        for row in self._rows.values():
            moment = seen.get(row.address)
            if moment is not None and moment != row.seen:
                row.seen, row.heard = moment, datetime.now(UTC)
            there = SendingState.SENDING if row.address in sending else SendingState.WAITING
            row.state = SendingState.GONE if moment is None else there

    def take(self, answer: Answer) -> None:
        """Note what came of a batch."""
        row = self._rows.setdefault(answer.machine, _Row("", since=self._clock()))
        row.items += len(answer.result.outcomes)
        row.sent += answer.result.sent
        row.heard = datetime.now(UTC)
        row.marks.append((self._clock(), answer.result.sent))

    def rows(self) -> tuple[SendingMachine, ...]:
        """Return them as they are now."""
        now = self._clock()
        return tuple(
            SendingMachine(
                name=name,
                state=row.state,
                items=row.items,
                sent_bytes=row.sent,
                rate=None if row.state is SendingState.GONE else row.rate(now),
                heard=row.heard,
            )
            for name, row in sorted(self._rows.items())
        )


@dataclass(slots=True)
class _Row:
    address: str
    since: float
    state: SendingState = SendingState.WAITING
    items: int = 0
    sent: int = 0
    heard: datetime = field(default_factory=lambda: datetime.now(UTC))
    seen: float | None = None
    marks: deque[tuple[float, int]] = field(default_factory=deque[tuple[float, int]])

    def rate(self, now: float) -> float | None:
        """Return its bytes per second over the window; None before it has sent anything."""
        if not self.sent:
            return None
        while self.marks and now - self.marks[0][0] > _WINDOW:
            self.marks.popleft()
        return sum(size for _, size in self.marks) / min(_WINDOW, max(1.0, now - self.since))

"""The wait for a start that is planned: in this process, whether a page is open or not.

It does not outlive the process, since nobody would be logged on then: the next one says that it was lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import anyio
from anyio.abc import TaskGroup
from typing_extensions import override

from omt_core.engine.runner import Runner, Step
from omt_core.engine.session import MigrationSession
from omt_core.engine.upload.planned_start import Clock, SystemClock, wait_until
from omt_core.engine.upload.wakefulness import kept_awake
from omt_core.journal import Journal

_OWNER: Final = "wizard"
_NOTE: Final = "planned-start"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePlan(Step[None]):
    """Journal when the upload shall begin; None takes it out."""

    at: datetime | None

    @override
    async def perform(self, session: MigrationSession) -> None:
        await session.journal.notes.of(_OWNER).remember(_NOTE, "" if self.at is None else self.at.isoformat())


async def noted_plan(journal: Journal) -> datetime | None:
    """Return the start that the journal says is planned."""
    text = await journal.notes.of(_OWNER).recall(_NOTE)
    return datetime.fromisoformat(text) if text else None


class StartWait:
    """One at a time. `begin` is called at the moment, in a task of its own."""

    def __init__(self, group: TaskGroup, begin: Callable[[], Awaitable[None]], clock: Clock | None = None) -> None:
        """Wait by the `clock` of the machine but in tests."""
        self._group = group
        self._begin = begin
        self._scope = anyio.CancelScope()
        self.clock = clock or SystemClock()
        self.at: datetime | None = None
        self.not_begun: datetime | None = None
        """A start whose moment came, and which something stood in the way of."""
        self.lost: datetime | None = None
        """A start that an earlier process was to make, and did not live to."""
        self._own: set[datetime] = set()
        """All starts of this process, whatever came of them."""

    def plan(self, moment: datetime) -> None:
        """Wait for a moment, in the place of any other."""
        self.cancel()
        self.at, self._scope = moment, anyio.CancelScope()
        self._own.add(moment)
        self._group.start_soon(self._wait, moment, self._scope)

    def cancel(self) -> None:
        """Wait no more, and say no more of starts that did not come to be."""
        self._scope.cancel()
        self.at = self.not_begun = self.lost = None

    async def look_up(self, runner: Runner) -> None:
        """Learn from the journal of a session that was opened which start was lost.

        One of this process is not: it was cancelled, or told as not begun, when no session was open to note it.
        """
        noted = await noted_plan(runner.journal)
        if noted in self._own:
            await runner.do(NotePlan(at=None))
            noted = None
        self.lost = noted

    async def _wait(self, moment: datetime, scope: anyio.CancelScope) -> None:
        with kept_awake():  # also while everything is checked again, which takes minutes and moves no mouse
            with scope:
                await wait_until(moment, self.clock)
            if not scope.cancel_called:
                await self._begin()

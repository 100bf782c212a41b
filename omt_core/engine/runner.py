"""The event loop of a run: takes steps one at a time, brackets each phase with its hooks, and journals it.

One task group owns the run. Front ends hand over steps through a stream and wait for the answer; no cancel scope of
theirs spans the run, so that a front end that goes away does not tear a step apart.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskStatus
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from omt_core.api import calls
from omt_core.api.errors import InputError, OmtError
from omt_core.api.events import FindingRaised, PhaseFinished, PhaseStarted
from omt_core.api.findings import Finding
from omt_core.api.plugin import Plugin
from omt_core.engine.findings import merged
from omt_core.engine.phases import WELCOME, Phase
from omt_core.engine.session import MigrationSession
from omt_core.engine.step import Step


@dataclass(slots=True)
class _Request:
    step: Step
    done: anyio.Event = field(default_factory=anyio.Event)
    error: OmtError | None = None


class Runner:
    """Performs the steps of one session. Use `Runner.start`."""

    def __init__(self, session: MigrationSession, inbox: MemoryObjectSendStream[_Request]) -> None:
        self.session = session
        self._inbox = inbox
        self._finished = {WELCOME.name}
        self._open: Phase | None = None
        self._step: Step | None = None
        self._told: set[Finding] = set()

    @classmethod
    @asynccontextmanager
    async def start(cls, session: MigrationSession) -> AsyncIterator[Runner]:
        """Run the loop for as long as the context lasts."""
        send, receive = anyio.create_memory_object_stream[_Request](0)
        runner = cls(session, send)
        async with anyio.create_task_group() as group, send:
            await group.start(runner._loop, receive)
            yield runner
            send.close()

    @property
    def heeds_stop(self) -> bool:
        """Whether what is under way ends by itself, in good order, when the run is asked to stop."""
        return self._step is not None and self._step.heeds_stop

    async def do(self, step: Step) -> None:
        """Hand over a step and wait until it is done. Raises what it raised; the run can then go on."""
        request = _Request(step)
        await self._inbox.send(request)
        await request.done.wait()
        if request.error is not None:
            raise request.error

    async def _loop(
        self, inbox: MemoryObjectReceiveStream[_Request], *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        async with inbox:
            task_status.started()
            async for request in inbox:
                self._step = request.step
                try:
                    await self._perform(request.step)
                except OmtError as error:
                    request.error = error
                except BaseException:
                    # Whoever waits may hear of the end before the cancellation: it must not pass for success.
                    request.error = OmtError("internal", "The step was torn apart by a fault.", "See the log file.")
                    raise
                finally:
                    self._step = None
                    self._tell_findings()
                    request.done.set()

    async def _perform(self, step: Step) -> None:
        phase, session = step.phase, self.session
        if phase is None:
            await step.perform(session)
            return
        self._check_order(phase)
        if phase is not self._open:
            session.engine.events.emit(PhaseStarted(phase=phase.name))
            await self._tell_plugins(Plugin.before_phase, phase)
            await session.journal.runs.begin_phase(phase.name)
            self._open = phase
        await step.perform(session)
        if not step.ends_phase:
            return
        await session.journal.runs.finish_phase()
        self._open = None
        self._finished.add(phase.name)
        await self._tell_plugins(Plugin.after_phase, phase)
        session.engine.events.emit(PhaseFinished(phase=phase.name))

    def _check_order(self, phase: Phase) -> None:
        missing = [name for name in phase.after if name not in self._finished]
        if missing:
            raise InputError(
                "phase-too-early",
                f"The phase {phase.title!r} cannot begin before {', '.join(missing)} is done.",
                "Do the earlier steps first.",
            )

    async def _tell_plugins(self, hook: Callable[[Plugin, calls.AroundPhase], Awaitable[None]], phase: Phase) -> None:
        session = self.session
        call = calls.AroundPhase(phase=phase.name, mode=session.mode, decisions=session.decisions, run=session.run)
        faults = await session.engine.dispatch.tell(hook, call)
        session.findings = merged(session.findings, faults)

    def _tell_findings(self) -> None:
        session, events = self.session, self.session.engine.events
        raised = events.take_raised()
        self._told.update(raised)
        session.findings = merged(session.findings, raised)
        for finding in session.findings:
            if finding not in self._told:
                self._told.add(finding)
                events.emit(FindingRaised(finding=finding))
        events.take_raised()

"""The event loop of a run: takes steps one at a time, brackets each phase with its hooks, and journals it.

One task group owns the run. Front ends hand over steps through a stream and wait for the answer; no cancel scope of
theirs spans the run, so that a front end that goes away does not tear a step apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar, cast

import anyio
from anyio.abc import TaskStatus
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from omt_core.api import calls
from omt_core.api.errors import OmtError
from omt_core.api.events import PhaseFinished, PhaseStarted
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import sentence
from omt_core.engine.errors import INTERNAL, PHASE_TOO_EARLY
from omt_core.engine.phases import WELCOME, Phase
from omt_core.engine.session import Engine, MigrationSession, Snapshot
from omt_core.journal import Journal

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(ABC, Generic[T_co]):
    """What a front end asks of a run: the command line takes steps from answers, the wizard from a person.

    A phase begins with its first step, and ends with one that `ends_phase`. A step without a phase may be taken at any
    time and begins none. One that `heeds_stop` ends in good order when the run is asked to stop; others are cancelled.
    """

    phase: ClassVar[Phase | None] = None
    ends_phase: ClassVar[bool] = True
    heeds_stop: ClassVar[bool] = False

    @abstractmethod
    async def perform(self, session: MigrationSession) -> T_co:
        """Do it. Raises `OmtError`, and then nothing of it counts as done."""


@dataclass(slots=True)
class _Request:
    step: Step[object]
    done: anyio.Event = field(default_factory=anyio.Event)
    answer: object = None
    error: OmtError | None = None


class Runner:
    """Performs the steps of one session. Use `Runner.start`."""

    def __init__(self, session: MigrationSession, inbox: MemoryObjectSendStream[_Request]) -> None:
        self.session = session
        self._inbox = inbox
        self._finished = {WELCOME.name}
        self._open: Phase | None = None
        self._step: Step[object] | None = None

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

    @property
    def engine(self) -> Engine:
        """What every run of this process shares."""
        return self.session.engine

    @property
    def journal(self) -> Journal:
        """The journal of the migration, to read from."""
        return self.session.journal

    @property
    def now(self) -> Snapshot:
        """The session as it is at this moment."""
        return self.session.now

    async def do(self, step: Step[T]) -> T:
        """Hand over a step, wait until it is done, and return its answer.

        Raises what it raised; the run can then go on.
        """
        request = _Request(step)
        await self._inbox.send(request)
        await request.done.wait()
        if request.error is not None:
            raise request.error
        return cast("T", request.answer)

    async def _loop(
        self, inbox: MemoryObjectReceiveStream[_Request], *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        async with inbox:
            task_status.started()
            async for request in inbox:
                self._step = request.step
                try:
                    request.answer = await self._perform(request.step)
                except OmtError as error:
                    request.error = error
                except BaseException:
                    # Whoever waits may hear of the end before the cancellation: it must not pass for success.
                    request.error = INTERNAL.error(
                        sentence("The step was torn apart by a fault."), remedy=sentence("See the log file.")
                    )
                    raise
                finally:
                    self._step = None
                    request.done.set()

    async def _perform(self, step: Step[object]) -> object:
        phase, session = step.phase, self.session
        if phase is None:
            return await step.perform(session)
        self._check_order(phase)
        if phase is not self._open:
            session.engine.events.emit(PhaseStarted(phase=phase.name))
            await self._tell_plugins(Plugin.before_phase, phase)
            await session.journal.runs.begin_phase(phase.name)
            self._open = phase
        answer = await step.perform(session)
        if not step.ends_phase:
            return answer
        await session.journal.runs.finish_phase()
        self._open = None
        self._finished.add(phase.name)
        await self._tell_plugins(Plugin.after_phase, phase)
        session.engine.events.emit(PhaseFinished(phase=phase.name))
        return answer

    def _check_order(self, phase: Phase) -> None:
        missing = [name for name in phase.after if name not in self._finished]
        if missing:
            raise PHASE_TOO_EARLY.error(
                sentence(
                    "The phase {phase} cannot begin before {missing} is done.",
                    phase=repr(phase.title),
                    missing=", ".join(missing),
                )
            )

    async def _tell_plugins(self, hook: Callable[[Plugin, calls.AroundPhase], Awaitable[None]], phase: Phase) -> None:
        now = self.session.now
        call = calls.AroundPhase(phase=phase.name, mode=now.mode, decisions=now.decisions, run=now.run)
        self.session.log.add("phases", await self.session.engine.dispatch.tell(hook, call))

"""Keeps a session open between requests, in a task of its own, since no request may span it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

import anyio
from anyio.abc import TaskGroup, TaskStatus
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from omt_core.api.errors import InterruptedRunError, OmtError
from omt_core.api.events import Event
from omt_core.api.sentence import sentence
from omt_core.engine.errors import INTERRUPTED
from omt_core.engine.opening import OpenRequest, open_session
from omt_core.engine.result import Result, end_run
from omt_core.engine.runner import Runner
from omt_core.engine.session import Engine, Snapshot, tell_observers
from omt_core.plugin_host import StampedEvent
from omt_core.wizard.errors import SESSION_NOT_OPEN

_log = logging.getLogger("omt.wizard")


class SessionHolder:
    """Holds one session at most. `take` hears of every event of the session."""

    def __init__(self, group: TaskGroup, take: Callable[[Event], None]) -> None:
        self._group = group
        self._take = take
        self._runner: Runner | None = None
        self._release = anyio.Event()
        self._released = anyio.Event()
        self._ended = False
        self.result: Result | None = None
        """What the run that ended last came to."""

    @property
    def is_open(self) -> bool:
        """Whether a session is held."""
        return self._runner is not None

    @property
    def runner(self) -> Runner:
        """The loop of the session that is held. Raises `InputError` `session-not-open`."""
        if self._runner is None:
            raise SESSION_NOT_OPEN.error()
        return self._runner

    @property
    def now(self) -> Snapshot:
        """The session that is held, as it is at this moment. Raises `InputError` `session-not-open`."""
        return self.runner.now

    async def open(self, engine: Engine, request: OpenRequest) -> None:
        """Open a session; one that is held is closed before. Raises `OmtError`."""
        await self.close()
        self._release, self._released, self._ended = anyio.Event(), anyio.Event(), False
        await self._group.start(self._hold, engine, request)

    async def end_run(self, error: OmtError | None, *, planned: bool = False) -> Result:
        """Journal how the run ended, and leave a report of it in the workspace; the session stays open."""
        self.result = await end_run(self.runner.session, error, reports=True, planned=planned)
        self._ended = True
        return self.result

    async def close(self) -> None:
        """Close the session, if there is one. A run that nothing came of is journalled as interrupted."""
        if self._runner is None:
            return
        self._release.set()
        await self._released.wait()

    async def _hold(
        self, engine: Engine, request: OpenRequest, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        started = False
        try:
            told, untold = anyio.create_memory_object_stream[StampedEvent](math.inf)
            with engine.events.subscribe() as stream, told, untold:
                async with open_session(engine, request) as session, Runner.start(session) as runner:
                    async with anyio.create_task_group() as watching:
                        watching.start_soon(self._watch, stream, told)
                        watching.start_soon(_tell, engine, untold)
                        self._runner = runner
                        task_status.started()
                        started = True
                        try:
                            await self._release.wait()
                        finally:
                            watching.cancel_scope.cancel()
                            with anyio.CancelScope(shield=True):
                                if not self._ended:
                                    self.result = await end_run(session, _left())
                    await _drain(untold, engine, lambda _: None)
                    await _drain(stream, engine, self._take)
        except Exception:
            if not started:
                raise
            _log.exception("the session ended in a way that the tool does not know")
        finally:
            self._runner = None
            self._released.set()

    async def _watch(
        self, stream: MemoryObjectReceiveStream[StampedEvent], told: MemoryObjectSendStream[StampedEvent]
    ) -> None:
        async for stamped in stream:
            self._take(stamped.event)
            told.send_nowait(stamped)


async def _tell(engine: Engine, untold: MemoryObjectReceiveStream[StampedEvent]) -> None:
    """Let observers hear of events, beside the page: one that takes its time holds up nothing that is shown."""
    async for stamped in untold:
        with anyio.CancelScope(shield=True):
            await tell_observers(engine, stamped)


async def _drain(
    stream: MemoryObjectReceiveStream[StampedEvent], engine: Engine, take: Callable[[Event], None]
) -> None:
    """Let observers hear of what was emitted at the very end."""
    while True:
        try:
            stamped = stream.receive_nowait()
        except anyio.WouldBlock:
            return
        take(stamped.event)
        await tell_observers(engine, stamped)


def _left() -> InterruptedRunError:
    return INTERRUPTED.error(
        sentence("The wizard was left before the migration was completed."),
        remedy=sentence("Start the tool again to go on."),
    )

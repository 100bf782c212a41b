"""Runs a session under a command: waits for its planned start, shows its events, takes Ctrl-C, prints the result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import anyio

from omt_core.api.errors import InterruptedRunError, OmtError
from omt_core.api.events import EventSink, Notice, StartPlanned
from omt_core.api.sentence import sentence
from omt_core.api.text import duration, local_time
from omt_core.cli.commands import Invocation
from omt_core.cli.errors import START_CANCELLED
from omt_core.cli.interrupts import stay_in_control
from omt_core.cli.progress import watching
from omt_core.engine.checks import waived_errors
from omt_core.engine.completion import is_completed
from omt_core.engine.errors import INTERNAL, INTERRUPTED
from omt_core.engine.opening import OpenRequest, open_session
from omt_core.engine.result import Result, end_run, error_of, run_not_begun
from omt_core.engine.runner import Runner
from omt_core.engine.session import MigrationSession
from omt_core.engine.steps import Finish
from omt_core.engine.upload.planned_start import Clock, SystemClock, wait_until

CLOCK: Clock = SystemClock()
_SAID_AT: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30))
_STOPPING: Final = sentence("Stopping once what is on its way has arrived; Ctrl-C once more stops at once.")

Work = Callable[[Runner, anyio.Event], Awaitable[None]]


async def run_session(
    call: Invocation,
    request: OpenRequest,
    work: Work,
    *,
    reports: bool = False,
    planned: bool = False,
    until: datetime | None = None,
) -> Result:
    """Open a session, have `work` done on it, and return the result; its error, if any, was said already.

    A run that `reports` leaves a report in its workspace, whatever came of it. `planned`: it was to begin now. At
    `until` it stops as at Ctrl-C.
    Raises `OmtError` where not even a session could be opened.
    """
    stop = anyio.Event()
    result: Result | None = None
    runners: list[Runner] = []
    heeded = partial(_heeds_stop, runners)
    stopping = partial(call.app.engine.events.emit, Notice(message=_STOPPING))
    with anyio.CancelScope() as scope, stay_in_control(call, stop, scope, heeded, stopping=stopping) as interrupt:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(watching(call.console, call.app.engine))
            if until is not None:
                await stack.enter_async_context(_stopped_at(until, call.app.engine.events, interrupt))
            try:
                session = await stack.enter_async_context(open_session(call.app.engine, request))
            except OmtError as error:
                call.app.engine.events.emit(run_not_begun(error, request.kind, planned=planned))
                raise
            fault = _fault()
            ended: OmtError | None = fault
            try:
                async with Runner.start(session) as runner:
                    runners.append(runner)
                    ended = await _attempt(work, runner, stop)
            finally:
                with anyio.CancelScope(shield=True):
                    if scope.cancel_called and not await is_completed(session):
                        ended = _interrupted()
                    elif scope.cancel_called and ended is fault:
                        ended = await _finished(session)
                    result = await end_run(session, ended, reports=reports, planned=planned)
    if result is None:
        raise _interrupted()
    if result.report is not None:
        call.console.print(sentence("Report: {file}", file=result.report))
    if result.error is not None:
        call.console.error(error_of(result.error))
    return result


def say_waived(call: Invocation, runner: Runner) -> None:
    """Tell which errors stop nothing, since the answers waive them: they were told as errors like any other."""
    waived = waived_errors(runner.engine, runner.now)
    if waived:
        codes = ", ".join(sorted({finding.code for finding in waived}))
        call.console.print(sentence("Waived, so that they stop nothing: {codes}.", codes=codes))


@asynccontextmanager
async def _stopped_at(moment: datetime, events: EventSink, interrupt: Callable[[], None]) -> AsyncIterator[None]:
    """Interrupt what runs in the context at a moment, unless it is done before."""

    async def stop() -> None:
        await wait_until(moment, CLOCK)
        told = sentence(
            "It is {time}: the run stops as planned. Run the same command again to go on from there.",
            time=local_time(moment),
        )
        events.emit(Notice(message=told))
        interrupt()

    async with anyio.create_task_group() as group:
        group.start_soon(stop)
        try:
            yield
        finally:
            group.cancel_scope.cancel()


async def wait_for_start(call: Invocation, moment: datetime) -> None:
    """Return at the planned moment. Raises `InterruptedRunError` `start-cancelled` once Ctrl-C was pressed."""
    console = call.console
    stop = anyio.Event()
    events = call.app.engine.events
    async with watching(console, call.app.engine):
        with anyio.CancelScope() as scope, stay_in_control(call, stop, scope, lambda: False):
            events.emit(StartPlanned(at=moment.isoformat()))
            console.print(
                sentence(
                    "The start is planned for {moment}. All checks run again then. Ctrl-C cancels it.",
                    moment=local_time(moment),
                )
            )
            await wait_until(moment, CLOCK, _countdown(console.print))
        if scope.cancelled_caught:
            events.emit(StartPlanned(at=""))
    if scope.cancelled_caught:
        raise START_CANCELLED.error()


def _countdown(say: Callable[[str], None]) -> Callable[[timedelta], None]:
    """Make what says the time left: at once, at each full hour, and more often towards the end."""
    said: timedelta | None = None

    def tell(left: timedelta) -> None:
        nonlocal said
        step = next((step for step in _SAID_AT if left <= step), timedelta(hours=-(-left // timedelta(hours=1))))
        if said is None or step < said:
            said = step
            say(sentence("Starts in {duration}.", duration=duration(left.total_seconds())))

    return tell


async def _finished(session: MigrationSession) -> OmtError | None:
    """End a run that was stopped when its migration was complete: it is what it would have been a moment later."""
    try:
        await Finish().perform(session)
    except OmtError as error:
        return error
    return None


def _heeds_stop(runners: Sequence[Runner]) -> bool:
    return any(runner.heeds_stop for runner in runners)


async def _attempt(work: Work, runner: Runner, stop: anyio.Event) -> OmtError | None:
    try:
        await work(runner, stop)
    except OmtError as error:
        return error
    return None


def _fault() -> OmtError:
    """Stand for an error that is none of ours: the journal must not take such a run for one that is done."""
    return INTERNAL.error(
        sentence("The run ended in a way that the tool does not know."), remedy=sentence("See the log file.")
    )


def _interrupted() -> InterruptedRunError:
    return INTERRUPTED.error(sentence("The run was stopped at once; all that was confirmed is journalled."))

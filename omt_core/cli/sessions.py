"""Runs a session under a command: shows its events, takes Ctrl-C, journals the end, prints the result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio

from omt_core.api.decisions import Mode, RecoveryChoice
from omt_core.api.errors import ExitCode, InputError, InterruptedRunError, OmtError
from omt_core.cli.commands import Invocation
from omt_core.cli.interrupts import interrupts
from omt_core.cli.progress import watching
from omt_core.engine.opening import OpenRequest, open_session
from omt_core.engine.result import Result, result_of
from omt_core.engine.runner import Runner
from omt_core.engine.session import MigrationSession
from omt_core.engine.uploading import is_frozen

Work = Callable[[Runner, anyio.Event], Awaitable[None]]


async def run_session(call: Invocation, request: OpenRequest, work: Work) -> Result:
    """Open a session, have `work` done on it, and return the result; its error, if any, was said already.

    Raises `OmtError` where not even a session could be opened.
    """
    stop = anyio.Event()
    result: Result | None = None
    with anyio.CancelScope() as scope, interrupts(stop, scope):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(watching(call.console, call.app.engine))
            session = await stack.enter_async_context(open_session(call.app.engine, request))
            error: OmtError | None = _fault()
            try:
                async with Runner.start(session) as runner:
                    error = await _attempt(work, runner, stop)
            finally:
                with anyio.CancelScope(shield=True):
                    if scope.cancel_called:
                        error = _interrupted()
                    if error is not None and not _is_live(session) and await is_frozen(session):
                        _say_frozen(error)
                    code = ExitCode.DONE if error is None else error.exit_code
                    try:
                        await session.journal.finish_run(code, session.findings)
                    except InputError as full:
                        # What ended the run is what matters; that no more fits the disk may be just that.
                        error = error or full
                        code = error.exit_code
                    result = await result_of(session, code, error)
    if result is None:
        raise _interrupted()
    if result.error is not None:
        call.console.error(OmtError(result.error.code, result.error.message, result.error.remedy))
    return result


async def _attempt(work: Work, runner: Runner, stop: anyio.Event) -> OmtError | None:
    try:
        await work(runner, stop)
    except OmtError as error:
        return error
    return None


def _is_live(session: MigrationSession) -> bool:
    """Tell whether what is online is live already: then the installation on site stays frozen for good (W82)."""
    before = session.mode is Mode.RECOVERY and RecoveryChoice.OVERWRITE_TEST not in session.located.plan.choices
    return before or session.completed is not None


def _say_frozen(error: OmtError) -> None:
    """Add that users are still kept out, and how to let them in: whatever ended the run, somebody must know."""
    if "omt thaw" not in error.remedy:
        error.message = f"{error.message} The installation on site is still frozen."
        error.remedy = f"{error.remedy} `omt thaw` lets the users in again meanwhile."


def _fault() -> OmtError:
    """Stand for an error that is none of ours: the journal must not take such a run for one that is done."""
    return OmtError("internal", "The run ended in a way that the tool does not know.", "See the log file.")


def _interrupted() -> InterruptedRunError:
    return InterruptedRunError(
        "interrupted",
        "The run was stopped at once; all that was confirmed is journalled.",
        "Run the same command again to go on from there.",
    )

"""The end of a run: journals how it ended, and makes the result that a person or a program is told."""

from __future__ import annotations

from omt_core.api.decisions import MigrationMode, RecoveryChoice
from omt_core.api.errors import ExitCode, InputError, OmtError
from omt_core.engine.result import Result, result_of
from omt_core.engine.session import MigrationSession
from omt_core.engine.uploading import is_frozen


async def end_run(session: MigrationSession, error: OmtError | None) -> Result:
    """Journal the end of the run and return its result. The error is told that users are still kept out, if they are.

    Never raises because of the journal: what ended the run is what matters.
    """
    if error is not None and not _is_live(session) and await is_frozen(session):
        _say_frozen(error)
    code = ExitCode.DONE if error is None else error.exit_code
    try:
        await session.journal.runs.finish(code, session.findings)
    except InputError as full:
        # That no more fits the disk may be just what ended the run.
        error = error or full
        code = error.exit_code
    return await result_of(session, code, error)


def unknown_fault(fault: Exception) -> OmtError:
    """Make the error for a fault that is none of ours: the journal must not take such a run for one that is done."""
    return OmtError(
        "internal",
        f"The tool failed in a way that it does not know: {type(fault).__name__}.",
        "Start the tool again with --debug, and send the log file.",
    )


def _is_live(session: MigrationSession) -> bool:
    """Tell whether what is online is live already: then the installation on site stays frozen for good (W82)."""
    before = (
        session.mode is MigrationMode.RECOVERY and RecoveryChoice.OVERWRITE_TEST not in session.located.plan.choices
    )
    return before or session.completed is not None


def _say_frozen(error: OmtError) -> None:
    """Add that users are still kept out, and how to let them in: whatever ended the run, somebody must know."""
    if "omt thaw" not in error.remedy:
        error.message = f"{error.message} The installation on site is still frozen."
        error.remedy = f"{error.remedy} `omt thaw` lets the users in again meanwhile."

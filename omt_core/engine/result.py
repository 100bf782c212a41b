"""The result of a command, as `--json` prints it last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict

from omt_core.api.decisions import MigrationKind, MigrationMode, RecoveryChoice
from omt_core.api.errors import ExitCode, InputError, OmtError
from omt_core.api.events import RunEnded
from omt_core.api.findings import Finding, Severity
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import joined, parts_of, sentence, sentence_of
from omt_core.api.stages import StageTotals
from omt_core.engine import facts
from omt_core.engine.errors import INTERNAL
from omt_core.engine.report import keep_report
from omt_core.engine.session import MigrationSession
from omt_core.engine.upload.gone import Gone, gone_files
from omt_core.engine.upload.run import is_frozen
from omt_core.journal import Journal
from omt_core.logs import naming_log


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)


def _made_from(text: str) -> Mapping[str, Any]:
    return parts_of(text) or {"template": None, "parameters": {}}


class Counted(_Line):
    """Files and bytes. For `sent`, bytes are those of request bodies over all stages; else those of the files."""

    files: int = 0
    bytes: int = 0


class FindingLine(_Line):
    """A finding in JSON.

    `message` is English; `template` and `parameters` are what it was made from, so that it can be said in another
    language: by `omt_core/locale` and those of the plugins. A plugin's plain text has no template. A parameter that is
    a sentence itself has `text`, `template` and `parameters`.
    """

    code: str
    severity: Severity
    plugin: str
    subjects: tuple[str, ...]
    message: str
    template: str | None = None
    parameters: Mapping[str, Any] = {}
    remedy: str

    @classmethod
    def of(cls, finding: Finding) -> FindingLine:
        """Make the line of a finding."""
        return cls(
            code=finding.code,
            severity=finding.severity,
            plugin=finding.plugin,
            subjects=finding.subjects,
            message=finding.message,
            **_made_from(finding.message),
            remedy=finding.remedy,
        )


class ErrorLine(_Line):
    """What stopped a command, in English; templates and parameters as of a finding, for message and remedy."""

    code: str
    message: str
    template: str | None = None
    parameters: Mapping[str, Any] = {}
    remedy: str
    remedy_template: str | None = None
    remedy_parameters: Mapping[str, Any] = {}


class LeftBehindCounts(TypedDict):
    """The fields of a `Result` that tell of files which are not online."""

    missing: int
    failed: int
    left_out: int
    left_behind: int


class Result(_Line):
    """The last line of every command's output under `--json`; a command may add fields of its own.

    `left_behind` counts the files that are not online: those `missing` on site, those that `failed`, and those
    `left_out` by a rule. `gone` counts what an earlier run sent and is no longer on site, `kept` those of it that stay
    online. `report` is the report that the run left in its workspace. `mode` and `kind` are those of a
    migration: a command without one, or that ended before it was known which, has none.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    event: Literal["result"] = "result"
    exit_code: int
    mode: MigrationMode | None = None
    kind: MigrationKind | None = None
    sent: Counted = Counted()
    skipped: Counted = Counted()
    missing: int = 0
    failed: int = 0
    left_out: int = 0
    left_behind: int = 0
    gone: int = 0
    kept: int = 0
    tables: int = 0
    rows: int = 0
    findings: tuple[FindingLine, ...] = ()
    receipt: Path | None = None
    report: Path | None = None
    error: ErrorLine | None = None

    def told(self) -> dict[str, Any]:
        """Return the fields for JSON; without a migration those that say which one are left out."""
        unknown = {name for name in ("mode", "kind") if getattr(self, name) is None}
        return self.model_dump(mode="json", exclude=unknown)


def error_line(error: OmtError) -> ErrorLine:
    """Make the line of an error. What others say in it, such as a driver, may hold a secret."""
    message, remedy = SECRETS.hide(error.message), SECRETS.hide(naming_log(error.remedy))
    return ErrorLine(
        code=error.code,
        message=message,
        **_made_from(message),
        remedy=remedy,
        **{f"remedy_{name}": value for name, value in _made_from(remedy).items()},
    )


def error_of(line: ErrorLine) -> OmtError:
    """Make an error of its line again, to be said to a person."""
    message = sentence_of(line.message, {"template": line.template, "parameters": line.parameters})
    remedy = sentence_of(line.remedy, {"template": line.remedy_template, "parameters": line.remedy_parameters})
    return OmtError(line.code, message, remedy)


async def file_totals(journal: Journal) -> Sequence[StageTotals]:
    """Return how each stage of files stands."""
    files = {stage.name for stage in await journal.items.stages() if stage.kind == "files"}
    return [total for name, total in (await journal.items.totals()).items() if name in files]


def left_behind_fields(counted: Sequence[StageTotals]) -> LeftBehindCounts:
    """Count what these stages left behind."""
    return LeftBehindCounts(
        missing=sum(one.missing for one in counted),
        failed=sum(one.failed for one in counted),
        left_out=sum(one.left_out for one in counted),
        left_behind=sum(one.left_behind for one in counted),
    )


async def result_of(
    session: MigrationSession, exit_code: ExitCode, error: OmtError | None, report: Path | None = None
) -> Result:
    """Count what a run did, from the journal."""
    counted = await file_totals(session.journal)
    runs = await session.journal.runs.all()
    tables, rows = _database(session)
    gone = Gone() if session.now.only_missing else await gone_files(session.journal)
    return Result(
        exit_code=exit_code,
        mode=session.now.mode,
        kind=session.now.kind,
        sent=Counted(files=sum(one.sent_items for one in counted), bytes=runs[-1].sent_bytes if runs else 0),
        skipped=Counted(
            files=sum(one.skipped_items for one in counted), bytes=sum(one.skipped_bytes for one in counted)
        ),
        **left_behind_fields(counted),
        gone=gone.gone,
        kept=gone.kept,
        tables=tables,
        rows=rows,
        findings=_lines(session.now.findings),
        receipt=None if session.now.completed is None else session.now.completed.receipt,
        report=report,
        error=None if error is None else error_line(error),
    )


def _database(session: MigrationSession) -> tuple[int, int]:
    done = session.now.completed
    return (0, 0) if done is None else (done.tables, done.rows)


def _lines(findings: Sequence[Finding]) -> tuple[FindingLine, ...]:
    return tuple(FindingLine.of(finding) for finding in findings)


async def end_run(
    session: MigrationSession, error: OmtError | None, *, reports: bool = False, planned: bool = False
) -> Result:
    """Journal the end of the run and return its result. The error is told that users are still kept out, if they are.

    A run that `reports` leaves a report in its workspace, which tells of this end as well. `planned`: it was to begin
    at a planned moment.

    Never raises because of the journal: what ended the run is what matters.
    """
    if error is not None and not _is_live(session) and await is_frozen(session):
        _say_frozen(error, importing=facts.may_be_importing(await session.journal.notes.pins()))
    report: Path | None = None
    try:
        await _finish(session, error)
        if reports:
            report = await keep_report(session)
            await _finish(session, error)  # again, with what the report had to say of itself
    except InputError as full:
        # That no more fits the disk may be just what ended the run.
        error = error or full
        with suppress(InputError):  # the journal may say already that all went well
            await _finish(session, error)
    result = await result_of(session, _code(error), error, report)
    session.engine.events.emit(
        RunEnded(
            exit_code=result.exit_code,
            error="" if result.error is None else result.error.code,
            migration="" if result.kind is None else result.kind.value,
            planned=planned,
            completed=session.now.completed is not None,
            sent_files=result.sent.files,
            sent_bytes=result.sent.bytes,
            left_behind=result.left_behind,
        )
    )
    return result


def run_not_begun(error: OmtError, kind: MigrationKind | None, *, planned: bool) -> RunEnded:
    """Make the event of a run for which not even a session could be opened."""
    return RunEnded(
        exit_code=error.exit_code, error=error.code, migration="" if kind is None else kind.value, planned=planned
    )


async def _finish(session: MigrationSession, error: OmtError | None) -> None:
    words = "" if error is None else joined([error.code, SECRETS.hide(error.message)], ": ")
    await session.journal.runs.finish(_code(error), session.now.findings, error=words)


def _code(error: OmtError | None) -> ExitCode:
    return ExitCode.DONE if error is None else error.exit_code


def unknown_fault(fault: Exception) -> OmtError:
    """Make the error for a fault that is none of ours: the journal must not take such a run for one that is done."""
    return INTERNAL.error(
        sentence("The tool failed in a way that it does not know: {error}.", error=type(fault).__name__)
    )


def _is_live(session: MigrationSession) -> bool:
    """Tell whether what is online is live already: then the installation on site stays frozen for good (W82)."""
    now = session.now
    before = now.mode is MigrationMode.RECOVERY and RecoveryChoice.OVERWRITE_TEST not in now.located.plan.choices
    return before or now.completed is not None


def _say_frozen(error: OmtError, *, importing: bool) -> None:
    """Add that users are still kept out, and how to let them in: whatever ended the run, somebody must know.

    While the tenant may be `importing` they must not be let in.
    """
    if importing:
        told = sentence(
            "The tenant may be importing this live migration, and may complete it by itself. The installation on site"
            " is still frozen."
        )
        stay = sentence("The run waits for the import then. Until it is known how that ended, users must stay out.")
        error.message = joined([error.message, told], " ")
        error.remedy = joined([error.remedy, stay], " ")
    elif "omt thaw" not in error.remedy:
        error.message = joined([error.message, sentence("The installation on site is still frozen.")], " ")
        error.remedy = joined([error.remedy, sentence("`omt thaw` lets the users in again meanwhile.")], " ")

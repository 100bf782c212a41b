"""The report as a value: the models behind its JSON form, whose schema is generated from them.

Personal data: logins, plans and user names are here because the report must say who got which; names of files because
it must say which were left behind. The migrator's own address and number, and addresses of other persons, are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import anyio
from pydantic import BaseModel, ConfigDict

from omt_core.api import (
    EstimateRecord,
    Finding,
    ItemRecord,
    ItemState,
    MigrationKind,
    MigrationMode,
    MigrationRecord,
    ReportSection,
    RunSummary,
    Severity,
    StageTotals,
    byte_size,
    local_time,
    parts_of,
    sentence,
    sentence_of,
)
from omt_report.readable import encodable

FORMAT: Literal["omt-report-1"] = "omt-report-1"
_ORDER_OF_MACHINES: Final = 70


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LicenceLine(_Model):
    """The licence identity."""

    owner: str
    serial: str
    version: str


class UserLine(_Model):
    """A user as they are online. Without a plan there is no user name and no login (W53)."""

    login: str
    plan: str | None
    user_name: str | None


class PhaseLine(_Model):
    """A phase of a run, in UTC; not finished: it was cut short.

    `seconds` is how long it lasted, whatever was done to the clock meanwhile.
    """

    phase: str
    started: datetime
    finished: datetime | None
    seconds: float | None


class RunLine(_Model):
    """One run of the tool; `seconds` is how long it lasted, whatever was done to the clock meanwhile."""

    number: int
    started: datetime
    finished: datetime | None
    seconds: float | None
    mode: MigrationMode
    exit_code: int | None
    sent_bytes: int
    phases: tuple[PhaseLine, ...]


class StageLine(_Model):
    """A row of the upload table. `open` items are neither confirmed nor given up."""

    stage: str
    title: str
    items: int
    bytes: int
    confirmed_items: int
    confirmed_bytes: int
    sent_items: int
    skipped_items: int
    skipped_bytes: int
    missing: int
    failed: int
    left_out: int
    left_behind: int
    open: int


class FindingLine(_Model):
    """A finding. `waived`: the migrator went on in spite of it, for this `reason`.

    `template` and `parameters` are what the English `message` was made from, if it was made by a template.
    """

    code: str
    severity: Severity
    plugin: str
    subjects: tuple[str, ...]
    message: str
    template: str | None
    parameters: dict[str, Any]
    remedy: str
    waived: bool
    reason: str


class SectionLine(_Model):
    """A table that a plugin added."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class ItemLine(_Model):
    """One item. `reason` is the code of a finding where the item is not confirmed.

    `detail` is English; what it was made from, if by a template, stands beside it as of a finding, in JSON only then.
    """

    stage: str
    key: str
    name: str
    path: str | None
    state: ItemState
    reason: str
    detail: str
    candidates: tuple[str, ...]
    size: int
    digest: str | None
    attempt: int
    plugin: str
    table: str | None
    rows: int | None
    detail_template: str | None = None
    detail_parameters: dict[str, Any] = {}


class EstimateLine(_Model):
    """What was estimated last. `off` is 1 within the range, else the factor of the longest or of the shortest."""

    made: datetime
    shortest_seconds: float
    longest_seconds: float
    files_to_send: int
    bytes_to_send: int
    took_seconds: float | None
    runs: tuple[int, ...]
    off: float | None


class ReportHead(_Model):
    """Everything but the items. `kind` is what began or was completed, `asked_kind` what was asked for last."""

    format: Literal["omt-report-1"]
    kind: MigrationKind
    asked_kind: MigrationKind
    licence: LicenceLine | None
    completed: bool
    frozen: bool
    importing: bool
    receipt: str | None
    waivers: tuple[str, ...]
    plugins: dict[str, str]
    changes_online: dict[str, int]
    welcome_mail: bool
    stages: tuple[StageLine, ...]
    runs: tuple[RunLine, ...]
    estimate: EstimateLine | None
    users: tuple[UserLine, ...]
    findings: tuple[FindingLine, ...]
    sections: tuple[SectionLine, ...]


class ReportDocument(ReportHead):
    """The whole report in JSON. The items stand last, so that they can be streamed."""

    items: tuple[ItemLine, ...]


def head_of(record: MigrationRecord, sections: Sequence[ReportSection]) -> ReportHead:
    """Put together everything but the items. Holds no time but those of the runs, so that it can be compared."""
    decisions = record.decisions
    return ReportHead(
        format=FORMAT,
        kind=record.kind,
        asked_kind=decisions.kind,
        licence=None
        if record.licence is None
        else LicenceLine(
            owner=encodable(record.licence.owner),
            serial=encodable(record.licence.serial),
            version=encodable(record.licence.version),
        ),
        completed=record.completed,
        frozen=record.frozen,
        importing=record.importing,
        receipt=None if record.receipt is None or record.replacing else encodable(record.receipt),
        waivers=tuple(sorted(encodable(str(one)) for one in decisions.waived(decisions.kind))),
        plugins=dict(sorted(record.plugins.items())),
        changes_online=dict(record.changes_online),
        welcome_mail=decisions.notifications.welcome,
        stages=tuple(
            _stage(record.totals[stage], record.stage_titles.get(stage, stage))
            for stage in dict.fromkeys((*record.stage_titles, *sorted(record.totals)))
            if stage in record.totals
        ),
        runs=tuple(_run(run) for run in sorted(record.runs, key=lambda run: run.number)),
        estimate=None if record.estimate is None else _estimate(record.estimate),
        users=tuple(
            UserLine(
                login=encodable(login),
                plan=encodable(decisions.plans[login]) if login in decisions.plans else None,
                user_name=encodable(decisions.user_names.get(login, "")) or None if login in decisions.plans else None,
            )
            for login in sorted({*decisions.plans, *decisions.user_names})
        ),
        findings=tuple(_finding(finding, record) for finding in record.findings),
        sections=tuple(
            SectionLine(
                title=encodable(section.title),
                columns=tuple(map(encodable, section.columns)),
                rows=tuple(tuple(map(encodable, row)) for row in section.rows),
            )
            for section in sorted((*_machines(record), *sections), key=lambda section: (section.order, section.title))
        ),
    )


def item_of(record: ItemRecord) -> ItemLine:
    """Put together the line of an item."""
    detail = encodable(record.detail)
    parts = parts_of(detail) or {}
    return ItemLine(
        stage=record.stage,
        key=encodable(record.key),
        name=encodable(record.name),
        path=None if record.location is None else encodable(record.location),
        state=record.state,
        reason=record.reason,
        detail=detail,
        candidates=tuple(map(encodable, record.candidates)),
        size=record.size,
        digest=record.digest,
        attempt=record.attempt,
        plugin=record.plugin,
        table=None if record.part is None else encodable(record.part.table),
        rows=None if record.part is None else record.part.rows,
        **{f"detail_{name}": part for name, part in parts.items()},
    )


def _machines(record: MigrationRecord) -> tuple[ReportSection, ...]:
    """Return the table of the machines that sent, where there were several."""
    rows = tuple(
        (one.name, sentence("{number:,}", number=one.items), byte_size(one.sent_bytes), local_time(one.heard))
        for one in record.machines
    )
    columns = (sentence("machine"), sentence("files"), sentence("sent"), sentence("last heard of"))
    section = ReportSection(title=sentence("Machines that sent"), columns=columns, rows=rows, order=_ORDER_OF_MACHINES)
    return (section,) if rows else ()


def _stage(totals: StageTotals, title: str) -> StageLine:
    return StageLine(
        stage=totals.stage,
        title=encodable(title),
        items=totals.items,
        bytes=totals.bytes,
        confirmed_items=totals.confirmed_items,
        confirmed_bytes=totals.confirmed_bytes,
        sent_items=totals.sent_items,
        skipped_items=totals.skipped_items,
        skipped_bytes=totals.skipped_bytes,
        missing=totals.missing,
        failed=totals.failed,
        left_out=totals.left_out,
        left_behind=totals.left_behind,
        open=max(0, totals.items - totals.confirmed_items - totals.left_behind),
    )


def _run(run: RunSummary) -> RunLine:
    return RunLine(
        number=run.number,
        started=run.started,
        finished=run.finished,
        seconds=run.seconds,
        mode=run.mode,
        exit_code=run.exit_code,
        sent_bytes=run.sent_bytes,
        phases=tuple(
            PhaseLine(phase=phase.phase, started=phase.started, finished=phase.finished, seconds=phase.seconds)
            for phase in run.phases
        ),
    )


def _estimate(estimate: EstimateRecord) -> EstimateLine:
    return EstimateLine(
        made=estimate.made,
        shortest_seconds=estimate.shortest,
        longest_seconds=estimate.longest,
        files_to_send=estimate.files,
        bytes_to_send=estimate.bytes,
        took_seconds=estimate.took,
        runs=estimate.runs,
        off=estimate.off,
    )


def _finding(finding: Finding, record: MigrationRecord) -> FindingLine:
    waived = finding in record.waived
    waivers = record.decisions.waived(record.decisions.kind)
    reason = next((one.reason for one in waivers if waived and finding.waived_by({one.names})), "")
    message = encodable(finding.message)
    parts = parts_of(message) or {"template": None, "parameters": {}}
    return FindingLine(
        code=finding.code,
        severity=finding.severity,
        plugin=finding.plugin,
        subjects=tuple(map(encodable, finding.subjects)),
        message=message,
        template=parts["template"],
        parameters=parts["parameters"],
        remedy=encodable(finding.remedy),
        waived=waived,
        reason=encodable(reason),
    )


def message_of(line: FindingLine) -> str:
    """Return the message of a finding as the sentence that it was."""
    return sentence_of(line.message, {"template": line.template, "parameters": line.parameters})


async def serialised(function: Callable[[Sequence[ItemRecord]], bytes], batch: Sequence[ItemRecord]) -> bytes:
    """Run a function over one batch in a thread: a million items take a while, and progress must still be shown."""
    return await anyio.to_thread.run_sync(function, batch, limiter=anyio.CapacityLimiter(1))

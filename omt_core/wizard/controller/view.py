"""What the page shows, made of a snapshot of the session and of what the controller holds: a pure function."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from omt_core.api.decisions import Decisions
from omt_core.api.errors import OmtError
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.engine.checks import ALL_CHECKS, PLANS, USER_NAMES, unanswered
from omt_core.engine.findings import blocking
from omt_core.engine.result import Result
from omt_core.engine.session import Snapshot
from omt_core.version import __version__
from omt_core.wizard.controller.document import (
    UNDER_WAY,
    Busy,
    ChecklistPart,
    ChecksPart,
    CheckState,
    EstimatePart,
    PlannedPart,
    ProblemsPart,
    RecoveryPart,
    ResultPart,
    SaidPart,
    Screen,
    State,
    TenantPart,
    UploadPart,
    UploadState,
)
from omt_core.wizard.controller.session.known import Known
from omt_core.wizard.controller.way.screens import before, step_bar
from omt_core.wizard.words import told_error, told_text

Entry = Literal["plans", "user_names", "notifications"]
CHECK_OF: Final[Mapping[Entry, str]] = {"plans": PLANS, "user_names": USER_NAMES}
"""The check whose errors keep an item of the Checklist from being done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksStanding:
    """Whether rules are being asked at this moment, and when they last answered. `said`: what holds them up."""

    running: bool = False
    checked_at: datetime | None = None
    asked: int = 0
    questions: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page shows beside the session. `done` is None while the Checklist is not open."""

    screen: Screen
    revision: int
    busy: Busy | None = None
    error: OmtError | None = None
    log: Path | None = None
    known: Known = field(default_factory=Known)
    online_url: str = ""
    agreement_url: str | None = None
    codes: Mapping[str, FindingCode]
    done: frozenset[Entry] | None = None
    checks: ChecksStanding = ChecksStanding()
    upload: UploadPart
    planned: PlannedPart
    estimate: EstimatePart
    confirmed_bytes: int = 0
    result: Result | None = None


def view(now: Snapshot | None, page: Page) -> State:
    """Return the state document; `now` is None while no installation is open."""
    decisions = Decisions() if now is None else now.decisions
    mode = None if now is None else now.mode
    located = None if now is None else now.located
    return State(
        version=__version__,
        revision=page.revision,
        screen=page.screen,
        steps=step_bar(page.screen, mode, decisions.recovery),
        can_go_back=_can_go_back(now, page),
        busy=page.busy,
        error=None if page.error is None else told_error(page.error),
        log=page.log,
        workspace=None if now is None else now.folder,
        mode=mode,
        kind=decisions.kind,
        frozen=page.known.frozen,
        importing=page.known.importing,
        interrupted=page.known.interrupted,
        thawed_at=page.known.thawed_at,
        earlier=page.known.earlier,
        licence=None if located is None else located.licence,
        tenant=TenantPart(url=page.online_url) if page.online_url else None,
        evidence=() if located is None else located.installation.evidence,
        recovery=RecoveryPart(choices=() if located is None else located.plan.choices, chosen=decisions.recovery),
        administrator=page.known.administrator if now is None else now.administrator,
        contact=decisions.contact,
        agreement_accepted=decisions.agreement_accepted,
        agreement_url=page.agreement_url,
        notifications=decisions.notifications,
        checklist=_checklist(now, page),
        checks=_checks(now, page),
        upload=page.upload,
        planned=page.planned,
        estimate=page.estimate,
        result=_result(now, page),
    )


def problems(now: Snapshot, codes: Mapping[str, FindingCode], entry: Entry) -> tuple[Finding, ...]:
    """Return the errors that stand about an item of the Checklist."""
    check = CHECK_OF.get(entry)
    return () if check is None else blocking(now.found.get(check, ()), now.waived, codes)


def check_state(now: Snapshot | None, checks: ChecksStanding) -> CheckState:
    """Tell how current the findings are."""
    if checks.running:
        return CheckState.RUNNING
    if now is None or checks.checked_at is None:
        return CheckState.NEVER
    return CheckState.STALE if unanswered(now, ALL_CHECKS) else CheckState.DONE


def _can_go_back(now: Snapshot | None, page: Page) -> bool:
    mode, choice = (None, None) if now is None else (now.mode, now.decisions.recovery)
    if before(page.screen, mode, choice) is None or page.upload.state in UNDER_WAY:
        return False
    return page.screen is not Screen.UPLOAD or page.upload.state is UploadState.IDLE


def _checklist(now: Snapshot | None, page: Page) -> ChecklistPart:
    if now is None or page.done is None:
        return ChecklistPart()
    plans = now.decisions.plans
    about_plans, about_names = problems(now, page.codes, "plans"), problems(now, page.codes, "user_names")
    return ChecklistPart(
        opened=True,
        plans=_mark(page.done, "plans", about_plans),
        user_names=_mark(page.done, "user_names", about_names),
        notifications=_mark(page.done, "notifications", ()),
        problems=ProblemsPart(plans=len(about_plans), user_names=len(about_names)),
        users=len(now.users),
        users_with_plan=sum(user.login in plans for user in now.users),
        administrators_with_plan=sum(user.administrator and user.login in plans for user in now.users),
    )


def _mark(done: frozenset[Entry], entry: Entry, standing: Sequence[Finding]) -> Literal["open", "done"]:
    return "done" if entry in done and not standing else "open"


def _checks(now: Snapshot | None, page: Page) -> ChecksPart:
    if now is None:
        return ChecksPart()
    count = {one: sum(finding.severity is one for finding in now.findings) for one in Severity}
    return ChecksPart(
        state=check_state(now, page.checks),
        revision=now.revision,
        errors=count[Severity.ERROR],
        warnings=count[Severity.WARNING],
        infos=count[Severity.INFO],
        blocking=len(blocking(now.findings, now.waived, page.codes)),
        checked_at=page.checks.checked_at,
        asked=page.checks.asked,
        questions=page.checks.questions,
        said=SaidPart(**told_text("message", page.checks.said)) if page.checks.said else None,
    )


def _result(now: Snapshot | None, page: Page) -> ResultPart | None:
    result = page.result
    if result is None or page.upload.state is not UploadState.DONE:
        return None
    return ResultPart(
        files=result.sent.files + result.skipped.files,
        sent_files=result.sent.files,
        bytes=page.confirmed_bytes,
        tables=result.tables,
        rows=result.rows,
        missing=result.missing,
        failed=result.failed,
        left_out=result.left_out,
        gone=result.gone,
        kept=result.kept,
        receipt=result.receipt,
        report=result.report,
        kind=result.kind,
        changes={} if now is not None and now.only_missing else json.loads(page.known.changes),
        can_thaw=page.known.frozen,
    )

"""What the page shows, as one document: the page decides nothing by itself, so that every tab shows the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from omt_core.api.decisions import Contact, MigrationKind, MigrationMode, Notifications, RecoveryChoice
from omt_core.api.events import SendingMachine, StageState
from omt_core.api.installation import Evidence, Licence
from omt_core.api.users import Administrator
from omt_core.engine.result import ErrorLine


class Screen(StrEnum):
    """The pages of the wizard."""

    WELCOME = "welcome"
    INSTALLATION = "installation"
    RECOVERY = "recovery"
    LOGIN = "login"
    CONFIRM = "confirm"
    CHECKLIST = "checklist"
    AHEAD = "ahead"
    UPLOAD = "upload"
    COMPLETE = "complete"
    CLOSED = "closed"


class Busy(StrEnum):
    """What a person is waiting for."""

    OPENING = "opening"
    LOGGING_IN = "logging-in"
    READING_USERS = "reading-users"
    STARTING = "starting"
    THAWING = "thawing"
    CLOSING = "closing"


class CheckState(StrEnum):
    """How current the findings are; stale: decisions were changed since."""

    NEVER = "never"
    RUNNING = "running"
    DONE = "done"
    STALE = "stale"


class UploadState(StrEnum):
    """What the upload does; after paused, stopped and failed it can go on."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


UNDER_WAY: Final = frozenset({UploadState.RUNNING, UploadState.PAUSING, UploadState.STOPPING})
"""While the upload sends, or is about to end."""


class Part(BaseModel):
    """The base of all parts of the document."""

    model_config = ConfigDict(frozen=True)


class StepBox(Part):
    """A box of the step bar (W2, W3)."""

    name: str
    title: str
    state: Literal["done", "current", "todo"]


class TenantPart(Part):
    """The online side that the settings name."""

    url: str


class RecoveryPart(Part):
    """The choices of the page Recovery (W84)."""

    choices: tuple[RecoveryChoice, ...] = ()
    chosen: RecoveryChoice | None = None


class ProblemsPart(Part):
    """How many errors stand about plans and about user names."""

    plans: int = 0
    user_names: int = 0


class ChecklistPart(Part):
    """The items of the Checklist (W39, W40) and what they are about."""

    opened: bool = False
    plans: Literal["open", "done"] = "open"
    user_names: Literal["open", "done"] = "open"
    notifications: Literal["open", "done"] = "open"
    problems: ProblemsPart = ProblemsPart()
    users: int = 0
    users_with_plan: int = 0
    administrators_with_plan: int = 0


class SaidPart(Part):
    """A sentence of a plugin; `remedy` is empty, and there so that the page knows it for one."""

    message: str
    template: str | None = None
    parameters: Mapping[str, Any] = {}
    remedy: str = ""


class ChecksPart(Part):
    """The findings in numbers. `blocking` is how many errors stand that are not waived."""

    state: CheckState = CheckState.NEVER
    revision: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    blocking: int = 0
    checked_at: datetime | None = None
    asked: int = 0
    questions: int = 0
    """While they run: how many questions have been asked of how many; both 0 before the first."""
    said: SaidPart | None = None
    """While they run: the last that was said of them, such as which folder they wait for."""


class RowPart(Part):
    """A row of the upload table (W73, W74). `detail` is English, beside it what it was made from."""

    stage: str
    title: str
    state: StageState = StageState.WAITING
    detail: str = ""
    detail_template: str | None = None
    detail_parameters: Mapping[str, Any] = {}
    items_done: int = 0
    items_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    sent_bytes: int = 0
    skipped_bytes: int = 0
    left_behind: int = 0


class UploadPart(Part):
    """The upload. `rate` and `limit` in bytes per second, `time_left` in seconds (W77)."""

    state: UploadState = UploadState.IDLE
    rows: tuple[RowPart, ...] = ()
    rate: float | None = None
    time_left: float | None = None
    limit: int | None = None
    limit_given: str = "off"
    missing: int = 0
    failed: int = 0
    left_out: int = 0
    sent_bytes: int = 0
    started_at: datetime | None = None
    machines: tuple[SendingMachine, ...] = ()
    """Those that it runs on, where they are several; `dashboard` is where their engine shows them, or empty."""
    dashboard: str = ""
    silent: bool = False
    """The online side says nothing: nothing that the page shows may look as if it moved on."""


class EstimatePart(Part):
    """How long the upload will take, in seconds; `made` is None before the first estimate.

    What it goes by, and what would change it, is known of one that was made in this process.
    """

    running: bool = False
    error: ErrorLine | None = None
    made: datetime | None = None
    shortest: float = 0
    longest: float = 0
    files_to_send: int = 0
    bytes_to_send: int = 0
    grounds: tuple[SaidPart, ...] = ()
    levers: tuple[SaidPart, ...] = ()


class PlannedPart(Part):
    """A start that is planned (`at`), that something stood in the way of (`not_begun`), or that was `lost`."""

    at: datetime | None = None
    not_begun: datetime | None = None
    lost: datetime | None = None


class EarlierPart(Part):
    """What is online since an earlier run, as the page Recovery shows it (W83); `at` is when it was completed."""

    kind: MigrationKind
    at: datetime
    files: int
    bytes: int
    missing: int
    failed: int
    left_out: int
    receipt: bool
    report: bool


class ResultPart(Part):
    """What was moved (W80), `sent_files` of it by this run; `gone` is what the site lost since, `kept` stays online.

    `changes` counts what was changed online beside the contents; a recovery of missing files changes nothing.
    """

    files: int
    sent_files: int
    bytes: int
    tables: int
    rows: int
    missing: int
    failed: int
    left_out: int
    gone: int
    kept: int
    receipt: Path | None
    report: Path | None
    kind: MigrationKind | None
    changes: Mapping[str, int]
    can_thaw: bool


class State(Part):
    """The whole document. `revision` grows with every change."""

    version: str
    revision: int
    screen: Screen
    steps: tuple[StepBox, ...]
    can_go_back: bool
    busy: Busy | None = None
    error: ErrorLine | None = None
    log: Path | None = None
    workspace: Path | None = None
    mode: MigrationMode | None = None
    kind: MigrationKind = MigrationKind.LIVE
    frozen: bool = False
    importing: bool = False
    interrupted: bool = False
    thawed_at: datetime | None = None
    earlier: EarlierPart | None = None
    licence: Licence | None = None
    tenant: TenantPart | None = None
    evidence: tuple[Evidence, ...] = ()
    recovery: RecoveryPart = RecoveryPart()
    administrator: Administrator | None = None
    contact: Contact | None = None
    agreement_accepted: bool = False
    agreement_url: str | None = None
    """Where the agreement can be read, if somebody has said it."""
    notifications: Notifications = Notifications()
    checklist: ChecklistPart = ChecklistPart()
    checks: ChecksPart = ChecksPart()
    upload: UploadPart = UploadPart()
    planned: PlannedPart = PlannedPart()
    estimate: EstimatePart = EstimatePart()
    result: ResultPart | None = None

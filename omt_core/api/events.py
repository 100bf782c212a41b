"""Events: what the core tells whoever watches. Observers cannot change the run.

An event that is `droppable` may be left out for a slow subscriber, since a later one of its kind says all; no other is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from omt_core.api.findings import Finding

_WEB_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,255}(?:/[A-Za-z0-9._~!$&()*+,;=:@/?%#-]{0,500})?")
"""Of a host, without a name or password before it, and without characters that mean anything to a page or a shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The base. `kind` is the name in JSON."""

    kind: ClassVar[str] = "event"
    droppable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStarted(Event):
    """A phase (a step of W2) begins."""

    kind: ClassVar[str] = "phase-started"
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFinished(Event):
    """A phase ended well."""

    kind: ClassVar[str] = "phase-finished"
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCalled(Event):
    """A plugin is asked something: `moment` is `before` or `after`."""

    kind: ClassVar[str] = "hook"
    hook: str
    plugin: str
    moment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAsked(Event):
    """A plugin is asked one of the checks, the `number`th question of `total` of this round."""

    kind: ClassVar[str] = "check"
    droppable: ClassVar[bool] = True
    check: str
    plugin: str
    number: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRaised(Event):
    """A rule found something."""

    kind: ClassVar[str] = "finding"
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """One line for a person: what the tool just did or decided."""

    kind: ClassVar[str] = "notice"
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineSilent(Event):
    """The online side says nothing for so long that it was told, or it is heard again."""

    kind: ClassVar[str] = "online-silent"
    silent: bool


class StageState(StrEnum):
    """What a row of the upload table is doing (W74, W79)."""

    WAITING = "waiting"
    ANALYSING = "analysing"
    UPLOADING = "uploading"
    SKIPPING = "skipping"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChanged(Event):
    """A row of the upload table changes state. `detail` is the whole text of its cell, or empty (W74)."""

    kind: ClassVar[str] = "stage"
    stage: str
    title: str
    state: StageState
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress(Event):
    """How far a row is. Bytes are those of the items; `sent` went over the line, `skipped` was there before."""

    kind: ClassVar[str] = "progress"
    droppable: ClassVar[bool] = True
    stage: str
    items_done: int
    items_total: int
    bytes_done: int
    bytes_total: int
    sent_bytes: int
    skipped_bytes: int
    detail: str = ""


class SendingState(StrEnum):
    """What a machine of a transfer is doing. One that is gone may come back."""

    WAITING = "waiting"
    SENDING = "sending"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingMachine:
    """One of several machines that a transfer runs on, by a name that may be anything.

    `sent_bytes` went over the line, `rate` is bytes per second now, None where nothing can be said; `heard` is when it
    was last heard of, in UTC.
    """

    name: str
    state: SendingState
    items: int = 0
    sent_bytes: int = 0
    rate: float | None = None
    heard: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinesProgress(Event):
    """All machines of a transfer that runs on several, with what each has done in it: told every few seconds.

    `dashboard` is where the engine that runs them shows its own page; it is taken only if it is a plain address of
    http or https.
    """

    kind: ClassVar[str] = "machines"
    machines: tuple[SendingMachine, ...]
    dashboard: str = ""

    def __post_init__(self) -> None:
        if not _WEB_ADDRESS.fullmatch(self.dashboard):
            object.__setattr__(self, "dashboard", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPlanned(Event):
    """The upload shall begin later: at a moment in UTC, in ISO form, or not any more where that is empty."""

    kind: ClassVar[str] = "start-planned"
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """A run ended, or could not even begin.

    `error` is the code of what ended it, or empty. `migration` is `live` or `test`, or empty where that was not known
    yet; `planned` tells that it was to begin at a planned moment. Files are counted over all runs of the migration,
    `sent_bytes` are those of this one.
    """

    kind: ClassVar[str] = "run-ended"
    exit_code: int
    error: str = ""
    migration: str
    planned: bool = False
    completed: bool = False
    sent_files: int = 0
    sent_bytes: int = 0
    left_behind: int = 0


class EventSink(Protocol):
    """Where events go."""

    def emit(self, event: Event) -> None:
        """Tell all observers; never blocks and never fails."""
        ...

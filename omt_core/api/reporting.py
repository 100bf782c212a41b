"""What a report is made from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from omt_core.api.decisions import Decisions, MigrationKind, MigrationMode
from omt_core.api.events import SendingMachine
from omt_core.api.findings import Finding
from omt_core.api.installation import Licence
from omt_core.api.items import ItemRecord, ItemState
from omt_core.api.stages import StageTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """A part of the report that a plugin adds: a table with a title. `order` places it, ties by title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseTiming:
    """When a phase of a run began and ended; `finished` is None where it was cut short.

    How long it lasted is `seconds`, and no difference of the two: the clock may have been set meanwhile. `steady` is
    what the machine's steady clock (`time.monotonic`) showed when it began, which says something only while the phase
    goes on; None where an earlier version began it.
    """

    phase: str
    started: datetime
    finished: datetime | None
    steady: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run of the tool on this migration, as the journal has it. Times are UTC; `error` is what stopped it.

    `seconds` is how long it lasted, whatever was done to the clock; None where it was cut short.
    """

    number: int
    started: datetime
    finished: datetime | None
    mode: MigrationMode
    exit_code: int | None
    sent_bytes: int
    phases: tuple[PhaseTiming, ...] = ()
    error: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRecord:
    """What `omt estimate` said last, in seconds, of how many files and bytes; made in UTC.

    Once a migration was completed afterwards, `took` is how long the phase Upload lasted in all of `runs`; before the
    estimate there had been `uploads_before` phases of that name, None where an earlier version did not count them.
    """

    made: datetime
    shortest: float
    longest: float
    files: int
    bytes: int
    took: float | None = None
    runs: tuple[int, ...] = ()
    uploads_before: int | None = None

    @property
    def off(self) -> float | None:
        """By which factor it took longer than the longest or, below 1, less than the shortest; 1 within the range."""
        if self.took is None:
            return None
        # Below a second nothing is told apart: the estimate of an empty archive is 0.
        took, longest, shortest = (max(1.0, seconds) for seconds in (self.took, self.longest, self.shortest))
        return max(took / longest, min(1.0, took / shortest))


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRecord:
    """Everything a report may say. `records` streams the items, since there may be millions.

    `kind` is what began or was completed; `decisions.kind` is what was asked for last, which may have been refused.
    While a full run is `replacing` a completed test, `receipt` is still that of the test. While the tenant may
    be `importing` a live migration it is not known here how that ended, and users must stay out. `machines` are those
    that transfers ran on, where these were several; `dashboard` is where they are shown while that goes on.
    """

    workspace: Path
    licence: Licence | None
    decisions: Decisions
    kind: MigrationKind
    runs: tuple[RunSummary, ...]
    totals: Mapping[str, StageTotals]
    stage_titles: Mapping[str, str]
    findings: tuple[Finding, ...]
    waived: frozenset[Finding]
    plugins: Mapping[str, str]
    receipt: Path | None
    frozen: bool
    records: Callable[[Sequence[ItemState]], AsyncIterator[Sequence[ItemRecord]]]
    changes_online: Mapping[str, int] = field(default_factory=dict)
    estimate: EstimateRecord | None = None
    replacing: bool = False
    importing: bool = False
    machines: tuple[SendingMachine, ...] = ()
    dashboard: str = ""

    @property
    def completed(self) -> bool:
        """Whether what the record is of was completed."""
        return self.receipt is not None and not self.replacing

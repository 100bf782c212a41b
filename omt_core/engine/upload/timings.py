"""What transfers measured, and what was estimated: kept in the journal, so that one narrows and judges the other."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import TypeAdapter

from omt_core.api.calls import PastTransfer
from omt_core.api.items import Item
from omt_core.api.reporting import EstimateRecord, RunSummary
from omt_core.api.stages import UploadStage
from omt_core.engine.phases import UPLOAD
from omt_core.journal import Journal

_OWNER: Final = "core"
_MEASURED: Final = "transfers.measured"
_ESTIMATE: Final = "estimate"
_KEPT: Final = 20
"""How many transfers are remembered; an estimate looks at the latest."""

_PAST: Final = TypeAdapter(tuple[PastTransfer, ...])
_RECORD: Final = TypeAdapter(EstimateRecord)


@dataclass(slots=True)
class Stopwatch:
    """Takes the time of one transfer, and beside it that of reading the database. `limit` is in bytes per second."""

    limit: int | None
    _began: float = field(default_factory=time.monotonic)
    _database: float = 0.0

    def timed(self, stage: UploadStage) -> UploadStage:
        """Return the stage; one of the database is timed while its items are told."""
        return replace(stage, items=lambda: self._watched(stage)) if stage.kind == "database" else stage

    async def _watched(self, stage: UploadStage) -> AsyncIterator[Sequence[Item]]:
        began = time.monotonic()
        async for batch in stage.items():
            yield batch
        self._database = time.monotonic() - began

    async def stop(self, journal: Journal, stages: Sequence[UploadStage]) -> None:
        """Keep what was measured of the transfer of these stages."""
        seconds = time.monotonic() - self._began
        totals, runs = await journal.items.totals(), await journal.runs.all()
        files = [totals[stage.name] for stage in stages if stage.kind == "files" and stage.name in totals]
        tables = [totals[stage.name] for stage in stages if stage.kind == "database" and stage.name in totals]
        measured = PastTransfer(
            run=runs[-1].number,
            ended=datetime.now(UTC),
            seconds=seconds,
            files=sum(one.sent_items for one in files),
            skipped_files=sum(one.skipped_items for one in files),
            sent_bytes=runs[-1].sent_bytes,
            database_bytes=sum(one.confirmed_bytes for one in tables),
            database_seconds=self._database,
            limit=self.limit,
        )
        await _keep(journal, (*await past_transfers(journal), measured))


async def note_import(journal: Journal, seconds: float) -> None:
    """Add to what was measured last how long the tenant took to verify and import."""
    past = await past_transfers(journal)
    if past:
        await _keep(journal, (*past[:-1], replace(past[-1], import_seconds=seconds)))


async def past_transfers(journal: Journal) -> tuple[PastTransfer, ...]:
    """Return what earlier transfers of this migration measured, oldest first."""
    text = await journal.notes.of(_OWNER).recall(_MEASURED)
    return () if text is None else _PAST.validate_json(text)


async def keep_estimate(journal: Journal, record: EstimateRecord) -> None:
    """Keep an estimate in the place of an earlier one; the upload that it is about judges it."""
    await journal.notes.of(_OWNER).remember(_ESTIMATE, _RECORD.dump_json(record).decode())


async def kept_estimate(journal: Journal) -> EstimateRecord | None:
    """Return the estimate that was made last, or None."""
    text = await journal.notes.of(_OWNER).recall(_ESTIMATE)
    return None if text is None else _RECORD.validate_json(text)


async def judge_estimate(journal: Journal) -> None:
    """Say of the estimate, once the migration that it was made for is completed, how long that took in all its runs."""
    record = await kept_estimate(journal)
    if record is None or record.took is not None:
        return
    runs = [run for run in await journal.runs.all() if run.started >= record.made and _uploads(run)]
    took = sum((_uploaded(run, last=run is runs[-1]) for run in runs), timedelta())
    await keep_estimate(journal, replace(record, took=took.total_seconds(), runs=tuple(run.number for run in runs)))


async def _keep(journal: Journal, past: Sequence[PastTransfer]) -> None:
    await journal.notes.of(_OWNER).remember(_MEASURED, _PAST.dump_json(tuple(past[-_KEPT:])).decode())


def _uploads(run: RunSummary) -> bool:
    return any(phase.phase == UPLOAD.name for phase in run.phases)


def _uploaded(run: RunSummary, *, last: bool) -> timedelta:
    """Return how long a run was in the phase Upload; what a killed run lost is not known and counts as nothing."""
    now = datetime.now(UTC) if last else None
    phases = [phase for phase in run.phases if phase.phase == UPLOAD.name]
    ends = ((phase.started, phase.finished or run.finished or now) for phase in phases)
    return sum((end - begin for begin, end in ends if end is not None), timedelta())

"""What transfers measured, and what was estimated: kept in the journal, so that one narrows and judges the other."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from pydantic import TypeAdapter

from omt_core.api.calls import PastTransfer
from omt_core.api.items import Item
from omt_core.api.reporting import EstimateRecord, PhaseTiming, RunSummary
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


async def keep_estimate(journal: Journal, record: EstimateRecord) -> EstimateRecord:
    """Keep an estimate in the place of an earlier one, and return it; the uploads that come after it judge it."""
    kept = replace(record, uploads_before=len(_uploads(await journal.runs.all())))
    await _remember_estimate(journal, kept)
    return kept


async def kept_estimate(journal: Journal) -> EstimateRecord | None:
    """Return the estimate that was made last, or None."""
    text = await journal.notes.of(_OWNER).recall(_ESTIMATE)
    return None if text is None else _RECORD.validate_json(text)


async def judge_estimate(journal: Journal) -> None:
    """Say of the estimate, once the migration that it was made for is completed, how long that took in all its runs."""
    record = await kept_estimate(journal)
    if record is None or record.took is not None or record.uploads_before is None:
        return
    uploads = _uploads(await journal.runs.all())[record.uploads_before :]
    took = sum(_seconds(phase, last=phase is uploads[-1][1]) for _, phase in uploads)
    runs = dict.fromkeys(number for number, _ in uploads)
    await _remember_estimate(journal, replace(record, took=took, runs=tuple(runs)))


async def _keep(journal: Journal, past: Sequence[PastTransfer]) -> None:
    await journal.notes.of(_OWNER).remember(_MEASURED, _PAST.dump_json(tuple(past[-_KEPT:])).decode())


async def _remember_estimate(journal: Journal, record: EstimateRecord) -> None:
    await journal.notes.of(_OWNER).remember(_ESTIMATE, _RECORD.dump_json(record).decode())


def _uploads(runs: Sequence[RunSummary]) -> list[tuple[int, PhaseTiming]]:
    """Return the phases Upload of all runs, oldest first, each with the number of its run."""
    return [(run.number, phase) for run in runs for phase in run.phases if phase.phase == UPLOAD.name]


def _seconds(phase: PhaseTiming, *, last: bool) -> float:
    """Return how long a phase lasted, the last one by now; what a killed run took is not known, and counts as none."""
    if phase.seconds is not None:
        return phase.seconds
    return time.monotonic() - phase.steady if last and phase.steady is not None else 0.0

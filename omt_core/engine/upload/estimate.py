"""What a migration would take and send: an estimate with a short probe, and the forecast of a dry run.

Both leave nothing behind but what they said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.to_thread
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.decisions import MigrationKind, RecoveryChoice
from omt_core.api.errors import ONLINE_NOT_NAMED
from omt_core.api.plugin import Plugin
from omt_core.api.reporting import EstimateRecord
from omt_core.api.sentence import sentence
from omt_core.api.stages import UploadStage
from omt_core.engine.findings import left_behind
from omt_core.engine.opening import near_readers
from omt_core.engine.runner import Step
from omt_core.engine.session import MigrationSession
from omt_core.engine.upload.run import stages_of
from omt_core.engine.upload.timings import keep_estimate, past_transfers
from omt_core.engine.workspace import JOURNAL_FILE, locked, make_private
from omt_core.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateUpload(Step[calls.Estimate]):
    """Have the transfer plugin estimate all file stages.

    The database counts as what an earlier run moved, and before the first one as what its own statistics say.

    `limit` is the rate limit that the run will have, in bytes per second. In recovery without a choice it is the first
    that is possible. The inventory is journalled, in what must be a copy of the journal. Raises `OnlineError`, and
    `ChoiceNeededError` for a choice that is not possible.
    """

    kind: MigrationKind
    recover: RecoveryChoice | None
    limit: int | None

    @override
    async def perform(self, session: MigrationSession) -> calls.Estimate:
        target = session.now.located.target
        if target is None:
            raise ONLINE_NOT_NAMED.error(sentence("An estimate needs the tenant."))
        await session.choose_recovery(self.recover or next(iter(session.now.located.plan.choices), None))
        migration = await target.open(
            session.now.located.licence,
            session.now.decisions.kind if session.now.only_missing else self.kind,
            session.now.decisions.recovery,
        )
        try:
            async with (
                session.now.located.database.snapshot() as snapshot,
                near_readers(session.engine.dispatch, session.now.run) as near,
            ):
                stages = await stages_of(session, snapshot, files_only=False, near=near)
                moved, stored = await _database_bytes(session, stages)
                return await session.engine.dispatch.one(
                    Plugin.estimate_transfer,
                    calls.EstimateTransfer(
                        stages=[stage for stage in stages if stage.kind != "database"],
                        migration=migration,
                        workspace=session.now.folder,
                        database_bytes=moved,
                        database_source_bytes=stored,
                        run=session.now.run,
                        journal=session.journal,
                        baseline_only=session.now.only_missing,
                        past=await past_transfers(session.journal),
                        limit=self.limit,
                    ),
                )
        finally:
            with anyio.CancelScope(shield=True):
                await migration.aclose()


async def _database_bytes(session: MigrationSession, stages: Sequence[UploadStage]) -> tuple[int, int]:
    """Return how large the parts of the database were that an earlier run moved, else 0 and what its source stores."""
    if session.now.only_missing:
        return 0, 0
    items = session.journal.items
    known = {stage.name for stage in await items.stages() if stage.kind == "database"}
    moved = sum(total.bytes for name, total in (await items.totals()).items() if name in known)
    asked = [] if moved else [stage.source_bytes for stage in stages if stage.source_bytes is not None]
    return moved, sum([await ask() or 0 for ask in asked])


async def keep(found: calls.Estimate, folder: Path) -> None:
    """Journal an estimate in the migration's workspace. Raises `InputError` while a run works there."""
    await anyio.to_thread.run_sync(make_private, folder)
    async with locked(folder), Journal.open(folder / JOURNAL_FILE) as journal:
        await keep_estimate(journal, _record(found, datetime.now(UTC)))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepEstimate(Step[EstimateRecord]):
    """Journal an estimate that was made beside this session."""

    found: calls.Estimate
    made: datetime

    @override
    async def perform(self, session: MigrationSession) -> EstimateRecord:
        return await keep_estimate(session.journal, _record(self.found, self.made))


def _record(found: calls.Estimate, made: datetime) -> EstimateRecord:
    return EstimateRecord(
        made=made,
        shortest=found.shortest,
        longest=found.longest,
        files=found.files_to_send,
        bytes=found.bytes_to_send,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageForecast:
    """What a stage of files would send: files that are not confirmed online, at most so many bytes.

    And what it would leave behind: `left_behind` is those missing, those failed and those left out.
    """

    stage: str
    title: str
    files: int
    bytes: int
    missing: int
    failed: int
    left_out: int
    left_behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast(Step[Sequence[StageForecast]]):
    """Take the inventory into the journal, in a dry run a copy that is thrown away, and say what it comes to."""

    @override
    async def perform(self, session: MigrationSession) -> Sequence[StageForecast]:
        async with (
            session.now.located.database.snapshot() as snapshot,
            near_readers(session.engine.dispatch, session.now.run) as near,
        ):
            stages = await stages_of(session, snapshot, files_only=True, near=near)
            await session.journal.items.record_stages(stages)
            for stage in stages:
                async for batch in stage.items():
                    await session.journal.items.record_inventory(
                        batch, baseline_only=session.now.only_missing and not stage.takes_new
                    )
                await session.journal.items.finish_inventory(stage.name, gone=() if stage.may_be_blind else None)
        totals = await session.journal.items.totals()
        session.log.supersede("left-behind", await left_behind(session.journal, session.engine.host.codes))
        return [
            StageForecast(
                stage=stage.name,
                title=stage.title,
                files=total.items - total.confirmed_items - total.left_behind,
                bytes=total.bytes - total.confirmed_bytes,
                missing=total.missing,
                failed=total.failed,
                left_out=total.left_out,
                left_behind=total.left_behind,
            )
            for stage in stages
            if (total := totals.get(stage.name)) is not None
        ]

"""A transfer: all stages at once over one line, each committed as soon as it is whole."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import anyio.abc

from omt_core.api import ItemRecord, ItemState, sentence
from omt_core.api.calls import Transfer, TransferSummary
from omt_upload.batches import PendingBatches
from omt_upload.commit import commit_stage
from omt_upload.errors import CONTENTS_STILL_MISSING
from omt_upload.first_error import first_error
from omt_upload.inventory import prepare, settle_copied_ahead, take_inventory
from omt_upload.lanes.lane import Lane, Lanes, here
from omt_upload.resumption import give_up_unclaimed, resume
from omt_upload.settings import UploadSettings
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import TransferContext, context_for


async def transfer(call: Transfer, settings: UploadSettings, lanes: Lanes = here) -> TransferSummary:
    """Move all items of all stages. Whatever ends it early, the same call later goes on from there.

    Batches leave by `lanes`; what is sent when, what became of it and what is committed is decided here.
    """
    context = context_for(call, settings)
    ways = lanes(context)
    works = [StageTransfer(context, stage) for stage in call.stages]
    try:
        with first_error():
            await resume(context)
            async with anyio.create_task_group() as keeping:
                keeping.start_soon(_keep_claim, context)
                async with anyio.create_task_group() as stages:
                    for work in works:
                        stages.start_soon(_move_stage, work, ways)
                keeping.cancel_scope.cancel()
            if not context.stopping:
                await give_up_unclaimed(context)
    finally:
        context.readers.close()
    return TransferSummary(
        findings=context.file_findings.findings(),
        failed=sum(work.failed for work in works),
        stopped=context.stopping,
        gone=tuple(work.gone for work in works if work.gone is not None),
    )


async def _keep_claim(context: TransferContext) -> None:
    """Ask for nothing now and then: a claim that rests while the database is read could be taken by another machine."""
    while True:
        await anyio.sleep(context.settings.seconds_between_signs_of_life)
        await context.migration.missing(())


async def _move_stage(work: StageTransfer, lanes: Sequence[Lane]) -> None:
    await prepare(work)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(take_inventory, work)
        await _send_pending(work, lanes, tasks)
    if work.context.stopping:
        return
    await settle_copied_ahead(work)
    if work.stage.removes_sources:
        await _remove_all_sources(work)
    if work.context.call.commit and not await _commit_whole(work):
        # The online side lost something that the journal believed in. What is pending again is sent again, once.
        async with anyio.create_task_group() as tasks:
            await _send_pending(work, lanes, tasks)
        if work.context.stopping:
            return
        if not await _commit_whole(work):
            raise CONTENTS_STILL_MISSING.error(
                sentence(
                    "The online side lacks contents of the stage {stage}, also after they were sent again.",
                    stage=work.stage.title,
                )
            )
    totals = await work.context.journal.items.totals(stage=work.stage.name)
    work.meter.finished(work.failed, totals[work.stage.name].left_behind if work.stage.name in totals else 0)


async def _commit_whole(work: StageTransfer) -> bool:
    """Commit a stage unless items of it failed; returns False when it has pending items again."""
    return bool(work.failed) or await commit_stage(work)


async def _send_pending(work: StageTransfer, lanes: Sequence[Lane], tasks: anyio.abc.TaskGroup) -> None:
    batches = PendingBatches(work, lanes)
    async with anyio.create_task_group() as takers:
        for lane in lanes:
            takers.start_soon(_send_by, lane, work, batches, tasks)


async def _send_by(lane: Lane, work: StageTransfer, batches: PendingBatches, tasks: anyio.abc.TaskGroup) -> None:
    while True:
        if (lost := work.lost) is not None:
            work.lost = None
            await work.wait_for(lost)
        batch = await batches.next(lane)
        if batch is None:
            return
        slot = object()
        await lane.slots.acquire_on_behalf_of(slot)
        tasks.start_soon(_send, lane, work, batches, batch, slot)


async def _send(
    lane: Lane, work: StageTransfer, batches: PendingBatches, batch: Sequence[ItemRecord], slot: object
) -> None:
    try:
        await lane.send(work, batch)
    finally:
        lane.slots.release_on_behalf_of(slot)
        batches.let_go(lane, batch)


async def _remove_all_sources(work: StageTransfer) -> None:
    """Delete what a crash left spooled although it was confirmed, or what an earlier run had confirmed already."""
    async for records in work.context.journal.items.records(stage=work.stage.name, states=(ItemState.CONFIRMED,)):
        await work.remove_sources(records)

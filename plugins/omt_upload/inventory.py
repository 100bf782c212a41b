"""The inventory of a stage, journalled batch by batch while its first items are already on their way."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

import anyio

from omt_core.api import Differences, Item, StageTotals
from omt_upload.findings import GONE_ON_SITE, NEWER_DOCUMENT
from omt_upload.stage_work import StageWork

_BATCH: Final = 2_000


async def prepare(work: StageWork) -> None:
    """Look at what an earlier run left of this stage, before anything is added to it."""
    journal, stage = work.pipe.journal, work.stage
    if stage.kind == "database":
        await _forget_other_snapshot(work)
    # Items that an earlier run left may not be wanted any more: the inventory must have told of them, and the others be
    # forgotten, before one is touched.
    work.waits_for_inventory = bool(await journal.pending(stage=stage.name, limit=1))


async def take_inventory(work: StageWork) -> None:
    """Journal all items that the stage tells of; a stop ends it between two batches, and then it is not complete.

    A stage that can tell the differences from the baseline is asked for those first, where they are all that matters.
    """
    work.meter.analysing()
    gone: Sequence[str] | None = None
    batches = work.stage.items()
    try:
        with anyio.CancelScope() as waiting:
            async with anyio.create_task_group() as watch:
                watch.start_soon(_cancel_when_stopped, work, waiting)
                if work.keeps_to_baseline and (differences := await _differences(work)) is not None:
                    batches, gone = _told(differences.items), differences.gone
                async for batch in batches:
                    with anyio.CancelScope(shield=True):
                        await _record(work, batch)
                    if work.pipe.stopping:
                        break
                watch.cancel_scope.cancel()
    finally:
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()
    if not work.pipe.stopping:
        await _complete(work, gone)
    work.wake()


async def _differences(work: StageWork) -> Differences | None:
    find = work.stage.differences
    return None if find is None else await find(work.pipe.journal.baseline(work.stage.name))


async def _told(items: Sequence[Item]) -> AsyncIterator[Sequence[Item]]:
    for begin in range(0, len(items), _BATCH):
        yield items[begin : begin + _BATCH]


async def _complete(work: StageWork, gone: Sequence[str] | None) -> None:
    journal, stage = work.pipe.journal, work.stage.name
    known = await journal.inventory_done(stage, gone=gone)
    work.pipe.not_moved.add(GONE_ON_SITE, (record.name for record in known))
    work.meter.counted((await journal.totals(stage=stage)).get(stage, StageTotals(stage=stage)))
    work.told = True


async def _record(work: StageWork, batch: Sequence[Item]) -> None:
    if batch:
        unknown = await work.pipe.journal.record_items(batch, baseline_only=work.keeps_to_baseline)
        work.pipe.not_moved.add(NEWER_DOCUMENT, (item.name for item in unknown))
        work.meter.seen(len(batch) - len(unknown), sum(item.size for item in batch) - sum(i.size for i in unknown))
        work.wake()


async def _forget_other_snapshot(work: StageWork) -> None:
    """Parts of different snapshots never meet: what another snapshot's run journalled is forgotten first."""
    name = f"snapshot/{work.stage.name}"
    journal, snapshot = work.pipe.journal, work.pipe.call.snapshot
    if await journal.recall(name) != snapshot:
        await journal.reset_stage(work.stage.name)
        await journal.remember(name, snapshot)


async def _cancel_when_stopped(work: StageWork, waiting: anyio.CancelScope) -> None:
    await work.pipe.call.stop.wait()
    waiting.cancel()

"""The inventory of a stage, journalled batch by batch while its first items are already on their way."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

import anyio

from omt_core.api import (
    SUBJECTS_SHOWN,
    Differences,
    FolderAwayError,
    FoundFiles,
    InventoryState,
    Item,
    ItemRecord,
    ItemState,
    StageTotals,
    TransferJournal,
)
from omt_core.api.calls import GoneFiles
from omt_upload.findings import GONE_ON_SITE, KEPT_ONLINE, NEWER_DOCUMENT, FileFindings
from omt_upload.first_error import first_error
from omt_upload.stage_transfer import StageTransfer

_BATCH: Final = 2_000

SYSTEM_HAS_CHANGE_TIME = os.name == "posix"
"""Whether items tell when anything of their file was changed, which nobody can set back."""


class _AbsentItems:
    """Counts what an inventory tells to be missing, and keeps the first names; memory stays flat.

    Those that an earlier run had sent are online all the same.
    """

    def __init__(self) -> None:
        self.count = 0
        self._names: dict[str, str] = {}

    def add(self, items: Iterable[Item]) -> None:
        """Note that the files of these items are not on site."""
        for item in items:
            self.count += 1
            if len(self._names) < SUBJECTS_SHOWN:
                self._names[item.key] = item.name

    async def kept(self, journal: TransferJournal, stage: str) -> tuple[int, Sequence[str]]:
        """Count those that are not missing for the journal, since what was sent stays online; with the first names."""
        if not self.count:
            return 0, ()
        names, missing = dict(self._names), 0
        async for batch in journal.items.records(stage=stage, states=(ItemState.MISSING,)):
            missing += len(batch)
            for record in batch:
                names.pop(record.key, None)
        # Beyond the first it is the difference, which a file that vanished while it was read makes too small.
        return max(len(names), self.count - missing), tuple(names.values())


async def prepare(work: StageTransfer) -> None:
    """Look at what an earlier run left of this stage, before anything is added to it."""
    journal, stage = work.context.journal, work.stage
    if stage.kind == "database":
        await _forget_other_snapshot(work)
    else:
        work.by_content = await _compares_contents(work)
    # Items that an earlier run left may not be wanted any more: the inventory must have told of them, and the others be
    # forgotten, before one is touched.
    work.waits_for_inventory = bool(await journal.items.pending(stage=stage.name, limit=1))


async def take_inventory(work: StageTransfer) -> None:
    """Journal all items that the stage tells of; a stop ends it between two batches, and then it is not complete.

    A stage that can tell the differences from the baseline is asked for those first, where they are all that matters.
    While a folder is away it waits, and then begins anew: what it has told by then is as it was.
    """
    while not work.context.stopping:
        try:
            await _tell_all(work)
            break
        except FolderAwayError as lost:
            await work.wait_for(lost)
    work.wake()


async def _tell_all(work: StageTransfer) -> None:
    work.meter.analysing()
    gone: Sequence[str] | None = None
    newer, absent = FileFindings(), _AbsentItems()
    batches = work.stage.items()
    try:
        with first_error(), anyio.CancelScope() as waiting:
            async with _memory_for(work), anyio.create_task_group() as watch:
                watch.start_soon(_cancel_when_stopped, work, waiting)
                if (differences := await _differences(work)) is not None:
                    batches, gone = _told(differences.items), differences.gone
                async for batch in batches:
                    with anyio.CancelScope(shield=True):
                        await _record(work, batch, newer, absent)
                    if work.context.stopping:
                        break
                watch.cancel_scope.cancel()
    finally:
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()
    if not work.context.stopping:
        work.context.file_findings.include(newer)
        await _complete(work, gone, absent)


def _memory_for(work: StageTransfer) -> AbstractAsyncContextManager[None]:
    """Leave memory to a stage that reads tables, from its beginning: so nothing is lent that had to come back."""
    return work.context.readers.sparing() if work.stage.kind == "database" else nullcontext()


async def _differences(work: StageTransfer) -> Differences | None:
    find = work.stage.differences if work.keeps_to_baseline and not work.by_content else None
    return None if find is None else await find(work.context.journal.items.baseline(work.stage.name))


async def _told(items: Sequence[Item]) -> AsyncIterator[Sequence[Item]]:
    for begin in range(0, len(items), _BATCH):
        yield items[begin : begin + _BATCH]


async def _complete(work: StageTransfer, gone: Sequence[str] | None, absent: _AbsentItems) -> None:
    journal, stage = work.context.journal, work.stage.name
    if gone is None and work.stage.may_be_blind:
        gone = ()
    known = await journal.items.finish_inventory(stage, gone=gone)
    work.context.file_findings.add(GONE_ON_SITE, (record.name for record in known))
    work.meter.counted((await journal.items.totals(stage=stage)).get(stage, StageTotals(stage=stage)))
    work.told = True
    if gone is None and not work.keeps_to_baseline:
        work.gone = await _no_longer_there(work, absent, known)


async def _no_longer_there(
    work: StageTransfer, absent: _AbsentItems, forgotten: Sequence[ItemRecord]
) -> GoneFiles | None:
    kept, names = await absent.kept(work.context.journal, work.stage.name)
    work.context.file_findings.add(KEPT_ONLINE, names, count=kept)
    keys = tuple(record.key for record in forgotten if record.state is ItemState.CONFIRMED)
    if not kept and not keys:
        return None
    return GoneFiles(stage=work.stage.name, kept=kept, names=tuple(names), forgotten=keys)


async def _record(work: StageTransfer, batch: Sequence[Item], newer: FileFindings, absent: _AbsentItems) -> None:
    if batch:
        if not isinstance(batch, FoundFiles):
            absent.add(item for item in batch if item.presence is InventoryState.MISSING)
            work.late.update(item.key for item in batch if item.recalled)
        unknown = await work.context.journal.items.record_inventory(
            batch, baseline_only=work.keeps_to_baseline, by_content=work.by_content
        )
        newer.add(NEWER_DOCUMENT, (item.name for item in unknown))
        size = sum(batch.sizes if isinstance(batch, FoundFiles) else (item.size for item in batch))
        work.meter.seen(len(batch) - len(unknown), size - sum(item.size for item in unknown))
        work.add(batch.keys if isinstance(batch, FoundFiles) else [item.key for item in batch])


async def _forget_other_snapshot(work: StageTransfer) -> None:
    """Parts of different snapshots never meet: what another snapshot's run journalled is forgotten first."""
    name = f"snapshot/{work.stage.name}"
    notes, snapshot = work.context.call.notes, work.context.call.snapshot
    if await notes.recall(name) != snapshot:
        await work.context.journal.items.reset_stage(work.stage.name)
        await notes.remember(name, snapshot)


async def _compares_contents(work: StageTransfer) -> bool:
    """Tell whether what earlier runs confirmed is to be read again: size and time can be kept by who writes a file."""
    call, trust = work.context.call, work.context.settings.trust
    if trust == "auto" and not call.commit:
        await call.notes.remember(_copied_ahead(work), "yes")
    if trust != "auto" or not call.commit or call.baseline_only:
        return trust == "content"
    return not SYSTEM_HAS_CHANGE_TIME and await call.notes.recall(_copied_ahead(work)) == "yes"


async def settle_copied_ahead(work: StageTransfer) -> None:
    """Note that what was copied ahead of a stage was compared with the site: the next run need not do it again."""
    if work.by_content and work.context.call.commit:
        await work.context.call.notes.remember(_copied_ahead(work), "compared")


def _copied_ahead(work: StageTransfer) -> str:
    return f"copied-ahead/{work.stage.name}"


async def _cancel_when_stopped(work: StageTransfer, waiting: anyio.CancelScope) -> None:
    await work.context.call.stop.wait()
    waiting.cancel()

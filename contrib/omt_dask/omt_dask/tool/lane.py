"""The lane of a home: batches of files below its roots go to its workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import anyio
from omt_core.api import ItemId, ItemRecord, Notice, OmtError, folder_away, joined, sentence
from omt_upload.lanes.away_lane import AwayLane
from omt_upload.lanes.batch_sender import AwayFolder, Batch, BatchResult
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import TransferContext
from typing_extensions import override

from omt_dask.tool.fleet import ANYWHERE, Fleet
from omt_dask.tool.homes import Roots

_SECONDS_BETWEEN_LOOKS: Final = 2.0


class HomeLane(AwayLane):
    """Has the workers of a home send what lies below its roots, and parts of tables where they see what is spooled."""

    def __init__(
        self,
        context: TransferContext,
        fleet: Fleet,
        home: str,
        roots: Roots,
        spool: Roots,
        *,
        batches_ahead: int,
        retries: int,
    ) -> None:
        super().__init__(context, slots=batches_ahead)
        self.roots = (*roots.there, *spool.there)
        self._fleet = fleet
        self._home = home
        self._roots = roots
        self._spool = spool
        self._at_work: Counter[StageTransfer] = Counter()
        self._shown: set[StageTransfer] = set()
        self._away_since: float | None = None
        self._waiting = anyio.Lock()
        self._retries = retries
        self._failures: Counter[ItemId] = Counter()
        self._batches_ahead = batches_ahead
        self._resize()
        fleet.follow(self._follow)

    def _follow(self) -> None:
        self._resize()
        for work in tuple(self._at_work):
            self._show(work)

    def _resize(self) -> None:
        """Hand out as much as the workers that are there now can take; where there is none, what the first will."""
        self.slots.total_tokens = max(1, self._fleet.capacity.get(self._home, 0)) * self._batches_ahead

    def _show(self, work: StageTransfer) -> None:
        """Show a stage as paused while it has batches here and no worker is there for them."""
        if work not in self._shown and work in self._at_work and self._fleet.lacks(self._home):
            self._shown.add(work)
            work.meter.paused(
                sentence("Paused: no worker of {home} is left", home=self._home)
                if self._home
                else sentence("Paused: no worker is left")
            )
        elif work in self._shown and not (work in self._at_work and self._fleet.lacks(self._home)):
            self._shown.remove(work)
            work.meter.resumed()

    @override
    async def send(self, work: StageTransfer, batch: Sequence[ItemRecord]) -> None:
        self._at_work[work] += 1
        try:
            self._show(work)
            await super().send(work, batch)
        finally:
            self._at_work[work] -= 1
            if not self._at_work[work]:
                del self._at_work[work]
            self._show(work)

    @override
    def takes(self, work: StageTransfer, record: ItemRecord) -> bool:
        if work.stage.removes_sources:
            return self.sees_spool and self._spool.hold(record.location or "")
        return _is_of_a_share(work, record) and self._roots.hold(record.location or "")

    @override
    def there(self, record: ItemRecord) -> ItemRecord:
        location = record.location or ""
        return record._replace(location=self._spool.located(location) or self._roots.located(location))

    @override
    def cannot_see_spool(self) -> None:
        if self.sees_spool:
            told = sentence(
                "The workers of {home} do not see the parts of tables: the tool sends them itself.", home=self._home
            )
            self._context.call.run.emit(Notice(message=told))
        super().cannot_see_spool()

    @override
    async def sent(self, batch: Batch) -> BatchResult:
        result = await self._fleet.sent(self._home, batch)
        if result.lost is None:
            self._away_since = None
        return result

    @override
    async def failed(self, left: Sequence[ItemRecord], error: OmtError) -> None:
        """Have it sent again, by whichever worker is free, as often as Dask does what a worker raised."""
        self._failures.update((record.stage, record.key) for record in left)
        if any(self._failures[record.stage, record.key] > self._retries for record in left):
            raise error

    @override
    async def lost(self, work: StageTransfer, lost: AwayFolder) -> None:
        """Let a while pass: what was not sent is handed out again then, and asks the folder by that."""
        shown = f"{lost.folder} ({self._home})" if self._home else lost.folder
        minutes = self._context.settings.away_minutes
        error = folder_away(Path(lost.folder), shown, lost.why, empty=lost.empty)
        async with self._waiting:
            now = anyio.current_time()
            if self._away_since is None:
                self._away_since = now
                waiting = sentence("Waiting up to {minutes:g} minutes for it.", minutes=minutes)
                self._context.call.run.emit(Notice(message=joined([error.message, waiting], " ")))
            if now - self._away_since > 60 * minutes:
                raise error
            work.meter.paused(sentence("Paused: {folder} does not answer", folder=shown))
            with anyio.move_on_after(_SECONDS_BETWEEN_LOOKS):
                await self._context.call.stop.wait()
            work.meter.resumed()


class AnywhereLane(HomeLane):
    """Has any worker send what is on a share: where the workers are of this machine, or see all as it does.

    Until they are there the tool is as near to the files as they will be, and sends itself.
    """

    def __init__(self, context: TransferContext, fleet: Fleet, *, batches_ahead: int, retries: int) -> None:
        super().__init__(context, fleet, ANYWHERE, Roots({}), Roots({}), batches_ahead=batches_ahead, retries=retries)

    @override
    def takes(self, work: StageTransfer, record: ItemRecord) -> bool:
        return self._fleet.ready.is_set() and _is_of_a_share(work, record)

    @override
    def there(self, record: ItemRecord) -> ItemRecord:
        return record


def _is_of_a_share(work: StageTransfer, record: ItemRecord) -> bool:
    """Tell whether an item is a file on site, and no copy in the workspace, which others cannot see."""
    return (
        work.stage.kind == "files"
        and record.location is not None
        and not _all_below(work.context.call.workspace).hold(record.location)
    )


@lru_cache(1)
def _all_below(folder: Path) -> Roots:
    return Roots({str(folder): str(folder)})

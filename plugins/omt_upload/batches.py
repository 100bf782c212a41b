"""The journal as the queue: pending items in batches, page by page, so that memory stays flat."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from omt_core.api.items import ItemRecord
from omt_upload.bundle import END, space
from omt_upload.stage_work import StageWork

_PAGE: Final = 1_000


class PendingBatches:
    """Hands out the pending items of a stage, each to one taker at a time.

    The inventory may add items anywhere, so pages are turned to the end and then from the beginning again, until the
    inventory is complete and nothing is left.
    """

    def __init__(self, work: StageWork) -> None:
        self._work = work
        self._page: deque[ItemRecord] = deque()
        self._after = ""

    async def next(self) -> Sequence[ItemRecord] | None:
        """Return the next batch, taken; waits for more; None when all items are settled, or on a stop."""
        work = self._work
        while not work.pipe.stopping:
            changed, told, idle = work.changed, work.told, work.idle
            if not told and work.waits_for_inventory:
                await changed.wait()
                continue
            if not self._page:
                await self._turn()
            # A short batch is worth sending only when nothing else is on its way and more may not come soon.
            if self._page and (told or idle or self._fills_a_batch()):
                batch = self._take()
                work.take(batch)
                return batch
            if told and idle and not self._page:
                return None
            self._page.clear()
            self._after = ""
            await changed.wait()
        return None

    async def _turn(self) -> None:
        """Read pages until one has an item that nobody works on, or the end is reached."""
        work = self._work
        while not self._page:
            # Whoever was at work when the page was asked for may have settled by now what it still shows as pending.
            busy = work.in_flight
            records = await work.pipe.journal.pending(stage=work.stage.name, limit=_PAGE, after=self._after)
            self._page.extend(record for record in records if record.key not in busy)
            if len(records) < _PAGE:
                self._after = ""
                return
            self._after = records[-1].key

    def _fills_a_batch(self) -> bool:
        wanted = self._work.pipe.batch_bytes
        return len(self._page) >= self._work.pipe.settings.bundle_members or (
            sum(space(record.size) for record in self._page) >= wanted
        )

    def _take(self) -> list[ItemRecord]:
        """Take as many small items as fill a bundle, or one that goes alone."""
        pipe = self._work.pipe
        batch: list[ItemRecord] = []
        room = pipe.batch_bytes - len(END)
        while self._page and len(batch) < pipe.settings.bundle_members:
            record = self._page[0]
            alone = record.size > pipe.largest_member or self._work.must_go_alone(record)
            if batch and (alone or space(record.size) > room):
                break
            batch.append(self._page.popleft())
            room -= space(record.size)
            if alone:
                break
        return batch

"""The journal as the queue: pending items in batches, page by page, so that memory stays flat."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final

from omt_core.api import ItemRecord
from omt_upload.stage_transfer import StageTransfer

_PAGE: Final = 1_000


class PendingBatches:
    """Hands out the pending items of a stage, each to one taker at a time.

    Pages are turned as the inventory adds items. It may add some anywhere, and some become pending again, so that pages
    are turned from the beginning too: whenever nothing is on its way, and once the inventory is complete.
    """

    def __init__(self, work: StageTransfer, wanted: Callable[[ItemRecord], bool] | None = None) -> None:
        """Hand out all items, or those that are `wanted` and no others."""
        self._work = work
        self._wanted = wanted
        self._page: deque[ItemRecord] = deque()
        self._after = ""
        """The key up to which everything was read."""
        self._taken = ""
        """The key up to which everything is in somebody's hand."""
        self._all_told = False
        self._last_turn = False
        """Whether it is the turn of what is read last."""

    async def next(self) -> Sequence[ItemRecord] | None:
        """Return the next batch, taken; waits for more; None when all items are settled, or on a stop."""
        work = self._work
        while not work.context.stopping:
            changed, told, idle = work.changed, work.told, work.idle
            if not told and work.waits_for_inventory:
                await changed.wait()
                continue
            await self._read_on()
            if not self._page and (idle or work.returned or told is not self._all_told):
                work.returned, self._all_told = False, told
                self._after = self._taken = ""
                await self._read_on()
            if work.context.stopping:
                return None  # what was just read may have been let go half sent, for the next run to go on with
            # A short batch is worth sending only when nothing else is on its way and more may not come soon.
            if self._page and (told or idle or self._fills_a_batch()):
                batch = self._take()
                work.take(batch)
                return batch
            if told and idle and not self._page:
                if self._last_turn or not work.late:
                    return None
                self._last_turn = True
                self._after = self._taken = ""
                continue
            self._page.clear()
            self._after = self._taken
            await changed.wait()
        return None

    async def _read_on(self) -> None:
        """Read pages until there is enough for a batch, or no more at this moment."""
        work = self._work
        while not self._fills_a_batch():
            # Whoever was at work when the page was asked for may have settled by now what it still shows as pending.
            busy = work.in_flight
            records = await work.context.journal.items.pending(stage=work.stage.name, limit=_PAGE, after=self._after)
            later: AbstractSet[str] = frozenset() if self._last_turn else work.late
            free = (record for record in records if record.key not in busy and record.key not in later)
            self._page.extend(free if self._wanted is None else filter(self._wanted, free))
            if records:
                self._after = records[-1].key
                if not self._page:
                    self._taken = self._after
            if len(records) < _PAGE:
                return

    def _fills_a_batch(self) -> bool:
        if len(self._page) >= self._work.context.settings.bundle_members:
            return True
        wanted, space = self._work.context.batch_bytes, self._work.context.framing.space
        for record in self._page:
            wanted -= space(record.size)
            if wanted <= 0:
                return True
        return False

    def _take(self) -> list[ItemRecord]:
        """Take as many small items as fill a bundle, or one that goes alone."""
        context = self._work.context
        batch: list[ItemRecord] = []
        room, space = context.batch_bytes - len(context.framing.end), context.framing.space
        largest_member = context.largest_member
        for record in islice(self._page, context.settings.bundle_members):
            size = record.size
            alone = size > largest_member or self._work.must_go_alone(record)
            needed = space(size)
            if batch and (alone or needed > room):
                break
            batch.append(record)
            room -= needed
            if alone:
                break
        for _ in batch:
            self._page.popleft()
        self._taken = batch[-1].key
        return batch

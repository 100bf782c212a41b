"""The journal as the queue: pending items in batches, read page by page, so that memory stays flat."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

import anyio

from omt_core.api import ItemRecord
from omt_upload.lanes.lane import Lane
from omt_upload.stage_transfer import StageTransfer

_PAGE: Final = 1_000


class _Gap(NamedTuple):
    """Where items are to be read, in the order of the keys: behind the key `after`, up to `until`."""

    after: str
    until: str

    @classmethod
    def of(cls, first: str, last: str) -> _Gap:
        """Return the gap from one key to another, with both."""
        return cls(first[:-1], last)  # what a key begins with stands before it

    def joined(self, other: _Gap | None) -> _Gap:
        """Return the gap from where the first begins to where the last ends."""
        return self if other is None else _Gap(min(self.after, other.after), max(self.until, other.until))

    def without(self, read: _Gap) -> _Gap | None:
        """Return what is left of it once another one was read."""
        if not read.after <= self.after < read.until:
            return self
        return None if self.until <= read.until else _Gap(read.until, self.until)


@dataclass(slots=True)
class _Queue:
    """What is known of a lane's items that are to be handed out: `records` in memory, and where others stand.

    `passed`: they were read when there was no room. `returned`: they were let go without being settled. `late`: they
    are to be sent last. `in_hand` batches are with senders.
    """

    lane: Lane
    records: deque[ItemRecord] = field(default_factory=deque[ItemRecord])
    passed: _Gap | None = None
    returned: _Gap | None = None
    late: _Gap | None = None
    takes_late: bool = False
    in_hand: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing is known of that is still to be done."""
        return not (self.records or self.passed or self.returned or self.late or self.in_hand)


class PendingBatches:
    """Hands out the pending items of a stage to its lanes, each item to one taker at a time.

    Whichever lane has too little for a batch reads the next page, and for all of them. What is another's goes into that
    one's queue; where that is full it is noted where it stands, and read again in its turn. So memory is bounded, no
    lane waits for another, and an item is read twice at most where those of each lane stand together, however many
    lanes there are.

    What the inventory adds where this has been is `behind`, and what comes back is where it was: both are read again.
    """

    def __init__(self, work: StageTransfer, lanes: Sequence[Lane]) -> None:
        """Hand out all items, each to the first of these lanes that takes it; the last one takes every item."""
        self._work = work
        self._lanes = lanes
        self._queues = {lane: _Queue(lane) for lane in lanes}
        self._reading = anyio.Lock()
        self._after = ""
        """The key up to which everything was read once."""
        self._at_end = False
        """Whether there was no more behind it."""
        self._behind: _Gap | None = None
        self._for_nothing = 0
        """How many items were read behind that were known."""
        self._held: set[str] = set()
        """The keys of all items that are in a queue or with a sender."""
        self._let_go: set[str] = set()
        """The keys of those that were let go since a page was asked for."""

    async def next(self, lane: Lane) -> Sequence[ItemRecord] | None:
        """Return the next batch of a lane, taken; waits for more; None when all items are settled, or on a stop."""
        work, queue = self._work, self._queues[lane]
        while not work.context.stopping:
            changed, told, idle = work.changed, work.told, not queue.in_hand
            if not told and work.waits_for_inventory:
                await changed.wait()
                continue
            await self._read_on(queue)
            if work.context.stopping:
                break  # what was just read may have been let go half sent, for the next run to go on with
            # A short batch is worth sending only when the lane has nothing else to do and more may not come soon.
            if queue.records and (told or idle or self._fills_a_batch(queue)):
                return self._take(queue)
            if told and self._is_over:
                break
            await changed.wait()
        work.wake()  # other lanes may wait for what becomes of this one's items
        return None

    def let_go(self, lane: Lane, batch: Sequence[ItemRecord]) -> None:
        """Note that nobody works on a batch any more; what of it is not settled is handed out again."""
        self._queues[lane].in_hand -= 1
        keys = [record.key for record in batch]
        self._held.difference_update(keys)
        self._let_go.update(keys)
        for record in self._work.let_go(batch):
            queue = self._queues[self._lane_of(record)]
            queue.returned = _Gap.of(record.key, record.key).joined(queue.returned)

    @property
    def _is_over(self) -> bool:
        return self._at_end and self._behind is None and all(queue.is_over for queue in self._queues.values())

    async def _read_on(self, queue: _Queue) -> None:
        """Read pages until there is enough for a batch, or no more at this moment."""
        while not self._fills_a_batch(queue):
            async with self._reading:
                if self._fills_a_batch(queue):
                    return  # by what another lane has read
                self._note_what_was_added()
                after = self._place_for(queue)
                if after is None:
                    return
                await self._read_page(after, queue)

    def _place_for(self, queue: _Queue) -> str | None:
        """Return behind which key a lane that has too little reads next; None where there is nothing at this moment."""
        work = self._work
        if queue.passed is None:
            queue.passed, queue.returned = queue.returned, None
        if queue.passed is not None:
            return queue.passed.after
        # What is added all over the place must not have everything that waits read anew each time.
        if self._behind is not None and (work.told or not self._held or self._for_nothing <= work.told_items):
            return self._behind.after
        if not self._at_end:
            return self._after
        if queue.late is None or not work.told or queue.in_hand:
            return None
        queue.passed, queue.late, queue.takes_late = queue.late, None, True
        return queue.passed.after

    async def _read_page(self, after: str, reader: _Queue) -> None:
        """Read the page behind a key, for a lane that has too little and with it for all."""
        work = self._work
        self._let_go.clear()
        records = await work.context.journal.items.pending(stage=work.stage.name, limit=_PAGE, after=after)
        found: defaultdict[Lane, list[ItemRecord]] = defaultdict(list)
        for record in records:
            # Whoever had it when the page was asked for may have settled by now what it still shows as pending.
            if record.key not in self._held and record.key not in self._let_go:
                found[self._lane_of(record)].append(record)
        self._at_end = len(records) < _PAGE
        last = records[-1].key if records else after
        read = _Gap(after, max(last, self._after) if self._at_end else last)
        kept = 0
        for queue in self._queues.values():
            kept += self._share(queue, found[queue.lane], read, has_room=queue is reader or len(queue.records) < _PAGE)
        if self._behind is not None and after == self._behind.after:
            self._for_nothing += len(records) - kept
        self._behind = self._behind and self._behind.without(read)
        self._after = max(self._after, read.until)
        self._note_what_was_added()

    def _share(self, queue: _Queue, own: Sequence[ItemRecord], read: _Gap, *, has_room: bool) -> int:
        """Give a lane its own items of a page; returns how many of them it keeps in memory."""
        if own and not has_room:
            queue.passed = _Gap(read.after, own[-1].key).joined(queue.passed)
            return 0
        queue.passed = queue.passed and queue.passed.without(read)
        late = [] if queue.takes_late else [record.key for record in own if record.key in self._work.late]
        if late:
            queue.late = _Gap.of(late[0], late[-1]).joined(queue.late)
            own = [record for record in own if record.key not in self._work.late]
        queue.records.extend(own)
        self._held.update(record.key for record in own)
        return len(own)

    def _note_what_was_added(self) -> None:
        """Note what the inventory has told of: what stands where this has been by now is read again."""
        for first, last in self._work.take_added():
            self._at_end = False
            if first <= self._after:
                self._behind = _Gap.of(first, min(last, self._after)).joined(self._behind)

    def _lane_of(self, record: ItemRecord) -> Lane:
        *some, rest = self._lanes
        return next((lane for lane in some if lane.takes(self._work, record)), rest)

    def _fills_a_batch(self, queue: _Queue) -> bool:
        if len(queue.records) >= self._work.context.settings.bundle_members:
            return True
        wanted, space = queue.lane.batch_bytes, self._work.context.framing.space
        for record in queue.records:
            wanted -= space(record.size)
            if wanted <= 0:
                return True
        return False

    def _take(self, queue: _Queue) -> list[ItemRecord]:
        """Take as many small items as fill a bundle, or one that goes alone."""
        context = self._work.context
        batch: list[ItemRecord] = []
        room, space = queue.lane.batch_bytes - len(context.framing.end), context.framing.space
        largest_member = context.largest_member
        for record in islice(queue.records, context.settings.bundle_members):
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
            queue.records.popleft()
        queue.in_hand += 1
        self._work.take(batch)
        return batch

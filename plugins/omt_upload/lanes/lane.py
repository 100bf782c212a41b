"""The ways by which batches leave: from this process, or from wherever the files of a batch are near."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import anyio
from typing_extensions import override

from omt_core.api import ItemRecord
from omt_upload.line.large_file import send_large_file
from omt_upload.line.small_files import send_small_files
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import TransferContext


class Lane(Protocol):
    """Sends batches of those items that it takes. `slots` bounds how many of all stages are with it at a time."""

    slots: anyio.CapacityLimiter

    @property
    def batch_bytes(self) -> int:
        """How large a batch should be now, in bytes."""
        ...

    def takes(self, work: StageTransfer, record: ItemRecord) -> bool:
        """Tell whether an item of a stage leaves by this lane; of several lanes that take one, the first has it."""
        ...

    async def send(self, work: StageTransfer, batch: Sequence[ItemRecord]) -> None:
        """Bring a batch as far as it goes: every item is settled, or stays pending and is handed out again."""
        ...


Lanes: TypeAlias = Callable[[TransferContext], Sequence[Lane]]
"""Makes the lanes of a transfer. The last one takes every item."""


class HereLane(Lane):
    """Reads and sends in this process."""

    def __init__(self, context: TransferContext) -> None:
        self.slots = context.concurrency.slots
        self._context = context

    @property
    @override
    def batch_bytes(self) -> int:
        return self._context.batch_bytes

    @override
    def takes(self, work: StageTransfer, record: ItemRecord) -> bool:
        return True

    @override
    async def send(self, work: StageTransfer, batch: Sequence[ItemRecord]) -> None:
        if len(batch) == 1 and batch[0].size > work.context.largest_member:
            await send_large_file(work, batch[0])
        else:
            await send_small_files(work, batch)


def here(context: TransferContext) -> Sequence[Lane]:
    """Return the one lane of a transfer that has no other machine."""
    return (HereLane(context),)

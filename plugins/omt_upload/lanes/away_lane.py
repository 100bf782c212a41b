"""A lane whose batches are sent elsewhere: here they are handed over, and what became of them is journalled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import anyio
from typing_extensions import override

from omt_core.api import ItemRecord, UploadRecord
from omt_upload.lanes.batch_sender import AwayFolder, Batch, BatchResult
from omt_upload.lanes.lane import Lane
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import TransferContext


class AwayLane(Lane, ABC):
    """Hands batches over. The journal is written here alone, behind an answer: one that is lost costs a question."""

    roots: tuple[str, ...] = ()
    """The folders that its items lie below, as they are called there."""

    def __init__(self, context: TransferContext, *, slots: int) -> None:
        """Have up to `slots` batches with others at a time."""
        self.slots = anyio.CapacityLimiter(slots)
        self._context = context

    @abstractmethod
    async def sent(self, batch: Batch) -> BatchResult:
        """Have a batch sent; raises `OnlineError`."""

    @abstractmethod
    async def lost(self, work: StageTransfer, lost: AwayFolder) -> None:
        """Wait for a folder that is away there, or raise its error when that takes too long."""

    def there(self, record: ItemRecord) -> ItemRecord:
        """Return an item with its path as it is there."""
        return record

    @override
    async def send(self, work: StageTransfer, batch: Sequence[ItemRecord]) -> None:
        begun = self._begun(batch)
        handed = Batch(
            stage=work.stage.name,
            records=tuple(map(self.there, batch)),
            begun=begun,
            roots=self.roots,
        )
        try:
            result = await self.sent(handed)
        except BaseException:
            self._context.unfinished.update((upload.digest, upload) for upload in begun)
            raise
        if result.sent:
            work.meter.passed(result.sent)
        await self._journal(begun, result)
        settled = {outcome.id for outcome in result.outcomes}
        await work.conclude([record for record in batch if (record.stage, record.key) in settled], result.outcomes)
        if result.lost is not None:
            await self.lost(work, result.lost)

    async def _journal(self, begun: Sequence[UploadRecord], result: BatchResult) -> None:
        journal = self._context.journal
        if result.digests:
            await journal.items.record_digests(result.digests)
        before = {upload.url for upload in begun}
        for upload in result.begun:
            if upload.url in before:
                await journal.uploads.advance(upload.url, upload.offset)
                before.remove(upload.url)
            else:
                await journal.uploads.create(upload)
            if upload.kind == "file":
                self._context.unfinished[upload.digest] = upload
        for url in before:
            await journal.uploads.finish(url, ())
        await journal.items.record_outcomes(result.outcomes, sent=result.sent)

    def _begun(self, batch: Sequence[ItemRecord]) -> tuple[UploadRecord, ...]:
        """Take those uploads of an earlier run that have any of these items in them."""
        if not self._context.unfinished:
            return ()
        wanted = {(record.stage, record.key) for record in batch}
        found = [
            upload
            for upload in self._context.unfinished.values()
            if any((member.stage, member.key) in wanted for member in upload.members)
        ]
        for upload in found:
            del self._context.unfinished[upload.digest]
        return tuple(found)

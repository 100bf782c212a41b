"""A lane whose batches are sent elsewhere: here they are handed over, and what became of them is journalled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import anyio
from typing_extensions import override

from omt_core.api import ItemRecord, ItemState, OmtError, UploadRecord
from omt_upload.lanes.batch_sender import AwayFolder, Batch, BatchResult, keys_of
from omt_upload.lanes.lane import Lane
from omt_upload.line.delivery import give_up
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import TransferContext

_FIRST_BATCH: Final = 256 << 10
"""Bytes of the first batches: on a slow line too their answers, which tell how slow it is, must be here soon."""


class AwayLane(Lane, ABC):
    """Hands batches over. The journal is written here alone, behind an answer.

    An answer that is lost costs a question for what has landed; a large file that was on its way begins anew. Batches
    are as large as those who send them say of their line.
    """

    roots: tuple[str, ...] = ()
    """The folders that its items lie below, as they are called there."""

    sees_spool = True
    """Whether spooled copies could be read there so far. A lane takes none once one could not."""

    def __init__(self, context: TransferContext, *, slots: int) -> None:
        """Have up to `slots` batches with others at a time."""
        self.slots = anyio.CapacityLimiter(slots)
        self._context = context
        self._batch_bytes = _FIRST_BATCH

    @property
    @override
    def batch_bytes(self) -> int:
        return min(self._batch_bytes, self._context.largest_batch)

    @abstractmethod
    async def sent(self, batch: Batch) -> BatchResult:
        """Have a batch sent. Raises `OmtError` where there is no answer; one that ended the batch is in its result."""

    @abstractmethod
    async def lost(self, work: StageTransfer, lost: AwayFolder) -> None:
        """Wait for a folder that is away there, or raise its error when that takes too long."""

    async def failed(self, left: Sequence[ItemRecord], error: OmtError) -> None:
        """Hear of what ended a batch early, once all else of it is journalled.

        Raises it, or returns to have what is `left` of the batch handed out again.
        """
        del left
        raise error

    def cannot_see_spool(self) -> None:
        """Hear that a spooled copy could not be read there. It is here, whatever is seen of it there."""
        self.sees_spool = False

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
        if work.stage.removes_sources:
            result = self._without_unseen(result)
        # Where nothing has gone over the line yet, since all was there, larger batches cost no time on it.
        self._batch_bytes = result.batch_bytes or min(2 * self._batch_bytes, self._context.largest_batch)
        if result.sent:
            work.meter.passed(result.sent)
        await self._journal(begun, result)
        settled = frozenset(keys_of(result.outcomes))
        await work.conclude([record for record in batch if record.key in settled], result.outcomes)
        if result.error is not None:
            left = [record for record in batch if record.key not in settled]
            await self.failed(left, result.error.as_raised())
            await self._give_up_bundles(result)
        if result.lost is not None:
            await self.lost(work, result.lost)

    def _without_unseen(self, result: BatchResult) -> BatchResult:
        """Leave pending what could not be sent of spooled copies: they are this machine's own, and it sends them."""
        sent = tuple(outcome for outcome in result.outcomes if outcome.state is ItemState.CONFIRMED)
        if len(sent) == len(result.outcomes) and result.lost is None:
            return result
        self.cannot_see_spool()
        return replace(result, outcomes=sent, lost=None)

    async def _give_up_bundles(self, result: BatchResult) -> None:
        """Terminate what goes on in the next run only: what was in it goes in another bundle, now."""
        for upload in result.begun:
            if upload.kind != "file":
                await give_up(self._context, upload.url)

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
        """Take those uploads, of an earlier run or try, that have any of these items in them."""
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

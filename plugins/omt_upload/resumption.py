"""What an earlier run left half done: bundles are rebuilt from their frozen membership and finished, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from omt_core.api import (
    BodyRefusedError,
    ContentRef,
    ItemId,
    ItemRecord,
    ItemState,
    UploadLostError,
    UploadMismatchError,
    UploadRecord,
    UploadRequest,
)
from omt_upload.commit import doubt
from omt_upload.files.outcome import Reading
from omt_upload.line.delivery import Delivery, deliver, give_up
from omt_upload.line.packing import make_ready
from omt_upload.stage_transfer import confirmations
from omt_upload.transfer_context import TransferContext

_MIGRATION: Final = "migration"


async def resume(context: TransferContext) -> None:
    """Finish half-sent bundles, and keep half-sent files for when their content turns up again.

    A journal that was filled in another migration is believed only as far as this one agrees.
    """
    before = await context.call.notes.recall(_MIGRATION)
    uploads = await context.journal.uploads.unfinished()
    if before is not None and before != context.migration.id:
        for upload in uploads:
            await context.journal.uploads.finish(upload.url, ())
        uploads = ()
        await doubt(context)
    await context.call.notes.remember(_MIGRATION, context.migration.id)
    bundles = [upload for upload in uploads if upload.kind != "file"]
    context.unfinished.update((upload.digest, upload) for upload in uploads if upload.kind == "file")
    if not bundles:
        return
    started = await _started(context, {(member.stage, member.key) for bundle in bundles for member in bundle.members})
    for bundle in bundles:
        if context.stopping:
            return
        await _resume_bundle(context, bundle, started)


async def give_up_unclaimed(context: TransferContext) -> None:
    """Terminate what is left of uploads whose content did not turn up again: it changed, or is gone."""
    for upload in list(context.unfinished.values()):
        await give_up(context, upload.url)
    context.unfinished.clear()


async def _started(context: TransferContext, wanted: set[ItemId]) -> Mapping[ItemId, ItemRecord]:
    found: dict[ItemId, ItemRecord] = {}
    async for batch in context.journal.items.records(states=(ItemState.STARTED,)):
        found.update(((record.stage, record.key), record) for record in batch if (record.stage, record.key) in wanted)
    return found


async def _resume_bundle(context: TransferContext, upload: UploadRecord, started: Mapping[ItemId, ItemRecord]) -> None:
    records = [started.get((member.stage, member.key)) for member in upload.members]
    files = [
        (record.location, member.size)
        for record, member in zip(records, upload.members, strict=True)
        if record is not None and record.location is not None
    ]
    async with context.readers.small(files) as (buffer, readings):
        again = [reading for reading in readings if isinstance(reading, Reading)]
        if [reading.digest for reading in again] != [member.digest for member in upload.members]:
            await give_up(context, upload.url)
            return
        places = [(reading.digest, reading.offset, reading.size) for reading in again]
        packer = context.packer if upload.kind == "zstd-bundle" else None
        bundle = await make_ready(buffer, places, context.framing, packer)
        if bundle != (upload.kind, upload.digest, upload.size):
            # Another zstd packs in another way, and the online side may take another framing now.
            await give_up(context, upload.url)
            return

        async def read(offset: int, length: int) -> memoryview:
            return memoryview(buffer)[offset : offset + length]

        delivery = Delivery(
            request=UploadRequest(
                kind=bundle.kind,
                digest=upload.digest,
                size=upload.size,
                members=tuple(ContentRef(digest=member.digest, size=member.size) for member in upload.members),
            ),
            read=read,
            members=lambda: upload.members,
            outcomes=confirmations([record for record in records if record is not None], again, [True] * len(again)),
            passed=lambda _: None,
        )
        try:
            await deliver(context, delivery, upload)
        except (UploadLostError, UploadMismatchError, BodyRefusedError):
            # It is forgotten by now, and its items are negotiated anew with all others.
            return

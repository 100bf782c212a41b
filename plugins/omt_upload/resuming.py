"""What an earlier run left half done: bundles are rebuilt from their frozen membership and finished, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import anyio.to_thread

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
from omt_protocol.bundle.writer import build_bundle
from omt_upload.committing import doubt
from omt_upload.delivery import Delivery, deliver, give_up
from omt_upload.pipe import Pipe
from omt_upload.reading import Reading
from omt_upload.stage_work import confirmed

_MIGRATION: Final = "migration"


async def resume(pipe: Pipe) -> None:
    """Finish half-sent bundles, and keep half-sent files for when their content turns up again.

    A journal that was filled in another migration is believed only as far as this one agrees.
    """
    before = await pipe.call.notes.recall(_MIGRATION)
    uploads = await pipe.journal.uploads.unfinished()
    if before is not None and before != pipe.migration.id:
        for upload in uploads:
            await pipe.journal.uploads.finish(upload.url, ())
        uploads = ()
        await doubt(pipe)
    await pipe.call.notes.remember(_MIGRATION, pipe.migration.id)
    bundles = [upload for upload in uploads if upload.kind == "bundle"]
    pipe.unfinished.update((upload.digest, upload) for upload in uploads if upload.kind == "file")
    if not bundles:
        return
    started = await _started(pipe, {(member.stage, member.key) for bundle in bundles for member in bundle.members})
    for bundle in bundles:
        if pipe.stopping:
            return
        await _resume_bundle(pipe, bundle, started)


async def give_up_unclaimed(pipe: Pipe) -> None:
    """Terminate what is left of uploads whose content did not turn up again: it changed, or is gone."""
    for upload in list(pipe.unfinished.values()):
        await give_up(pipe, upload.url)
    pipe.unfinished.clear()


async def _started(pipe: Pipe, wanted: set[ItemId]) -> Mapping[ItemId, ItemRecord]:
    found: dict[ItemId, ItemRecord] = {}
    async for batch in pipe.journal.items.records(states=(ItemState.STARTED,)):
        found.update(((record.stage, record.key), record) for record in batch if (record.stage, record.key) in wanted)
    return found


async def _resume_bundle(pipe: Pipe, upload: UploadRecord, started: Mapping[ItemId, ItemRecord]) -> None:
    records = [started.get((member.stage, member.key)) for member in upload.members]
    files = [
        (record.location, member.size)
        for record, member in zip(records, upload.members, strict=True)
        if record is not None and record.location is not None
    ]
    async with pipe.readers.small(files) as (buffer, readings):
        again = [reading for reading in readings if isinstance(reading, Reading)]
        if [reading.digest for reading in again] != [member.digest for member in upload.members]:
            await give_up(pipe, upload.url)
            return
        places = [(reading.digest, reading.offset, reading.size) for reading in again]
        plain = upload.size == pipe.framing.bundle_size(member.size for member in upload.members)
        pack = None if plain else pipe.packer.pack
        bundle = await anyio.to_thread.run_sync(build_bundle, buffer, places, pipe.framing, pack)
        if (bundle.digest, bundle.size) != (upload.digest, upload.size):
            # Another zlib packs in another way, and the online side may take another framing now.
            await give_up(pipe, upload.url)
            return

        async def read(offset: int, length: int) -> memoryview:
            return memoryview(buffer)[offset : offset + length]

        delivery = Delivery(
            request=UploadRequest(
                kind="bundle",
                digest=upload.digest,
                size=upload.size,
                members=tuple(ContentRef(digest=member.digest, size=member.size) for member in upload.members),
            ),
            read=read,
            members=lambda: upload.members,
            outcomes=[
                confirmed(started[member.stage, member.key], reading, member.digest, sent=True)
                for member, reading in zip(upload.members, again, strict=True)
            ],
            passed=lambda _: None,
        )
        try:
            await deliver(pipe, delivery, upload)
        except (UploadLostError, UploadMismatchError, BodyRefusedError):
            # It is forgotten by now, and its items are negotiated anew with all others.
            return

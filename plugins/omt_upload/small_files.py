"""A batch of small files: read once into memory, negotiated, and what is lacking online sent as a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread

from omt_core.api import BundleMember, ContentRef, ItemRecord, UploadLostError, UploadMismatchError, UploadRequest
from omt_protocol.bundle.writer import Buffer, build_bundle
from omt_upload.absence import believed
from omt_upload.delivery import Delivery, deliver
from omt_upload.large_file import send_large_file
from omt_upload.reading import Reading, TooLarge, Unread
from omt_upload.stage_work import StageWork, confirmed, left_behind


@dataclass(slots=True)
class _Copies:
    """A content in memory, from `offset` on, and the items of the batch that have it; the first stands for all."""

    content: ContentRef
    offset: int
    items: list[tuple[ItemRecord, Reading]]


async def send_small_files(work: StageWork, records: Sequence[ItemRecord]) -> None:
    """Bring a batch as far as it goes: every item is settled, or stays pending because its upload was refused."""
    files = [(record.location or ".", record.size) for record in records]
    async with work.pipe.readers.small(files) as (buffer, readings):
        grown = await _send_read(work, buffer, list(zip(records, readings, strict=True)))
    for record in grown:
        await send_large_file(work, record)


async def _send_read(
    work: StageWork, buffer: Buffer, read: Sequence[tuple[ItemRecord, Reading | Unread | TooLarge]]
) -> list[ItemRecord]:
    """Settle what was read or cannot be; returns what has grown too large to be read."""
    copies: dict[str, _Copies] = {}
    unread: list[tuple[ItemRecord, Unread]] = []
    grown: list[ItemRecord] = []
    for record, reading in read:
        if isinstance(reading, Reading):
            same = copies.get(reading.digest)
            if same is None:
                content = ContentRef(digest=reading.digest, size=reading.size)
                copies[reading.digest] = _Copies(content, reading.offset, [(record, reading)])
            else:
                same.items.append((record, reading))
        elif isinstance(reading, Unread):
            unread.append((record, reading))
        else:
            grown.append(record)
    unread = await believed(work, unread)
    await work.settle([record for record, _ in unread], [left_behind(record, why) for record, why in unread])
    await _send(work, buffer, copies)
    return grown


async def _send(work: StageWork, buffer: Buffer, copies: dict[str, _Copies]) -> None:
    contents = work.pipe.contents
    mine = contents.take(copies)
    try:
        known = await work.pipe.known_online([copies[digest].content for digest in copies if digest in mine])
        await _settle_known(work, [copies[digest] for digest in known])
        if lacking := [copy for digest, copy in copies.items() if digest in mine and digest not in known]:
            await _send_bundle(work, buffer, lacking)
    finally:
        contents.give_back(mine)
    if len(mine) < len(copies):
        # Another batch was sending these. If it failed, they stay pending and are read again.
        elsewhere = [digest for digest in copies if digest not in mine]
        await contents.wait(elsewhere)
        arrived = await work.pipe.known_online([copies[digest].content for digest in elsewhere])
        await _settle_known(work, [copies[digest] for digest in arrived])


async def _settle_known(work: StageWork, copies: Sequence[_Copies]) -> None:
    known = [item for copy in copies for item in copy.items]
    await work.settle(
        [record for record, _ in known],
        [confirmed(record, reading, reading.digest, sent=False) for record, reading in known],
    )


async def _send_bundle(work: StageWork, buffer: Buffer, copies: Sequence[_Copies]) -> None:
    places = [(copy.content.digest, copy.offset, copy.content.size) for copy in copies]
    packer = work.pipe.packer
    pack = packer.pack if packer.wanted(work.pipe.line.speed) else None
    bundle = await anyio.to_thread.run_sync(build_bundle, buffer, places, work.pipe.framing, pack)

    async def read(offset: int, length: int) -> memoryview:
        return memoryview(buffer)[offset : offset + length]

    def members() -> tuple[BundleMember, ...]:
        firsts = [copy.items[0] for copy in copies]
        return tuple(
            BundleMember(stage=record.stage, key=record.key, digest=reading.digest, size=reading.size)
            for record, reading in firsts
        )

    records = [record for copy in copies for record, _ in copy.items]
    outcomes = [
        confirmed(record, reading, reading.digest, sent=position == 0)
        for copy in copies
        for position, (record, reading) in enumerate(copy.items)
    ]
    delivery = Delivery(
        request=UploadRequest(
            kind="bundle",
            digest=bundle.digest,
            size=bundle.size,
            members=tuple(copy.content for copy in copies),
        ),
        read=read,
        members=members,
        outcomes=outcomes,
        passed=work.meter.passed,
    )
    try:
        finished = await deliver(work.pipe, delivery)
    except (UploadLostError, UploadMismatchError) as error:
        await work.refused(records, error.message)
        return
    if finished:
        await work.settled(records, outcomes)

"""A batch of small files: read once into memory, negotiated, and what is lacking online sent as a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio.to_thread

from omt_core.api import (
    BodyRefusedError,
    BundleMember,
    ContentRef,
    ItemRecord,
    UploadLostError,
    UploadMismatchError,
    UploadRequest,
)
from omt_protocol.bundle.writer import Buffer
from omt_upload.absence import believed
from omt_upload.files.outcome import Reading, TooLarge, Unread
from omt_upload.line.delivery import Delivery, deliver
from omt_upload.line.large_file import send_large_file
from omt_upload.line.packing import make_ready
from omt_upload.stage_transfer import StageTransfer, confirmed, left_behind


@dataclass(slots=True)
class _Copies:
    """A content in memory, from `offset` on, and the items of the batch that have it; the first stands for all."""

    content: ContentRef
    offset: int
    items: list[tuple[ItemRecord, Reading]]


@dataclass(slots=True)
class _Left:
    """What a batch leaves to be done: files that have grown too large for it, and halves of a refused bundle."""

    grown: list[ItemRecord] = field(default_factory=list)
    halves: Sequence[Sequence[ItemRecord]] = ()


async def send_small_files(work: StageTransfer, records: Sequence[ItemRecord]) -> None:
    """Bring a batch as far as it goes: every item is settled, or stays pending because its upload was refused."""
    files = [(record.location or ".", record.size) for record in records]
    left = _Left()
    async with work.context.readers.small(files) as (buffer, readings):
        await _send_read(work, buffer, list(zip(records, readings, strict=True)), left)
    for record in left.grown:
        await send_large_file(work, record)
    # What a bundle was refused for is found by halving it. Packing has overwritten what was read, so it is read again.
    for half in left.halves:
        await send_small_files(work, half)


async def _send_read(
    work: StageTransfer, buffer: Buffer, read: Sequence[tuple[ItemRecord, Reading | Unread | TooLarge]], left: _Left
) -> None:
    """Settle what was read or cannot be."""
    copies: dict[str, _Copies] = {}
    unread: list[tuple[ItemRecord, Unread]] = []
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
            left.grown.append(record)
    unread = await believed(work, unread)
    await work.record_outcomes([record for record, _ in unread], [left_behind(record, why) for record, why in unread])
    await _send(work, buffer, copies, left)


async def _send(work: StageTransfer, buffer: Buffer, copies: dict[str, _Copies], left: _Left) -> None:
    contents = work.context.contents
    mine = contents.take(copies)
    try:
        known = await work.context.known_online([copies[digest].content for digest in copies if digest in mine])
        await _settle_known(work, [copies[digest] for digest in known])
        if lacking := [copy for digest, copy in copies.items() if digest in mine and digest not in known]:
            try:
                await _send_bundle(work, buffer, lacking)
            except BodyRefusedError as error:
                await _part(work, lacking, left, error)
    finally:
        contents.give_back(mine)
    if len(mine) < len(copies):
        # Another batch was sending these. If it failed, they stay pending and are read again.
        elsewhere = [digest for digest in copies if digest not in mine]
        await contents.wait(elsewhere)
        arrived = await work.context.known_online([copies[digest].content for digest in elsewhere])
        await _settle_known(work, [copies[digest] for digest in arrived])


async def _settle_known(work: StageTransfer, copies: Sequence[_Copies]) -> None:
    known = [item for copy in copies for item in copy.items]
    await work.record_outcomes(
        [record for record, _ in known],
        [confirmed(record, reading, reading.digest, sent=False) for record, reading in known],
    )


async def _part(work: StageTransfer, copies: Sequence[_Copies], left: _Left, error: BodyRefusedError) -> None:
    """Have both halves of a bundle that is refused on the way sent; a content that was alone in it is left behind."""
    halves = [copies[: len(copies) // 2], copies[len(copies) // 2 :]]
    parts = [[record for copy in half for record, _ in copy.items] for half in halves if half]
    if len(parts) == 1:
        await work.blocked(parts[0], error)
    else:
        left.halves = parts


async def _send_bundle(work: StageTransfer, buffer: Buffer, copies: Sequence[_Copies]) -> None:
    places = [(copy.content.digest, copy.offset, copy.content.size) for copy in copies]
    packer = work.context.packer if work.context.packer.wanted(work.context.line.speed) else None
    bundle = await anyio.to_thread.run_sync(make_ready, buffer, places, work.context.framing, packer)

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
            kind=bundle.kind,
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
        finished = await deliver(work.context, delivery)
    except (UploadLostError, UploadMismatchError) as error:
        await work.refused(records, error.message)
        return
    if finished:
        await work.conclude(records, outcomes)

"""A batch of small files: read once into memory, negotiated, and what is lacking online sent as a bundle."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

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
from omt_upload.stage_transfer import StageTransfer, confirmations, left_behind


class _Read:
    """What was read of a batch, in columns, as it lies in memory: an item and its reading have the same place in both.

    Items may have the same content. The first of them stands for all: `firsts` is its place, by digest, and `contents`
    are all contents in the order of the memory.
    """

    __slots__ = ("contents", "firsts", "readings", "records")

    def __init__(self, records: Sequence[ItemRecord], readings: Sequence[Reading]) -> None:
        self.records = records
        self.readings = readings
        places = range(len(readings) - 1, -1, -1)
        self.firsts = {readings[place].digest: place for place in places}
        self.contents = [ContentRef(readings[place].digest, readings[place].size) for place in self.places]

    @property
    def places(self) -> Sequence[int]:
        """Where each content stands first, in the order of the memory."""
        return sorted(self.firsts.values())

    def of(self, digests: Collection[str]) -> _Read:
        """Return the items that have one of these contents of the batch."""
        if len(digests) == len(self.firsts):
            return self
        places = [place for place, reading in enumerate(self.readings) if reading.digest in digests]
        return _Read([self.records[place] for place in places], [self.readings[place] for place in places])


@dataclass(slots=True)
class _Left:
    """What a batch leaves to be done: files that have grown too large for it, and halves of a refused bundle."""

    grown: Sequence[ItemRecord] = ()
    halves: Sequence[Sequence[ItemRecord]] = ()


async def send_small_files(work: StageTransfer, records: Sequence[ItemRecord]) -> None:
    """Bring a batch as far as it goes: every item is settled, or stays pending because its upload was refused."""
    files = [(record.location or ".", record.size) for record in records]
    left = _Left()
    async with work.context.readers.small(files) as (buffer, readings):
        await _send(work, buffer, await _settle_unread(work, records, readings, left), left)
    for record in left.grown:
        await send_large_file(work, record)
    # What a bundle was refused for is found by halving it. Packing has overwritten what was read, so it is read again.
    for half in left.halves:
        await send_small_files(work, half)


async def _settle_unread(
    work: StageTransfer, records: Sequence[ItemRecord], results: Sequence[Reading | Unread | TooLarge], left: _Left
) -> _Read:
    """Settle what could not be read; returns what was."""
    readings = [result for result in results if isinstance(result, Reading)]
    if len(readings) == len(records):
        return _Read(records, readings)
    unread = [(record, why) for record, why in zip(records, results, strict=True) if isinstance(why, Unread)]
    left.grown = [record for record, why in zip(records, results, strict=True) if isinstance(why, TooLarge)]
    unread = await believed(work, unread)
    await work.record_outcomes([record for record, _ in unread], [left_behind(record, why) for record, why in unread])
    read = [record for record, result in zip(records, results, strict=True) if isinstance(result, Reading)]
    return _Read(read, readings)


async def _send(work: StageTransfer, buffer: Buffer, read: _Read, left: _Left) -> None:
    contents = work.context.contents
    digests = contents.take(read.firsts)
    try:
        mine = read.of(digests)
        known = await work.context.known_online(mine.contents)
        if known:
            await _settle_known(work, mine.of(known))
        lacking = mine.of(mine.firsts.keys() - known)
        if lacking.records:
            try:
                await _send_bundle(work, buffer, lacking)
            except BodyRefusedError as error:
                await _part(work, lacking, left, error)
    finally:
        contents.give_back(digests)
    if len(digests) < len(read.firsts):
        # Another batch was sending these. If it failed, they stay pending and are read again.
        elsewhere = read.of(read.firsts.keys() - digests)
        await contents.wait(elsewhere.firsts)
        await _settle_known(work, elsewhere.of(await work.context.known_online(elsewhere.contents)))


async def _settle_known(work: StageTransfer, known: _Read) -> None:
    if known.records:
        await work.record_outcomes(
            known.records, confirmations(known.records, known.readings, [False] * len(known.records))
        )


async def _part(work: StageTransfer, read: _Read, left: _Left, error: BodyRefusedError) -> None:
    """Have both halves of a bundle that is refused on the way sent; a content that was alone in it is left behind."""
    digests = [content.digest for content in read.contents]
    if len(digests) == 1:
        await work.blocked(read.records, error)
        return
    middle = len(digests) // 2
    left.halves = [read.of(frozenset(half)).records for half in (digests[:middle], digests[middle:])]


async def _send_bundle(work: StageTransfer, buffer: Buffer, lacking: _Read) -> None:
    records, readings = lacking.records, lacking.readings
    firsts = lacking.places
    contents = [(readings[place].digest, readings[place].offset, readings[place].size) for place in firsts]
    packer = work.context.packer if work.context.packer.wanted(work.context.line.speed) else None
    bundle = await make_ready(buffer, contents, work.context.framing, packer)

    async def read(offset: int, length: int) -> memoryview:
        return memoryview(buffer)[offset : offset + length]

    def members() -> tuple[BundleMember, ...]:
        return tuple(
            BundleMember(
                stage=records[place].stage,
                key=records[place].key,
                digest=readings[place].digest,
                size=readings[place].size,
            )
            for place in firsts
        )

    sent = [False] * len(records)
    for place in firsts:
        sent[place] = True
    outcomes = confirmations(records, readings, sent)
    delivery = Delivery(
        request=UploadRequest(
            kind=bundle.kind, digest=bundle.digest, size=bundle.size, members=tuple(lacking.contents)
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

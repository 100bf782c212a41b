"""A batch of small files: read once into memory, negotiated, and what is lacking online sent as a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio.to_thread

from omt_core.api.errors import UploadLostError, UploadMismatchError
from omt_core.api.items import ItemRecord
from omt_core.api.journal import Member
from omt_core.api.online import Content, UploadRequest
from omt_upload.bundle import Buffer, build_bundle, bundle_digest
from omt_upload.delivery import Delivery, deliver
from omt_upload.large_file import send_large_file
from omt_upload.reading import Reading, TooLarge, Unread
from omt_upload.stage_work import StageWork, confirmed, left_behind

_NO_PATH: Final = Path()


@dataclass(frozen=True, slots=True)
class _Copies:
    """A content in memory, and the items of the batch that have it; the first one stands for all."""

    reading: Reading
    items: list[tuple[ItemRecord, Reading]]

    @property
    def content(self) -> Content:
        """What the online side knows it by."""
        return Content(digest=self.reading.digest, size=self.reading.size)


async def send_small_files(work: StageWork, records: Sequence[ItemRecord]) -> None:
    """Bring a batch as far as it goes: every item is settled, or stays pending because its upload was refused."""
    files = [(record.path or _NO_PATH, record.size) for record in records]
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
        match reading:
            case Reading(digest=digest):
                copies.setdefault(digest, _Copies(reading, [])).items.append((record, reading))
            case Unread():
                unread.append((record, reading))
            case TooLarge():
                grown.append(record)
    await work.settle([record for record, _ in unread], [left_behind(record, why) for record, why in unread])
    await _send(work, buffer, copies)
    return grown


async def _send(work: StageWork, buffer: Buffer, copies: dict[str, _Copies]) -> None:
    contents = work.pipe.contents
    mine = contents.take(copies)
    elsewhere = {digest: copy for digest, copy in copies.items() if digest not in mine}
    try:
        asked = [copy.content for digest, copy in copies.items() if digest in mine]
        known = await work.pipe.known_online(asked)
        await _settle_known(work, {digest: copies[digest] for digest in known})
        if lacking := {digest: copy for digest, copy in copies.items() if digest in mine - known}:
            await _send_bundle(work, buffer, lacking)
    finally:
        contents.give_back(mine)
    if elsewhere:
        # Another batch was sending these. If it failed, they stay pending and are read again.
        await contents.wait(elsewhere)
        arrived = await work.pipe.journal.confirmed_digests(list(elsewhere))
        await _settle_known(work, {digest: elsewhere[digest] for digest in arrived})


async def _settle_known(work: StageWork, copies: dict[str, _Copies]) -> None:
    known = [(record, reading, digest) for digest, copy in copies.items() for record, reading in copy.items]
    await work.settle(
        [record for record, _, _ in known],
        [confirmed(record, reading, digest, sent=False) for record, reading, digest in known],
    )


async def _send_bundle(work: StageWork, buffer: Buffer, copies: dict[str, _Copies]) -> None:
    places = [(digest, copy.reading.offset, copy.reading.size) for digest, copy in copies.items()]
    size = await anyio.to_thread.run_sync(build_bundle, buffer, places)

    async def read(offset: int, length: int) -> memoryview:
        return memoryview(buffer)[offset : offset + length]

    records = [record for copy in copies.values() for record, _ in copy.items]
    outcomes = [
        confirmed(record, reading, digest, sent=position == 0)
        for digest, copy in copies.items()
        for position, (record, reading) in enumerate(copy.items)
    ]
    first = {digest: copy.items[0][0] for digest, copy in copies.items()}
    delivery = Delivery(
        request=UploadRequest(
            kind="bundle",
            digest=bundle_digest(copies),
            size=size,
            members=tuple(copy.content for copy in copies.values()),
        ),
        read=read,
        members=tuple(
            Member(stage=first[digest].stage, key=first[digest].key, digest=digest, size=size)
            for digest, _, size in places
        ),
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

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
from omt_upload.bundle import END, build_bundle, space
from omt_upload.delivery import Delivery, deliver
from omt_upload.large_file import send_large_file
from omt_upload.pipe import Pipe
from omt_upload.reading import Reading, TooLarge, Unread
from omt_upload.stage_work import StageWork, confirmed, left_behind

_NO_PATH: Final = Path()


@dataclass(frozen=True, slots=True)
class _Copies:
    """A content in memory, and the items of the batch that have it; the first one stands for all."""

    content: bytes
    items: list[tuple[ItemRecord, Reading]]


async def send_small_files(work: StageWork, records: Sequence[ItemRecord]) -> None:
    """Bring a batch as far as it goes: every item is settled, or stays pending because its upload was refused."""
    pipe = work.pipe
    readings = await pipe.readers.small([record.path or _NO_PATH for record in records], pipe.largest_member)
    copies: dict[str, _Copies] = {}
    unread: list[tuple[ItemRecord, Unread]] = []
    grown: list[ItemRecord] = []
    for record, reading in zip(records, readings, strict=True):
        match reading:
            case Reading(digest=digest, content=bytes(content)):
                copies.setdefault(digest, _Copies(content, [])).items.append((record, reading))
            case Unread():
                unread.append((record, reading))
            case Reading() | TooLarge():
                grown.append(record)
    await work.settle([record for record, _ in unread], [left_behind(record, why) for record, why in unread])
    await _send(work, copies)
    for record in grown:
        await send_large_file(work, record)


async def _send(work: StageWork, copies: dict[str, _Copies]) -> None:
    contents = work.pipe.contents
    mine = contents.take(copies)
    elsewhere = {digest: copy for digest, copy in copies.items() if digest not in mine}
    try:
        asked = [Content(digest=digest, size=len(copies[digest].content)) for digest in copies if digest in mine]
        known = await work.pipe.known_online(asked)
        await _settle_known(work, {digest: copies[digest] for digest in known})
        for bundle in _bundles(work.pipe, {digest: copies[digest] for digest in copies if digest in mine - known}):
            await _send_bundle(work, bundle)
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


def _bundles(pipe: Pipe, copies: dict[str, _Copies]) -> list[dict[str, _Copies]]:
    """Split what is lacking so that no bundle is larger than the online side takes; mostly it is one."""
    bundles: list[dict[str, _Copies]] = []
    room = 0
    for digest, copy in copies.items():
        needed = space(len(copy.content))
        if needed > room:
            bundles.append({})
            room = pipe.migration.limits.bundle_bytes - len(END)
        bundles[-1][digest] = copy
        room -= needed
    return bundles


async def _send_bundle(work: StageWork, copies: dict[str, _Copies]) -> None:
    whole, digest = await anyio.to_thread.run_sync(
        build_bundle, [(digest, copy.content) for digest, copy in copies.items()]
    )

    async def read(offset: int, length: int) -> bytes:
        return whole[offset : offset + length]

    records = [record for copy in copies.values() for record, _ in copy.items]
    outcomes = [
        confirmed(record, reading, digest, sent=position == 0)
        for digest, copy in copies.items()
        for position, (record, reading) in enumerate(copy.items)
    ]
    members = [(digest, len(copy.content), copy.items[0][0]) for digest, copy in copies.items()]
    delivery = Delivery(
        request=UploadRequest(
            kind="bundle",
            digest=digest,
            size=len(whole),
            members=tuple(Content(digest=digest, size=size) for digest, size, _ in members),
        ),
        read=read,
        members=tuple(
            Member(stage=first.stage, key=first.key, digest=digest, size=size) for digest, size, first in members
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

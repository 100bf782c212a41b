"""A large file: hashed in a first pass, negotiated, and sent in chunks as an upload of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from omt_core.api import (
    BodyRefusedError,
    BundleMember,
    Chunk,
    ContentRef,
    ItemDigest,
    ItemRecord,
    RunningDigests,
    UploadLostError,
    UploadMismatchError,
    UploadRequest,
)
from omt_upload.absence import believed
from omt_upload.files.contents import FileChangedError, Stamp
from omt_upload.files.outcome import FileUnreadError, changed_each_time
from omt_upload.line.delivery import Delivery, deliver
from omt_upload.stage_transfer import StageTransfer, confirmed, left_behind

_HASH_SLICE: Final = 2 << 20
"""Bytes that are read and hashed at once; the digest is taken down behind each, which is where chunks end."""


class _Hashed(NamedTuple):
    """A file as it was read: its stamp and sha256, and the digests on the way to that where it was hashed just now."""

    stamp: Stamp
    digest: str
    running: RunningDigests | None = None


async def send_large_file(work: StageTransfer, record: ItemRecord) -> None:
    """Bring one file as far as it goes: it is settled, or stays open because of a stop or a refusal."""
    path = record.path or Path()
    try:
        for _ in range(work.context.settings.tries):
            try:
                known = await _known(work, record, path) or await _hash(work, path)
                if known is not None:
                    await _require_listed(work, record, known.stamp.size)
                    await _send(work, record, path, known)
            except FileChangedError:
                continue
            return
    except FileUnreadError as error:
        unread = await believed(work, [(record, error.unread)])
        await work.record_outcomes(
            [record for record, _ in unread], [left_behind(record, why) for record, why in unread]
        )
        return
    await work.record_outcomes([record], [left_behind(record, changed_each_time(work.context.settings.tries))])


async def _require_listed(work: StageTransfer, record: ItemRecord, size: int) -> None:
    """Raise `FileUnreadError` where the file's size is neither that of the inventory nor the one that is listed now."""
    if size != record.size and record.path is not None:
        unread = await work.context.readers.listed_otherwise(record.path, size)
        if unread is not None:
            raise FileUnreadError(unread)


async def _known(work: StageTransfer, record: ItemRecord, path: Path) -> _Hashed | None:
    """Return what an earlier run hashed, if the file is still the same; the online side checks it in the end anyway."""
    if record.digest is None:
        return None
    stamp, _ = await work.context.readers.part(path, memoryview(b""), 0, None)
    return _Hashed(stamp, record.digest) if stamp == Stamp(record.size, record.mtime_ns) else None


async def _hash(work: StageTransfer, path: Path) -> _Hashed | None:
    """Hash a file that must not change meanwhile; None when the transfer is stopped before the end."""
    sha256 = hashlib.sha256()
    digests: list[str] = []
    offset = 0
    stamp: Stamp | None = None

    def take(part: memoryview) -> None:
        sha256.update(part)
        if len(part) == _HASH_SLICE:
            digests.append(sha256.hexdigest())

    # Not all at once: those that are hashed are on the line while the next ones are.
    async with work.context.readers.hashing, work.context.readers.room(_HASH_SLICE) as room:
        while stamp is None or offset < stamp.size:
            if work.context.stopping:
                return None
            stamp, came = await work.context.readers.part(path, room, offset, stamp, take)
            offset += came
    return _Hashed(stamp, sha256.hexdigest(), RunningDigests(step=_HASH_SLICE, digests="".join(digests)))


async def _send(work: StageTransfer, record: ItemRecord, path: Path, hashed: _Hashed) -> None:
    context, stamp, digest = work.context, hashed.stamp, hashed.digest
    read = ItemDigest(id=(record.stage, record.key), digest=digest, size=stamp.size, mtime_ns=stamp.mtime_ns)
    await context.delivery_journal.items.record_digests([read])
    content = ContentRef(digest=digest, size=stamp.size)
    # Room first: whoever waits for a content while it holds room must find one at work on it that has its own.
    async with context.readers.room(min(context.line.longest_body, stamp.size)) as room:
        mine = context.contents.take([digest])
        if not mine:
            await context.contents.wait([digest])
            if await context.known_online([content]):
                await work.record_outcomes([record], [confirmed(record, stamp, digest, sent=False)])
            return
        try:
            if await context.known_online([content]):
                await work.record_outcomes([record], [confirmed(record, stamp, digest, sent=False)])
            elif not context.stopping:  # a copy of it, left unfinished by the stop, may just have been given back
                await _deliver(work, record, path, hashed, room)
        finally:
            context.contents.give_back(mine)


async def _deliver(work: StageTransfer, record: ItemRecord, path: Path, hashed: _Hashed, room: memoryview) -> None:
    """Send the bytes behind the stamp. The online side computes the digest anew, so that they need no second hash."""
    stamp, running = hashed.stamp, hashed.running
    content = ContentRef(digest=hashed.digest, size=stamp.size)

    async def read(offset: int, length: int) -> memoryview:
        length = min(length, len(room))  # bodies may be longer now than when it was lent
        part = room[: length if running is None else _to_known(offset, length, stamp.size)]
        await work.context.readers.part(path, part, offset, stamp)
        return part

    await _finish(work, record, hashed, content, read)


def _to_known(offset: int, length: int, size: int) -> int:
    """Return how long a chunk is that ends where a digest was taken down, or `length` where it would be less than half.

    On a slow line one more request costs more than a checksum of its own.
    """
    end = min(offset + length, size)
    known = end if end == size else end - end % _HASH_SLICE
    return (known if 2 * (known - offset) >= length else end) - offset


async def _finish(
    work: StageTransfer,
    record: ItemRecord,
    hashed: _Hashed,
    content: ContentRef,
    read: Callable[[int, int], Awaitable[Chunk]],
) -> None:
    outcomes = [confirmed(record, hashed.stamp, content.digest, sent=True)]
    delivery = Delivery(
        request=UploadRequest(
            kind="file", digest=content.digest, size=content.size, members=(content,), running=hashed.running
        ),
        read=read,
        members=lambda: (BundleMember(stage=record.stage, key=record.key, digest=content.digest, size=content.size),),
        outcomes=outcomes,
        passed=work.meter.passed,
    )
    send = partial(deliver, work.context, delivery)
    begun = work.context.unfinished.pop(content.digest, None)
    try:
        try:
            finished = await send(begun)
        except UploadLostError:
            if begun is None:
                raise
            finished = await send(None)
    except (UploadLostError, UploadMismatchError) as error:
        await work.refused([record], error.message)
        return
    except BodyRefusedError as error:
        await work.blocked([record], error)
        return
    if finished:
        await work.conclude([record], outcomes)

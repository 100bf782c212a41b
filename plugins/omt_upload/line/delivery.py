"""Delivering one upload, chunk by chunk, with the journal a step behind: it never says more than is true online."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from omt_core.api import (
    BodyRefusedError,
    BundleMember,
    Chunk,
    CreatedUpload,
    Notice,
    Outcome,
    UploadLostError,
    UploadMismatchError,
    UploadRecord,
    UploadRequest,
    byte_size,
    joined,
    sentence,
)
from omt_upload.files.contents import FileChangedError
from omt_upload.files.outcome import FileUnreadError
from omt_upload.transfer_context import TransferContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An upload to be made, where its bytes come from (offset, length), and what is settled once it is whole.

    `members` are asked for when the upload is journalled, which one that goes in a single body never is. `passed` is
    told how many bytes went over the line. One that is to `finish` goes on to its end also after a stop.
    """

    request: UploadRequest
    read: Callable[[int, int], Awaitable[Chunk]]
    members: Callable[[], tuple[BundleMember, ...]]
    outcomes: Sequence[Outcome]
    passed: Callable[[int], None]
    finish: bool = False


async def deliver(context: TransferContext, delivery: Delivery, begun: UploadRecord | None = None) -> bool:
    """Send an upload, or the rest of one that was `begun`; returns False when a stop left it unfinished.

    A body that holds everything needs no entry in the journal: a crash either side of its answer costs one question.
    An upload whose bytes are not as announced is given up, and the error passed on.
    """
    if begun is None:
        upload = await _create(context, delivery)
    else:
        upload = CreatedUpload(begun.url, await _offset(context, begun.url))
    if upload is None:
        return False
    if begun is None and upload.offset == delivery.request.size:
        await context.delivery_journal.items.record_outcomes(delivery.outcomes, sent=delivery.request.size)
        return True
    sent = await _send_rest(context, delivery, upload)
    if sent is None:
        return False
    await context.delivery_journal.uploads.finish(upload.url, delivery.outcomes, sent=sent)
    return True


async def _send_rest(context: TransferContext, delivery: Delivery, upload: CreatedUpload) -> int | None:
    """Send what is not there yet; returns how much of it the journal does not know of, None on a stop."""
    url, offset = upload
    sent = 0
    try:
        while offset < delivery.request.size:
            if _stopped(context, delivery):
                return None
            chunk = await delivery.read(offset, min(context.line.body_bytes, delivery.request.size - offset))
            try:
                # Body by body, so that uploads get on in turn: none is left to go alone in the end, and the next chunk
                # of each is read while others are on the line.
                async with context.concurrency.uploads:
                    if _stopped(context, delivery):
                        return None
                    reached = await context.line.send(url, offset, chunk)
            except BodyRefusedError as error:
                _shorten(context, error, len(chunk))
                continue
            delivery.passed(reached - offset)
            offset, sent = reached, len(chunk)
            if offset < delivery.request.size:
                await context.delivery_journal.uploads.advance(url, offset, sent=sent)
    except FileUnreadError:
        # The share may be back in a minute: what is sent of it by then need not be sent again.
        if delivery.request.kind == "file":
            context.unfinished[delivery.request.digest] = _record(delivery, url, offset)
        else:
            await give_up(context, url)
        raise
    except (FileChangedError, UploadLostError, UploadMismatchError, BodyRefusedError):
        await give_up(context, url)
        raise
    return sent


async def give_up(context: TransferContext, url: str) -> None:
    """Terminate an upload and forget it; its items stay as they are, and are negotiated anew."""
    await context.migration.terminate(url)
    await context.delivery_journal.uploads.finish(url, ())


async def _create(context: TransferContext, delivery: Delivery) -> CreatedUpload | None:
    """Create an upload with its first bytes, or all of them; None where a stop came before."""
    request = delivery.request
    while True:
        first = await delivery.read(0, min(context.line.body_bytes, request.size))
        try:
            async with context.concurrency.uploads:
                if _stopped(context, delivery):
                    return None
                url, offset = await context.line.create(request, first)
            break
        except BodyRefusedError as error:
            _shorten(context, error, len(first))
    delivery.passed(offset)
    if offset < request.size:
        await context.delivery_journal.uploads.create(_record(delivery, url, offset), sent=offset)
    return CreatedUpload(url, offset)


def _stopped(context: TransferContext, delivery: Delivery) -> bool:
    return context.stopping and not delivery.finish


def _shorten(context: TransferContext, error: BodyRefusedError, size: int) -> None:
    """Have bodies made shorter when one was too long for something on the way; passes any other error on."""
    if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE or not context.line.shorten(size):
        raise error
    longest = byte_size(context.line.longest_body)
    limit = sentence("No request carries more than {size} from now on.", size=longest)
    context.call.run.emit(Notice(message=joined([error.message, limit], " ")))


def _record(delivery: Delivery, url: str, offset: int) -> UploadRecord:
    request = delivery.request
    return UploadRecord(
        url=url,
        kind=request.kind,
        digest=request.digest,
        size=request.size,
        offset=offset,
        members=delivery.members(),
    )


async def _offset(context: TransferContext, url: str) -> int:
    try:
        return await context.migration.offset(url)
    except UploadLostError:
        await context.delivery_journal.uploads.finish(url, ())
        raise

"""Delivering one upload, chunk by chunk, with the journal a step behind: it never says more than is true online."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from omt_core.api import (
    BodyRefusedError,
    BundleMember,
    Chunk,
    Notice,
    Outcome,
    UploadLostError,
    UploadMismatchError,
    UploadRecord,
    UploadRequest,
    byte_size,
)
from omt_upload.file_contents import FileChangedError
from omt_upload.pipe import Pipe
from omt_upload.reading import FileUnreadError


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An upload to be made, where its bytes come from (offset, length), and what is settled once it is whole.

    `members` are asked for when the upload is journalled, which one that goes in a single body never is. `passed` is
    told how many bytes went over the line.
    """

    request: UploadRequest
    read: Callable[[int, int], Awaitable[Chunk]]
    members: Callable[[], tuple[BundleMember, ...]]
    outcomes: Sequence[Outcome]
    passed: Callable[[int], None]


async def deliver(pipe: Pipe, delivery: Delivery, begun: UploadRecord | None = None) -> bool:
    """Send an upload, or the rest of one that was `begun`; returns False when a stop left it unfinished.

    A body that holds everything needs no entry in the journal: a crash either side of its answer costs one question.
    An upload whose bytes are not as announced is given up, and the error passed on.
    """
    async with pipe.gate.uploads:
        if begun is None:
            upload = await _create(pipe, delivery)
        else:
            upload = (begun.url, await _offset(pipe, begun.url))
        if upload is None:
            return True
        url, offset = upload
        sent = 0
        try:
            while offset < delivery.request.size:
                if pipe.stopping:
                    return False
                chunk = await delivery.read(offset, min(pipe.line.body_bytes, delivery.request.size - offset))
                try:
                    reached = await pipe.line.send(url, offset, chunk)
                except BodyRefusedError as error:
                    _shorten(pipe, error, len(chunk))
                    continue
                delivery.passed(reached - offset)
                offset, sent = reached, len(chunk)
                if offset < delivery.request.size:
                    await pipe.journal.uploads.advance(url, offset, sent=sent)
        except FileUnreadError:
            # The share may be back in a minute: what is sent of it by then need not be sent again.
            if delivery.request.kind == "file":
                pipe.unfinished[delivery.request.digest] = _record(delivery, url, offset)
            else:
                await give_up(pipe, url)
            raise
        except (FileChangedError, UploadLostError, UploadMismatchError, BodyRefusedError):
            await give_up(pipe, url)
            raise
        await pipe.journal.uploads.finish(url, delivery.outcomes, sent=sent)
        return True


async def give_up(pipe: Pipe, url: str) -> None:
    """Terminate an upload and forget it; its items stay as they are, and are negotiated anew."""
    await pipe.migration.terminate(url)
    await pipe.journal.uploads.finish(url, ())


async def _create(pipe: Pipe, delivery: Delivery) -> tuple[str, int] | None:
    """Create an upload with its first bytes; None when those were all of them."""
    request = delivery.request
    while True:
        first = await delivery.read(0, min(pipe.line.body_bytes, request.size))
        try:
            url, offset = await pipe.line.create(request, first)
            break
        except BodyRefusedError as error:
            _shorten(pipe, error, len(first))
    delivery.passed(offset)
    if offset == request.size:
        await pipe.journal.items.record_outcomes(delivery.outcomes, sent=offset)
        return None
    await pipe.journal.uploads.create(_record(delivery, url, offset), sent=offset)
    return url, offset


def _shorten(pipe: Pipe, error: BodyRefusedError, size: int) -> None:
    """Have bodies made shorter when one was too long for something on the way; passes any other error on."""
    if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE or not pipe.line.shorten(size):
        raise error
    longest = byte_size(pipe.line.longest_body)
    pipe.call.run.emit(Notice(message=f"{error.message} No request carries more than {longest} from now on."))


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


async def _offset(pipe: Pipe, url: str) -> int:
    try:
        return await pipe.migration.offset(url)
    except UploadLostError:
        await pipe.journal.uploads.finish(url, ())
        raise

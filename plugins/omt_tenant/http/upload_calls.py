"""The calls below /v1/uploads: tus 1.0.0."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
from aiohttp import ClientError, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from omt_protocol.protocol_error import ProtocolError, bad_request, too_large
from omt_tenant.http.service import SERVICE, Service, claim_of
from omt_tenant.http.tus_headers import (
    CHUNK_TYPE,
    option_headers,
    progress_headers,
    read_announcement,
    read_checksum,
    read_number,
    require_version,
)
from omt_tenant.store.checksum import ExpectedChecksum
from omt_tenant.store.chunk import Chunk
from omt_tenant.store.uploads import Upload

COLLECTION = "uploads"
"""The last part of the path where uploads are created."""

_BATCH = 2 << 20
"""Bytes that are collected before a thread writes them: few enough to keep memory flat, enough to be worth the hop."""


async def create_upload(request: web.Request) -> web.StreamResponse:
    """Create an upload, with its first chunk if there is a body; a whole one lands at once."""
    service = request.app[SERVICE]
    require_version(request)
    announced = read_announcement(request, service.store.settings)
    checksum = read_checksum(request)
    with_upload = request.body_exists and request.content_length != 0
    if with_upload:
        _require_chunk_type(request)
    claim = claim_of(request)

    def announce() -> Upload:
        service.store.claims.enter(announced.migration, claim)
        return service.store.uploads.announce(announced.kind, announced.digest, announced.length, announced.metadata)

    upload = await service.run(announce)
    created = False
    try:
        if with_upload or upload.length == 0:
            upload = await _receive(service, request, upload, checksum)
        else:
            upload = await service.run(service.store.uploads.record, upload, 0)
        created = True
    finally:
        if not created:
            with anyio.CancelScope(shield=True):
                await service.run(service.store.uploads.give_up, upload)
    # Relative to where it was asked for: only the client knows through which names and paths the tenant is reached.
    location = f"{COLLECTION}/{upload.uid}"
    return web.Response(status=201, headers={"Location": location, **progress_headers(upload)})


async def append_chunk(request: web.Request) -> web.StreamResponse:
    """Append a chunk at the durable offset; the last one is answered once the whole is verified and durable."""
    service = request.app[SERVICE]
    require_version(request)
    _require_chunk_type(request)
    offset, checksum = read_number(request, "Upload-Offset"), read_checksum(request)
    async with service.turns.take(request.match_info["uid"], request.content):
        upload = await _find(service, request)
        if upload.offset != offset:
            raise ProtocolError(
                409,
                "offset-mismatch",
                f"The upload is at byte {upload.offset}, not {offset}.",
                "Ask for the offset with HEAD and go on from there.",
                headers={"Upload-Offset": str(upload.offset)},
            )
        if upload.state == "open":
            upload = await _receive(service, request, upload, checksum)
        elif request.body_exists and request.content_length != 0:
            raise too_large("The upload is complete.", "Send nothing more.")
    return web.Response(status=204, headers=progress_headers(upload))


async def read_offset(request: web.Request) -> web.StreamResponse:
    """Tell how many bytes of an upload are durable."""
    service = request.app[SERVICE]
    require_version(request)
    async with service.turns.take(request.match_info["uid"]):
        upload = await _find(service, request)
    headers = {"Upload-Length": str(upload.length), "Upload-Metadata": upload.metadata}
    return web.Response(status=200, headers={**headers, **progress_headers(upload)})


async def terminate_upload(request: web.Request) -> web.StreamResponse:
    """Give an upload up. What landed stays."""
    service = request.app[SERVICE]
    require_version(request)
    async with service.turns.take(request.match_info["uid"]):
        upload = await _find(service, request)
        await service.run(service.store.uploads.give_up, upload)
    return web.Response(status=204)


async def describe_uploads(request: web.Request) -> web.StreamResponse:
    """Tell what of tus the tenant has."""
    return web.Response(status=204, headers=option_headers(request.app[SERVICE].store.settings))


async def override_method(request: web.Request) -> web.StreamResponse:
    """Do what X-HTTP-Method-Override says, for clients behind something that lets only POST pass (tus demands it)."""
    calls: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "PATCH": append_chunk,
        "DELETE": terminate_upload,
        "HEAD": read_offset,
    }
    call = calls.get(request.headers.get("X-HTTP-Method-Override", ""))
    if call is None:
        raise bad_request("A POST to an upload must carry X-HTTP-Method-Override: PATCH, DELETE or HEAD.")
    return await call(request)


async def _find(service: Service, request: web.Request) -> Upload:
    claim = claim_of(request)

    def find() -> Upload:
        service.store.claims.enter(None, claim)
        return service.store.uploads.find(request.match_info["uid"])

    return await service.run(find)


def _require_chunk_type(request: web.Request) -> None:
    if request.content_type != CHUNK_TYPE:
        raise ProtocolError(
            415, "request-malformed", "The body is not marked as a chunk.", f"Send it as Content-Type: {CHUNK_TYPE}."
        )


async def _receive(service: Service, request: web.Request, upload: Upload, checksum: ExpectedChecksum | None) -> Upload:
    store = service.store
    limit = min(store.settings.chunk_bytes, upload.length - upload.offset)
    if (request.content_length or 0) > limit:
        raise too_large("The body goes beyond the upload's length or the size of a chunk.")
    async with service.turns.receiving():
        chunk = await service.run(
            lambda: Chunk(
                upload,
                layout=store.layout,
                uploads=store.uploads,
                landing=store.landing,
                checksum=checksum,
                limit=store.settings.chunk_bytes,
            )
        )
        try:
            pieces: list[bytes] = []
            waiting = total = 0
            async for piece in _pieces(request.content):
                pieces.append(piece)
                waiting += len(piece)
                total += len(piece)
                if waiting >= _BATCH:
                    await service.run(chunk.write, pieces)
                    pieces, waiting = [], 0
            if request.content_length not in {None, total}:
                raise _cut()
            return await service.run(chunk.finish, pieces)
        except (ConnectionError, ClientError, HttpProcessingError) as error:
            raise _cut() from error
        finally:
            if not chunk.closed:
                with anyio.CancelScope(shield=True):
                    await service.run(chunk.close)


async def _pieces(body: StreamReader) -> AsyncIterator[bytes]:
    """Yield the pieces of a body as they came: joining them would copy each once more."""
    while not body.at_eof():
        piece, _ = await body.readchunk()
        if piece:
            yield piece


def _cut() -> ProtocolError:
    return ProtocolError(
        400,
        "body-cut",
        "The body ended before it was whole; nothing of the chunk was kept.",
        "Ask for the offset with HEAD and go on from there.",
    )

"""The call that hands out a stored content, for a verifier that compares it with what is on site."""

from __future__ import annotations

from typing import BinaryIO

from aiohttp import web

from omt_protocol.protocol_error import ProtocolError
from omt_tenant.http.service import SERVICE, Service

_PIECE = 1 << 20


async def read_content(request: web.Request) -> web.StreamResponse:
    """Stream a stored content, or the range of it that is asked for."""
    service = request.app[SERVICE]
    digest = request.match_info["sha256"]
    try:
        size = (await service.run(service.store.contents.locate, digest)).size
    except KeyError as error:
        raise ProtocolError(
            404, "content-unknown", "The tenant does not store this content.", "Ask for a digest of the manifest."
        ) from error
    start, stop = _range(request, size)
    file = await service.run(service.store.contents.open, digest)
    try:
        return await _stream(service, request, file, start=start, stop=stop, size=size)
    finally:
        file.close()


async def _stream(
    service: Service, request: web.Request, file: BinaryIO, *, start: int, stop: int, size: int
) -> web.StreamResponse:
    partial = (start, stop) != (0, size)
    response = web.StreamResponse(status=206 if partial else 200, headers={"Accept-Ranges": "bytes"})
    response.content_type = "application/octet-stream"
    response.content_length = stop - start
    if partial:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    await response.prepare(request)
    file.seek(start)
    while start < stop and (piece := await service.run(file.read, min(_PIECE, stop - start))):
        await response.write(piece)
        start += len(piece)
    await response.write_eof()
    return response


def _range(request: web.Request, size: int) -> tuple[int, int]:
    try:
        asked = request.http_range
    except ValueError as error:
        raise _unsatisfiable(size) from error
    start, stop, _ = asked.indices(size)
    if "Range" in request.headers and start >= stop:
        raise _unsatisfiable(size)
    return start, stop


def _unsatisfiable(size: int) -> ProtocolError:
    return ProtocolError(
        416,
        "range-impossible",
        f"The content has {size} bytes; the range asked for is not in it.",
        "Ask for one range of bytes within it.",
        headers={"Content-Range": f"bytes */{size}"},
    )

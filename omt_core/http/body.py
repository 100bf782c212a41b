"""The body of a request, bounded while it arrives."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from omt_core.http.refusal import Refusal


def is_encoded(request: web.Request) -> bool:
    """Tell whether a body is compressed or otherwise encoded: none is unpacked, since it may become anything."""
    return request.headers.get("Content-Encoding", "identity").lower() != "identity"


async def read_body(request: web.Request, limit: int, too_large: Callable[[int], Refusal]) -> bytes:
    """Read a body of at most `limit` bytes; raises what `too_large` makes of the limit for a longer one."""
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    data = bytearray()
    async for piece in request.content.iter_any():
        data += piece
        if len(data) > limit:
            raise too_large(limit)
    return bytes(data)

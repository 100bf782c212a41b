"""The body of a request: a JSON object and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NoReturn

from aiohttp import web

from omt_core.http import Refusal, is_encoded, read_body

_BODY: Final = web.RequestKey("body", Mapping[str, object])


def body_of(request: web.Request) -> Mapping[str, object]:
    """Return the body of a POST, which the guard has read."""
    return request[_BODY]


async def read_object(request: web.Request, limit: int) -> None:
    """Read the body, at most `limit` bytes. Raises `Refusal` 400, 413 or 415."""
    if request.content_type != "application/json":
        raise Refusal(415, "not-json", "The body is not JSON.", "Send it as application/json.")
    if is_encoded(request):
        raise Refusal(415, "not-json", "Compressed bodies are not taken.", "Send the body as it is.")
    content = await read_body(request, limit, _too_large)
    try:
        body = json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _malformed() from None
    if not isinstance(body, dict):
        raise _malformed()
    request[_BODY] = body


def _too_large(limit: int) -> Refusal:
    """Refuse a body that is larger than `limit` bytes."""
    return Refusal(
        413, "body-too-large", f"The request is larger than {limit} bytes.", "Send less at once, or a smaller file."
    )


def _malformed() -> Refusal:
    return Refusal(400, "body-malformed", "The body is not a JSON object.", "Send a JSON object in UTF-8.")


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)

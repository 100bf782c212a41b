"""What stands before and behind every call: the token, the errors, and a log that says little."""

from __future__ import annotations

import logging
import time

from aiohttp import web
from aiohttp.typedefs import Handler

from omt_core.http import Refusal, RouteTable, is_encoded, unknown_call
from omt_protocol.protocol_error import ProtocolError
from omt_tenant.http.routes import Route
from omt_tenant.http.service import SENDER, SERVICE
from omt_tenant.http.tus_headers import VERSION
from omt_tenant.store.full_disk import is_full, storage_full

ROUTE_TABLE: web.AppKey[RouteTable[Route]] = web.AppKey("routes")

_log = logging.getLogger("omt.tenant.access")


@web.middleware
async def log_calls(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note what was asked, never what was sent, and how long it took."""
    started = time.monotonic()
    response = await handler(request)
    _log.debug("%s %s %d %.0f ms", request.method, request.path, response.status, 1000 * (time.monotonic() - started))
    return response


def refusal_of(request: web.Request, error: Exception) -> Refusal:
    """Say in the protocol's words what went wrong in a call; what nobody expected goes to the log alone."""
    match error:
        case web.HTTPException():
            return unknown_call(error, f"{error.reason}.", "See /v1/openapi.json for the calls.")
        case _ if is_full(error):
            return storage_full()
        case _:
            _log.error("A call failed: %s %s", request.method, request.path, exc_info=error)
            return ProtocolError(
                500, "internal", "The tenant failed.", "Try again; the tenant's log says what went wrong."
            )


async def mark_tus(request: web.Request, response: web.StreamResponse) -> None:
    """Say the version of tus in every answer about uploads, and keep it out of caches: also that one is not there."""
    if request.path.startswith("/v1/uploads"):
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"


async def check(request: web.Request) -> None:
    """Raise ProtocolError unless the request carries a token where its call needs one, and a plain body."""
    route = request.app[ROUTE_TABLE].of(request.match_info)
    if route is None:
        return
    if route.secured:
        sender = request.app[SERVICE].store.tokens.check(request.headers.get("Authorization", ""))
        if sender is not None:
            if not route.senders:
                raise ProtocolError(
                    403,
                    "sender-refused",
                    "The token is a sender's: it is good for asking what is missing and for uploads, and for no more.",
                    "Leave this call to whoever holds the claim.",
                )
            request[SENDER] = sender
    if is_encoded(request):
        raise ProtocolError(
            415, "request-malformed", "Compressed bodies are not taken.", "Send the body without Content-Encoding."
        )

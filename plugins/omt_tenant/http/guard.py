"""What stands before and behind every call: the token, the errors, and a log that says little."""

from __future__ import annotations

import logging
import time

from aiohttp import web
from aiohttp.typedefs import Handler

from omt_protocol.protocol_error import ProtocolError
from omt_tenant.http.routes import Route
from omt_tenant.http.service import SERVICE, refusal
from omt_tenant.http.tus_headers import VERSION
from omt_tenant.store.full_disk import is_full, storage_full

_log = logging.getLogger("omt_tenant.access")


@web.middleware
async def tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong into an answer of the protocol; no text of an exception reaches the client."""
    started = time.monotonic()
    try:
        response = await handler(request)
    except ProtocolError as error:
        response = refusal(error)
    except web.HTTPException as error:
        response = refusal(_unknown_call(error))
    except Exception as error:  # noqa: BLE001 - the last place where it can be told and logged
        response = refusal(storage_full() if is_full(error) else _failed(request, error))
    _log.debug("%s %s %d %.0f ms", request.method, request.path, response.status, 1000 * (time.monotonic() - started))
    return response


async def mark_tus(request: web.Request, response: web.StreamResponse) -> None:
    """Say the version of tus in every answer about uploads, and keep it out of caches: also that one is not there."""
    if request.path.startswith("/v1/uploads"):
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"


def guarded(route: Route) -> Handler:
    """Return the handler of a route behind its guards."""

    async def call(request: web.Request) -> web.StreamResponse:
        if route.secured:
            request.app[SERVICE].store.tokens.check(request.headers.get("Authorization", ""))
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise ProtocolError(
                415, "request-malformed", "Compressed bodies are not taken.", "Send the body without Content-Encoding."
            )
        return await route.handler(request)

    return call


def _unknown_call(error: web.HTTPException) -> ProtocolError:
    allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return ProtocolError(
        error.status, "call-unknown", f"{error.reason}.", "See /v1/openapi.json for the calls.", headers=allowed
    )


def _failed(request: web.Request, error: Exception) -> ProtocolError:
    _log.error("A call failed: %s %s", request.method, request.path, exc_info=error)
    return ProtocolError(500, "internal", "The tenant failed.", "Try again; the tenant's log says what went wrong.")

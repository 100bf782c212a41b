"""Turns whatever goes wrong in a call into an answer."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from omt_core.api.errors import OmtError
from omt_core.wizard.body import too_large
from omt_core.wizard.refusal import Refusal, answer
from omt_core.wizard.route import CSV_BODY_BYTES
from omt_core.wizard.security.gate import GATE

_log = logging.getLogger("omt.wizard")


@web.middleware
async def tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error in JSON. Text of an exception that nobody expected goes to the log alone."""
    try:
        return await handler(request)
    except (Refusal, OmtError) as error:
        return answer(error)
    except web.HTTPException as error:
        return answer(_of_aiohttp(error))
    except ConnectionError:  # the browser went away; aiohttp knows what to do
        raise
    except Exception as error:  # noqa: BLE001 - the last place where it can be told and logged
        _log.error("a call failed: %s", _name(request), exc_info=error)
        return answer(
            Refusal(
                500,
                "internal",
                "The tool failed in a way that it does not know.",
                "Try again; if that does not help, send the log file.",
            )
        )


def _of_aiohttp(error: web.HTTPException) -> Refusal:
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return too_large(CSV_BODY_BYTES)
    allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return Refusal(
        error.status, "call-unknown", f"The wizard has no such call: {error.reason}.", "Load the page anew.",
        headers=allowed,
    )  # fmt: skip


def _name(request: web.Request) -> str:
    """Return the call's name in the table: what stands in its place in an address is not for the log."""
    route = request.app[GATE].routes.get(request.match_info.route)
    return "a call that no route is known for" if route is None else f"{route.method} {route.path}"

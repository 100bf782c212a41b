"""`POST /api/exchange`: the launch token for a cookie."""

from __future__ import annotations

from aiohttp import web

from omt_core.http import Refusal
from omt_core.wizard.body import body_of
from omt_core.wizard.security.gate import GATE


async def exchange(request: web.Request) -> web.Response:
    """Let a browser in that brings the launch token."""
    token = body_of(request).get("token")
    if not isinstance(token, str):
        raise Refusal(400, "token-missing", "The launch token is missing.", "Send it as `token`.")
    access = request.app[GATE].access
    response = web.Response(status=204)
    response.set_cookie(
        access.cookie_name, access.exchange(token), path=f"{access.home}/", httponly=True, samesite="Strict"
    )
    return response

"""The support bundle: what would be in it, and the bundle that was shown."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from omt_core.logs import log_files
from omt_core.wizard.api.request import answer, controller_of, download

FILE: Final = "omt-support.zip"


async def look(request: web.Request) -> web.Response:
    """Put a bundle together, and say what is in it and where the log lies."""
    bundle = await controller_of(request).support.gather()
    members = [{"name": one.name, "size": one.size} for one in bundle.members]
    return answer({"members": members, "logs": [str(path) for path in log_files()]})


async def give(request: web.Request) -> web.Response:
    """Return the bundle that was last shown, the very same bytes; without one a new one."""
    controller = controller_of(request)
    bundle = await controller.support.shown()
    return download(FILE, bundle.packed(), "application/zip")

"""How this machine stands for a night, for the first page: the same as `omt doctor` says."""

from __future__ import annotations

from aiohttp import web

from omt_core.wizard.api.request import answer, controller_of
from omt_core.wizard.words import told_text


async def look(request: web.Request) -> web.Response:
    """Ask everybody, and return the lines, those that need care first."""
    found = await controller_of(request).support.examine_machine()
    return answer(
        {
            "worst": found.worst,
            "lines": [
                {
                    "name": line.name,
                    "state": line.state,
                    "plugin": line.plugin,
                    **told_text("message", line.message),
                    **told_text("remedy", line.remedy),
                }
                for line in found.lines
            ],
        }
    )

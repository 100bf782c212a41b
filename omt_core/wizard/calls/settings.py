"""The plugins' settings, each section from the plugin's own model."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from omt_core.wizard.calls.asking import Asked, answer, asked, conductor_of
from omt_core.wizard.refusal import Refusal


class SettingsAsked(Asked):
    """`POST /api/settings`."""

    plugin: str
    values: dict[str, Any]


async def look(request: web.Request) -> web.Response:
    """Return all sections."""
    return answer({"sections": conductor_of(request).composer.sections()})


async def change(request: web.Request) -> web.Response:
    """Change a section before an installation is opened."""
    given, conductor = asked(request, SettingsAsked), conductor_of(request)
    if conductor.lease.is_open:
        raise Refusal(
            409,
            "settings-in-use",
            "The installation is open with these settings.",
            "Start the tool again to change them.",
        )
    conductor.composer.change(given.plugin, given.values)
    conductor.changed()
    return await look(request)

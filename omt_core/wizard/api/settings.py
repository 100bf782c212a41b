"""The plugins' settings, each section from the plugin's own model."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from omt_core.wizard.api.request import RequestBody, answer, body_as, controller_of


class SettingsRequest(RequestBody):
    """`POST /api/settings`."""

    plugin: str
    values: dict[str, Any]


async def look(request: web.Request) -> web.Response:
    """Return all sections."""
    return answer({"sections": controller_of(request).opener.composer.sections()})


async def change(request: web.Request) -> web.Response:
    """Change a section before an installation is opened."""
    given = body_as(request, SettingsRequest)
    controller_of(request).opener.change_settings(given.plugin, given.values)
    return await look(request)

"""The plugins' settings, each section from the plugin's own model."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from omt_core.wizard.calls.asking import Asked, answer, asked, conductor_of


class SettingsAsked(Asked):
    """`POST /api/settings`."""

    plugin: str
    values: dict[str, Any]


async def look(request: web.Request) -> web.Response:
    """Return all sections."""
    return answer({"sections": conductor_of(request).composer.sections()})


async def change(request: web.Request) -> web.Response:
    """Change a section before an installation is opened."""
    given = asked(request, SettingsAsked)
    conductor_of(request).change_settings(given.plugin, given.values)
    return await look(request)

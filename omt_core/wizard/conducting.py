"""Where the calls of the page find the conductor."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from omt_core.wizard.conductor import Conductor

CONDUCTOR: Final[web.AppKey[Conductor]] = web.AppKey("conductor", Conductor)

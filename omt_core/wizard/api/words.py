"""What the tool and its plugins say, in the page's language: each page has its own, and fills the templates itself."""

from __future__ import annotations

from aiohttp import web

from omt_core.api.language import catalogue
from omt_core.wizard.api.request import answer


async def look(request: web.Request) -> web.Response:
    """Return the translations of a language by their English templates; English and one not known have none."""
    return answer(catalogue(request.match_info["language"]))

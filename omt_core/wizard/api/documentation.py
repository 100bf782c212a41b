"""The tool's own documentation, as pages of their own that need no network and no script."""

from __future__ import annotations

from html import escape
from typing import Final

from aiohttp import web

from omt_core.documentation import Page, read_page
from omt_core.documentation.rendering import as_html
from omt_core.http import Refusal
from omt_core.wizard.security.gate import GATE

PATH: Final = "/api/documentation/{name:[a-z0-9][a-z0-9/_-]{0,120}}.html"
_STYLES: Final = ("tokens", "base", "documentation")


async def look(request: web.Request) -> web.Response:
    """Return a page of the documentation, which is in English."""
    page = read_page(request.match_info["name"])
    if page is None:
        raise Refusal(404, "documentation-unknown", "There is no such page of the documentation.", "Open its index.")
    text = _document(page, request.app[GATE].access.home)
    return web.Response(text=text, content_type="text/html", charset="utf-8")


def _document(page: Page, home: str) -> str:
    def address(name: str) -> str | None:
        return None if read_page(name) is None else f"{home}/api/documentation/{name}.html"

    styles = "".join(f'<link rel="stylesheet" href="{home}/css/{name}.css">' for name in _STYLES)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(page.title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="{home}/icon.svg">{styles}</head>'
        f'<body><nav><a href="{address("index")}">Documentation</a></nav><main>{as_html(page, address)}</main></body>'
        "</html>"
    )

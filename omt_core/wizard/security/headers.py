"""Headers of every answer: what a browser must not do with it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from omt_core.wizard.security.gate import GATE

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), hid=(),"
        " publickey-credentials-get=(), idle-detection=(), screen-wake-lock=()"
    ),
    "X-DNS-Prefetch-Control": "off",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add them; no handler can weaken them. Only static files may be kept, and only to be asked for again."""
    response.headers.update(HEADERS)
    response.headers.pop("Server", None)  # aiohttp tells its version and Python's
    api = f"{request.app[GATE].access.home}/api/"
    if request.path.startswith(api) or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"

"""What stands before every call: where it comes from, whose it is, and what it may bring."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from omt_core.http import Refusal
from omt_core.wizard.body import read_object
from omt_core.wizard.route import Route
from omt_core.wizard.security.gate import GATE, Gate

BACKGROUND_HEADER: Final = "X-Omt-Background"
"""The page sends it, with `1`, on requests that it makes by itself."""


async def check(request: web.Request) -> None:
    """Raise `Refusal` unless the request may come through; what no route is known for is guarded as the best is."""
    gate = request.app[GATE]
    route = gate.routes.of(request.match_info)
    _refuse_host(request, gate)
    if not _opens_page(request, gate):
        _refuse_origin(request, gate)
    if route is None or not route.open:
        _refuse_stranger(request, gate, route)
    if route is not None and route.method == "POST":
        await read_object(request, route.body_bytes)


def _refuse_host(request: web.Request, gate: Gate) -> None:
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or hosts[0].lower() not in gate.hosts:
        raise Refusal(
            403,
            "host-refused",
            "The wizard is not served under this name.",
            "Open the link as the tool has printed it.",
        )


def _opens_page(request: web.Request, gate: Gate) -> bool:
    """Tell whether a window of the browser goes to the wizard, which may come from anywhere: the link is opened so.

    Old browsers send none of these headers; what they open so is the page alone, which holds nothing.
    """
    return (
        request.method == "GET"
        and request.path == f"{gate.access.home}/"
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    )


def _refuse_origin(request: web.Request, gate: Gate) -> None:
    """Refuse what another site's page asks the browser for; what changes something must say where it comes from."""
    origins = request.headers.getall("Origin", [])
    allowed = tuple(f"http://{host}" for host in gate.hosts)
    reads = request.method == "GET"
    foreign = any(origin not in allowed for origin in origins) or (not origins and not reads)
    sites = ("same-origin", "none") if reads else ("same-origin",)
    if foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in sites:
        raise Refusal(
            403,
            "origin-refused",
            "The request does not come from the wizard's own page.",
            "Use the wizard in the window that its link opened.",
        )


def _refuse_stranger(request: web.Request, gate: Gate, route: Route | None) -> None:
    if not gate.access.holds(request.cookies.get(gate.access.cookie_name)):
        raise Refusal(
            401,
            "session-expired",
            "The wizard does not know this browser, or nobody used it for a while.",
            "Press Enter where the tool runs, and open the link that it prints. Nothing is lost.",
        )
    by_itself = route is None or route.background or request.headers.get(BACKGROUND_HEADER) == "1"
    if not by_itself:
        gate.access.note_use()

"""The aiohttp application, made from the table of routes."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from omt_core import http
from omt_core.wizard.api.request import CONTROLLER
from omt_core.wizard.controller import SessionController
from omt_core.wizard.refusals import refusal_of
from omt_core.wizard.route import Route
from omt_core.wizard.routes import ROUTES
from omt_core.wizard.security.access import Access
from omt_core.wizard.security.gate import GATE, Gate
from omt_core.wizard.security.guard import check
from omt_core.wizard.security.headers import add_headers
from omt_core.wizard.static_files import static_routes


def make_application(
    controller: SessionController, access: Access, port: int, *, routes: Sequence[Route] = ROUTES
) -> web.Application:
    """Return the application that serves the wizard at this port of loopback."""
    application = web.Application(middlewares=[http.tell_errors(refusal_of), http.guard(check)])
    table = http.RouteTable(application, (*static_routes(), *routes), lambda route: f"{access.home}{route.path}")
    application[GATE] = Gate(access, port, table)
    application[CONTROLLER] = controller
    application.on_response_prepare.append(add_headers)
    return application

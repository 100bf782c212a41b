"""The aiohttp application, made from the table of routes."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from omt_core.wizard.api.request import CONTROLLER
from omt_core.wizard.controller import SessionController
from omt_core.wizard.errors import tell_errors
from omt_core.wizard.route import CSV_BODY_BYTES, Route
from omt_core.wizard.routes import ROUTES
from omt_core.wizard.security.access import Access
from omt_core.wizard.security.gate import GATE, Gate
from omt_core.wizard.security.guard import guard
from omt_core.wizard.security.headers import add_headers
from omt_core.wizard.static_files import static_routes


def make_application(
    controller: SessionController, access: Access, port: int, *, routes: Sequence[Route] = ROUTES
) -> web.Application:
    """Return the application that serves the wizard at this port of loopback."""
    application = web.Application(middlewares=[tell_errors, guard], client_max_size=CSV_BODY_BYTES)
    known = {
        application.router.add_route(route.method, f"{access.home}{route.path}", route.handler): route
        for route in (*static_routes(), *routes)
    }
    application[GATE] = Gate(access, port, known)
    application[CONTROLLER] = controller
    application.on_response_prepare.append(add_headers)
    return application

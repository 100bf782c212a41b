"""The aiohttp application, made from the table of routes."""

from __future__ import annotations

import re

import anyio
from aiohttp import web

from omt_core.http import RouteTable, guard, tell_errors
from omt_tenant.http.guard import ROUTE_TABLE, check, log_calls, mark_tus, refusal_of
from omt_tenant.http.openapi import OPENAPI_PATH, read_openapi
from omt_tenant.http.routes import PATH_PARAMETERS, ROUTES
from omt_tenant.http.service import SERVICE, Service
from omt_tenant.http.turns import UploadTurns
from omt_tenant.migration.completion import Completion
from omt_tenant.tenant import Store

_SPARE_WORKERS = 4
"""Threads beside those that receive uploads, so that short calls need not wait for them."""


def make_application(store: Store, completing: Completion) -> web.Application:
    """Return the application that serves a store; must be called in a running event loop."""
    parallel = store.settings.parallel_uploads
    application = web.Application(middlewares=[log_calls, tell_errors(refusal_of), guard(check)])
    application[SERVICE] = Service(
        store=store,
        completing=completing,
        workers=anyio.CapacityLimiter(parallel + _SPARE_WORKERS),
        turns=UploadTurns(parallel),
    )
    application.on_response_prepare.append(mark_tus)
    application.router.add_route("GET", OPENAPI_PATH, read_openapi)
    application[ROUTE_TABLE] = RouteTable(application, ROUTES, lambda route: with_patterns(route.path))
    return application


def with_patterns(path: str) -> str:
    """Return a path of the table as aiohttp's router wants it, with the form of each variable part."""
    return re.sub(r"\{(\w+)\}", lambda match: f"{{{match[1]}:{PATH_PARAMETERS[match[1]]}}}", path)

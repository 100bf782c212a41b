"""One table of calls: an application is made from it, and whatever walks all calls is too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from aiohttp import web

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Method: TypeAlias = Literal["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A call; each server adds what its guards and its documents must know about it."""

    method: Method
    path: str
    handler: Handler


RouteT = TypeVar("RouteT", bound=Route)


class RouteTable(Generic[RouteT]):
    """Which call of aiohttp's router is which of a server's."""

    def __init__(self, application: web.Application, routes: Iterable[RouteT], path: Callable[[RouteT], str]) -> None:
        """Add routes to an application, each at the path that it has there."""
        self._known = {
            application.router.add_route(route.method, path(route), route.handler): route for route in routes
        }

    def of(self, match: web.UrlMappingMatchInfo) -> RouteT | None:
        """Return the route that a request matched; None for what no route is known for."""
        return self._known.get(match.route)

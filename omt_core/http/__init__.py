"""The small kit that both servers are made with, the wizard's and the tenant's: route, body, refusal, guard.

What they say, whom they let in and what their calls do is theirs. Plugins that serve may use it.
"""

from __future__ import annotations

from omt_core.http.body import is_encoded, read_body
from omt_core.http.middleware import guard, tell_errors
from omt_core.http.refusal import Refusal, unknown_call
from omt_core.http.route import Handler, Method, Route, RouteTable

__all__ = [
    "Handler",
    "Method",
    "Refusal",
    "Route",
    "RouteTable",
    "guard",
    "is_encoded",
    "read_body",
    "tell_errors",
    "unknown_call",
]

"""What every answer forbids the browser."""

from __future__ import annotations

import pytest

from omt_core.wizard.security.headers import HEADERS
from tests.core.wizard.serving import PROBES, served

pytestmark = pytest.mark.anyio

REQUESTS = [
    ("GET", "/", True),
    ("GET", "/", False),
    ("POST", "/api/exchange", False),
    *((route.method, route.path, True) for route in PROBES if route.path != "/api/stream"),
    ("GET", "/api/probe/1", False),
    ("GET", "/nothing", True),
    ("PUT", "/api/probe", True),
]


@pytest.mark.parametrize(("method", "path", "known"), REQUESTS)
async def test_no_answer_is_without_them(method: str, path: str, known: bool) -> None:
    async with served() as wizard:
        headers = {"Origin": wizard.origin} | (wizard.cookie if known else {})
        response = await wizard.ask(method, path, headers=headers)
        assert {name: response.headers.getall(name) for name in HEADERS} == {
            name: [value] for name, value in HEADERS.items()
        }
        assert "Server" not in response.headers
        page = path == "/" and response.status == 200
        assert response.headers["Cache-Control"] == ("no-cache" if page else "no-store")
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    for kind in ("script-src", "style-src", "img-src", "connect-src"):
        assert policy[kind] == "'self'"
    for kind in ("form-action", "frame-ancestors", "base-uri"):
        assert policy[kind] == "'none'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]

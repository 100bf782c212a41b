"""Every call is refused unless all is right; each route of the table is walked, so that no new one is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from aiohttp.test_utils import make_mocked_request

from omt_core.wizard.application import make_application
from omt_core.wizard.route import BODY_BYTES, CSV_BODY_BYTES, Route
from omt_core.wizard.routes import ROUTES
from omt_core.wizard.security.access import Access
from omt_core.wizard.security.gate import GATE
from omt_core.wizard.security.guard import BACKGROUND_HEADER
from omt_core.wizard.static_files import static_routes
from tests.core.wizard.serving import (
    FAULT,
    IDLE_SECONDS,
    PROBES,
    FakeController,
    FakeDoorway,
    Served,
    error_code,
    served,
)

pytestmark = pytest.mark.anyio

OPEN = {("POST", "/api/exchange")}
"""The only call that needs no cookie; the files of the page need none either."""
ALL = (*ROUTES, *PROBES)


def shown(route: Route) -> str:
    return f"{route.method} {route.path}"


PARTS = {"id": "1", "photo": "1", "code": "a-code", "name": "index", "language": "de"}
"""Something for each variable part of a path but those that say what may stand there, such as `{form:csv|json}`."""


def address(route: Route) -> str:
    def filled(part: re.Match[str]) -> str:
        name, pattern = part.groups()
        return PARTS.get(name) or pattern.split("|")[0]

    return re.sub(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})*))?\}", filled, route.path)


def cookie(wizard: Served, route: Route) -> dict[str, str]:
    return {} if route.open else wizard.cookie


every_route = pytest.mark.parametrize("route", [*ALL, *static_routes()], ids=shown)
every_post = pytest.mark.parametrize("route", [route for route in ALL if route.method == "POST"], ids=shown)


def test_only_the_exchange_is_open_and_every_call_lies_below_api() -> None:
    assert {(route.method, route.path) for route in ROUTES if route.open} == OPEN
    assert all(route.path.startswith("/api/") for route in ROUTES)


@every_route
async def test_the_walk_reaches_it(route: Route) -> None:
    controller = FakeController()
    access = Access(FakeDoorway(), idle_seconds=IDLE_SECONDS, busy=lambda: controller.busy)
    application = make_application(controller, access, 80, routes=ALL)
    match = await application.router.resolve(make_mocked_request(route.method, access.home + address(route)))
    assert application[GATE].routes.of(match).path == route.path


@pytest.mark.parametrize("route", [route for route in ALL if not route.open], ids=shown)
async def test_without_a_cookie_nothing_is_answered(route: Route) -> None:
    async with served() as wizard:
        for sent in ({}, {"Cookie": f"{wizard.access.cookie_name}=x"}, {"Cookie": wizard.cookie["Cookie"][:-1]}):
            response = await wizard.ask(route.method, address(route), headers=sent)
            assert (response.status, await error_code(response)) == (401, "session-expired")


HOSTS: list[Callable[[Served], str]] = [
    lambda wizard: "evil.example",
    lambda wizard: f"evil.example:{wizard.port}",
    lambda wizard: "127.0.0.1",
    lambda wizard: f"127.0.0.1:{wizard.port + 1}",
    lambda wizard: f"localhost.evil.example:{wizard.port}",
    lambda wizard: f"[::1]:{wizard.port}",
    lambda wizard: f"0.0.0.0:{wizard.port}",
]


@every_route
async def test_under_another_name_nothing_is_served(route: Route) -> None:
    async with served() as wizard:
        known = cookie(wizard, route)
        for host in HOSTS:
            response = await wizard.ask(route.method, address(route), headers={"Host": host(wizard), **known})
            assert (response.status, await error_code(response)) == (403, "host-refused")


@every_route
async def test_what_another_sites_page_asks_for_is_refused(route: Route) -> None:
    async with served() as wizard:
        known = cookie(wizard, route)
        for foreign in (
            {"Origin": "https://evil.example", "Sec-Fetch-Site": ""},
            {"Origin": f"https://127.0.0.1:{wizard.port}"},
            {"Origin": f"http://127.0.0.1:{wizard.port + 1}", "Sec-Fetch-Site": "same-site"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            response = await wizard.ask(route.method, address(route), headers={**foreign, **known})
            assert (response.status, await error_code(response)) == (403, "origin-refused")


@every_post
async def test_what_changes_something_must_say_where_it_comes_from(route: Route) -> None:
    async with served() as wizard:
        known = cookie(wizard, route)
        for silent in ({"Origin": ""}, {"Sec-Fetch-Site": "none"}):
            response = await wizard.ask("POST", address(route), headers={**silent, **known})
            assert (response.status, await error_code(response)) == (403, "origin-refused")


@every_post
async def test_a_body_that_is_not_json_is_refused(route: Route) -> None:
    async with served() as wizard:
        known = cookie(wizard, route)
        for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            response = await wizard.ask("POST", address(route), headers={"Content-Type": kind, **known})
            assert (response.status, await error_code(response)) == (415, "not-json")
        packed = await wizard.ask("POST", address(route), headers={"Content-Encoding": "gzip", **known})
        assert (packed.status, await error_code(packed)) == (415, "not-json")
        for body in (b"", b"{", b"[]", b'"x"', b'{"a": NaN}', b'{"a": "\xff"}', b'{"a":' * 100_000):
            response = await wizard.ask("POST", address(route), headers=known, body=body)
            assert (response.status, await error_code(response)) == (400, "body-malformed")


@every_post
async def test_a_body_may_not_be_larger_than_its_route_takes(route: Route) -> None:
    limit = CSV_BODY_BYTES if route.csv else BODY_BYTES
    async with served() as wizard:
        response = await wizard.ask("POST", address(route), headers=cookie(wizard, route), body=b" " * (limit + 1))
        assert (response.status, await error_code(response)) == (413, "body-too-large")


async def test_a_body_that_does_not_tell_its_size_is_limited_too() -> None:
    async def chunks(size: int):
        for _ in range(size >> 16):
            yield b" " * (1 << 16)

    async with served() as wizard:
        headers = {**wizard.cookie, "Origin": wizard.origin, "Content-Type": "application/json"}
        for path, size in (("/api/probe", 2 * BODY_BYTES), ("/api/csv", 2 * CSV_BODY_BYTES)):
            async with wizard.client.post(f"{wizard.home}{path}", data=chunks(size), headers=headers) as response:
                assert (response.status, await error_code(response)) == (413, "body-too-large")


async def test_who_has_the_cookie_and_comes_from_the_page_is_answered() -> None:
    async with served() as wizard:
        known = wizard.cookie
        for host in (f"127.0.0.1:{wizard.port}", f"localhost:{wizard.port}", f"LocalHost:{wizard.port}"):
            response = await wizard.ask("GET", "/api/probe/1", headers={"Host": host, **known})
            assert response.status == 200
        typed = await wizard.ask("GET", "/api/probe/1", headers={"Sec-Fetch-Site": "none", **known})
        assert typed.status == 200
        written = await wizard.ask("POST", "/api/probe", body=b'{"name": "\xc3\xa6"}', headers=known)
        assert await written.json() == {"name": "æ"}


async def test_the_page_opens_from_a_file_or_a_link_but_in_no_frame() -> None:
    window = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    old = {"Sec-Fetch-Site": "", "Sec-Fetch-Mode": "", "Sec-Fetch-Dest": ""}
    async with served() as wizard:
        for headers in ({**window, "Sec-Fetch-Site": "cross-site"}, {**window, "Sec-Fetch-Site": "none"}, old):
            assert (await wizard.ask("GET", "/", headers=headers)).status == 200
        frame = await wizard.ask(
            "GET", "/", headers={**window, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
        )
        assert (frame.status, await error_code(frame)) == (403, "origin-refused")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"])
async def test_other_methods_are_refused(method: str) -> None:
    async with served() as wizard:
        response = await wizard.ask(method, "/api/probe", headers={"Origin": wizard.origin, **wizard.cookie})
        assert response.status in {403, 405}
        assert "Access-Control-Allow-Origin" not in response.headers
        if response.status == 405:
            assert response.headers["Allow"] == "POST"


async def test_an_unknown_call_is_told_to_whom_is_in_alone() -> None:
    async with served() as wizard:
        for method, path in (("GET", "/api/nothing"), ("GET", "/nothing"), ("POST", "/")):
            assert (await wizard.ask(method, path)).status == 401
            response = await wizard.ask(method, path, headers=wizard.cookie)
            assert response.status in {404, 405}
            assert await error_code(response) == "call-unknown"


async def test_a_fault_tells_the_browser_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as wizard:
        response = await wizard.ask("GET", "/api/fault", headers=wizard.cookie)
        assert (response.status, await error_code(response)) == (500, "internal")
        assert FAULT not in await response.text()
        assert "Traceback" not in await response.text()


async def test_an_error_of_the_migration_is_told_in_its_own_words() -> None:
    async with served() as wizard:
        response = await wizard.ask("GET", "/api/stand", headers=wizard.cookie)
        assert (response.status, await error_code(response)) == (422, "findings-stand")


async def test_what_the_page_does_by_itself_keeps_no_session() -> None:
    background = {BACKGROUND_HEADER: "1"}
    async with served() as wizard:
        known = wizard.cookie
        for path, headers in (("/api/background", {}), ("/api/probe/1", background), ("/api/nothing", {}), ("/", {})):
            wizard.access.note_use()
            wizard.clock.now += IDLE_SECONDS - 1
            await wizard.ask("GET", path, headers={**known, **headers})
            wizard.clock.now += 1
            response = await wizard.ask("GET", "/api/probe/1", headers=known)
            assert (response.status, await error_code(response)) == (401, "session-expired"), path
            known = wizard.cookie
        wizard.clock.now += IDLE_SECONDS - 1
        await wizard.ask("GET", "/api/probe/1", headers=known)
        wizard.clock.now += IDLE_SECONDS - 1
        assert (await wizard.ask("GET", "/api/probe/1", headers=known)).status == 200

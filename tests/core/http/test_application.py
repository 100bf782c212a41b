"""A server made with the kit: guarded calls, bounded bodies, and every error an answer of one form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from omt_core.http import Refusal, Route, RouteTable, guard, is_encoded, read_body, tell_errors, unknown_call

pytestmark = pytest.mark.anyio

LIMIT = 1_000


def too_large(limit: int) -> Refusal:
    return Refusal(413, "too-large", f"More than {limit} bytes.", "Send less.")


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await read_body(request, LIMIT, too_large))


async def refuse(request: web.Request) -> web.Response:
    raise Refusal(409, "taken", "It is taken.", "Take another.", fields={"names": ["a"]}, headers={"Retry-After": "3"})


async def fail(request: web.Request) -> web.Response:
    raise ValueError("a secret")


ROUTES = (
    Route(method="POST", path="/echo", handler=echo),
    Route(method="GET", path="/refuse", handler=refuse),
    Route(method="GET", path="/fail", handler=fail),
)


@asynccontextmanager
async def served() -> AsyncIterator[tuple[str, list[str]]]:
    """Serve the routes below /api; yields the address and the paths of the routes that were checked."""
    checked: list[str] = []

    async def check(request: web.Request) -> None:
        route = table.of(request.match_info)
        checked.append("unknown" if route is None else route.path)
        if is_encoded(request):
            raise Refusal(415, "encoded", "It is encoded.", "Send it as it is.")

    def words(request: web.Request, error: Exception) -> Refusal:
        if isinstance(error, web.HTTPException):
            return unknown_call(error, "There is no such call.", "Look again.")
        return Refusal(500, "internal", type(error).__name__, "Try again.")

    application = web.Application(middlewares=[tell_errors(words), guard(check)])
    table = RouteTable(application, ROUTES, lambda route: f"/api{route.path}")
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", checked
    finally:
        await runner.cleanup()


async def test_a_refusal_is_its_status_its_headers_and_three_words_beside_what_it_is_about() -> None:
    async with served() as (url, _), ClientSession() as session, session.get(f"{url}/api/refuse") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (409, "3")
        said = {"code": "taken", "message": "It is taken.", "remedy": "Take another.", "names": ["a"]}
        assert await answer.json() == {"error": said}


async def test_what_nobody_expected_is_told_in_the_servers_words_and_not_in_its_own() -> None:
    async with served() as (url, _), ClientSession() as session, session.get(f"{url}/api/fail") as answer:
        assert (answer.status, (await answer.json())["error"]["message"]) == (500, "ValueError")


@pytest.mark.parametrize(("path", "status", "allow"), [("/api/none", 404, None), ("/api/echo", 405, "POST")])
async def test_an_unknown_call_is_checked_too_and_says_what_may_be_called(
    path: str, status: int, allow: str | None
) -> None:
    async with served() as (url, checked), ClientSession() as session, session.get(f"{url}{path}") as answer:
        assert (answer.status, answer.headers.get("Allow")) == (status, allow)
        assert (await answer.json())["error"]["code"] == "call-unknown"
        assert checked == ["unknown"]


async def test_a_body_is_taken_up_to_its_limit_whatever_its_length_is_said_to_be() -> None:
    async def pieces(size: int) -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    async with served() as (url, _), ClientSession() as session:
        for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
            async with session.post(f"{url}/api/echo", data=b"x" * size) as answer:
                assert answer.status == status
            async with session.post(f"{url}/api/echo", data=pieces(size)) as answer:
                assert answer.status == status


async def test_the_guard_stands_before_the_call() -> None:
    async with served() as (url, checked), ClientSession() as session:
        async with session.post(f"{url}/api/echo", data=b"x", headers={"Content-Encoding": "gzip"}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (415, "encoded")
        assert checked == ["/echo"]

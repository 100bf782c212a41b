"""A wizard that is served to tests, on loopback, with a clock of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO

import anyio
from aiohttp import ClientResponse, ClientSession, DummyCookieJar, web
from yarl import URL

from omt_core.api.errors import FindingsError
from omt_core.wizard.application import make_application
from omt_core.wizard.body import body_of
from omt_core.wizard.controller.events import EventStream
from omt_core.wizard.route import Route
from omt_core.wizard.routes import ROUTES
from omt_core.wizard.security.access import Access
from omt_core.wizard.server import listen, serving

FAULT = "planted-text-of-a-fault"
IDLE_SECONDS = 1800.0


class FakeController:
    """Conducts nothing; a test says whether it is busy."""

    def __init__(self) -> None:
        self.busy = False
        self.events = EventStream()
        self.closed = anyio.Event()

    def state(self) -> str:
        return "{}"

    def stop(self) -> None:
        self.closed.set()


@dataclass(slots=True)
class FakeDoorway:
    """Remembers the launch tokens."""

    tokens: list[str] = field(default_factory=list)
    shut_times: int = 0

    def show(self, way: str) -> None:
        self.tokens.append(way.partition("#token=")[2])

    def shut(self) -> None:
        self.shut_times += 1


@dataclass(slots=True)
class Clock:
    """Stands still until a test moves it."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True, kw_only=True)
class Served:
    """The wizard that is served, and a browser without memory."""

    port: int
    access: Access
    doorway: FakeDoorway
    controller: FakeController
    clock: Clock
    client: ClientSession

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> str:
        return f"{self.origin}{self.access.home}"

    @property
    def cookie(self) -> dict[str, str]:
        """Exchange the newest launch token for a session, and return its header."""
        self.access.renew()
        return {"Cookie": f"{self.access.cookie_name}={self.access.exchange(self.doorway.tokens[-1])}"}

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> ClientResponse:
        """Send a request as the page does, but for the cookie; `headers` replace what it sends, "" takes it away."""
        given = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
        if method == "POST":
            given |= {"Origin": self.origin, "Content-Type": "application/json"}
            body = b"{}" if body is None else body
        given = {name: value for name, value in (given | dict(headers or {})).items() if value}
        url = URL(f"{self.home}{path}", encoded=True)
        response = await self.client.request(
            method,
            url,
            headers=given,
            data=None if body is None else BytesIO(body),
            allow_redirects=False,
            skip_auto_headers=("Content-Type",),
        )
        await response.read()
        return response


async def error_code(response: ClientResponse) -> str:
    """The code of an error, which must have its message and remedy, and beside them only what they were made from."""
    assert response.content_type == "application/json"
    body = await response.json()
    assert set(body) == {"error"}
    words = {key: body["error"][key] for key in ("code", "message", "remedy")}
    assert all(words.values())
    assert set(body["error"]) - set(words) <= {"template", "parameters", "remedy_template", "remedy_parameters"}
    return str(words["code"])


async def _read(request: web.Request) -> web.Response:
    return web.json_response({"personal": "data"})


async def _write(request: web.Request) -> web.Response:
    return web.json_response(dict(body_of(request)))


async def _fail(request: web.Request) -> web.Response:
    raise ValueError(FAULT)


async def _stand(request: web.Request) -> web.Response:
    raise FindingsError("findings-stand", "Something stands.", "Mend it.")


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b": here\n\n")
    await anyio.sleep_forever()
    return response


PROBES = (
    Route(method="GET", path="/api/probe/{id}", handler=_read),
    Route(method="GET", path="/api/background", handler=_read, background=True),
    Route(method="POST", path="/api/probe", handler=_write),
    Route(method="POST", path="/api/csv", handler=_write, csv=True),
    Route(method="GET", path="/api/fault", handler=_fail),
    Route(method="GET", path="/api/stand", handler=_stand),
    Route(method="GET", path="/api/stream", handler=_stream, background=True),
)
"""Calls beside the wizard's own, so that the door can be tried whatever rooms lie behind it."""


@asynccontextmanager
async def served(*, routes: Sequence[Route] = (*ROUTES, *PROBES), grace_seconds: float = 0.01) -> AsyncIterator[Served]:
    """Serve a wizard while the context lasts."""
    controller, doorway, clock = FakeController(), FakeDoorway(), Clock()
    access = Access(doorway, idle_seconds=IDLE_SECONDS, busy=lambda: controller.busy, clock=clock)
    access.renew()
    listener = listen()
    port = listener.getsockname()[1]
    application = make_application(controller, access, port, routes=routes)
    async with ClientSession(cookie_jar=DummyCookieJar()) as client, serving(application, listener, grace_seconds):
        yield Served(port=port, access=access, doorway=doorway, controller=controller, clock=clock, client=client)

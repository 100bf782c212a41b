"""The page as its calls see it: the real controller, served, and a client with its cookie."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, DummyCookieJar

from omt_core.wizard.application import make_application
from omt_core.wizard.security.access import Access
from omt_core.wizard.server import listen, serving
from tests.core.wizard.controller.site import Site, site_in
from tests.core.wizard.serving import FakeDoorway


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer: its status, its JSON if it is some, and its bytes."""

    status: int
    json: Any
    content: bytes
    headers: Mapping[str, str]


def file_body(content: bytes) -> dict[str, object]:
    """The body of a call that takes a file."""
    return {"content": base64.b64encode(content).decode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is logged in to the wizard."""

    site: Site
    origin: str
    home: str
    cookie: str
    client: ClientSession

    async def get(self, path: str) -> Answered:
        """Read."""
        return await self._ask("GET", path, None)

    async def post(self, path: str, body: Mapping[str, object] | None = None) -> Answered:
        """Call."""
        return await self._ask("POST", path, json.dumps(dict(body or {})))

    async def _ask(self, method: str, path: str, body: str | None) -> Answered:
        headers = {"Cookie": self.cookie, "Origin": self.origin, "Content-Type": "application/json"}
        async with self.client.request(method, f"{self.home}{path}", data=body, headers=headers) as response:
            content = await response.read()
            is_json = response.content_type == "application/json"
            return Answered(
                status=response.status,
                json=json.loads(content) if is_json else None,
                content=content,
                headers=dict(response.headers),
            )


@asynccontextmanager
async def page_in(
    folder: Path, *, users: int = 6, documents: int = 10, plants: Mapping[str, int] | None = None
) -> AsyncIterator[Page]:
    """Build what is not there yet, and serve a wizard at Welcome."""
    doorway = FakeDoorway()
    async with site_in(folder, users=users, documents=documents, plants=plants) as site:
        access = Access(doorway, idle_seconds=1_800.0, busy=lambda: site.controller.busy)
        access.renew()
        listener = listen()
        port = listener.getsockname()[1]
        application = make_application(site.controller, access, port)
        async with ClientSession(cookie_jar=DummyCookieJar()) as client, serving(application, listener):
            origin = f"http://127.0.0.1:{port}"
            yield Page(
                site=site,
                origin=origin,
                home=f"{origin}{access.home}",
                cookie=f"{access.cookie_name}={access.exchange(doorway.tokens[-1])}",
                client=client,
            )

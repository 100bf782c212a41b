"""Tokens are short-lived, and long work does not notice."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from aiohttp import web

from omt_core.api.calls import ConnectOnline
from omt_online.client import ClientSettings, connect
from omt_online.client.answers import Token
from omt_online.client.tokens import Tokens
from tests.plugins.omt_online.client.tenants import Watcher
from tests.plugins.omt_online.client.test_failures import answering

pytestmark = pytest.mark.anyio


class Exchange:
    """Gives numbered tokens."""

    def __init__(self, expires_in: float) -> None:
        self.expires_in = expires_in
        self.given = 0

    async def __call__(self) -> Token:
        await anyio.lowlevel.checkpoint()
        self.given += 1
        return Token(token=f"s-{self.given}", expires_in=self.expires_in)


async def test_a_token_serves_until_its_time_is_nearly_over() -> None:
    exchange = Exchange(expires_in=1_000)
    tokens = Tokens(exchange)
    assert [(await tokens.current()).get_secret_value() for _ in range(3)] == ["s-1"] * 3
    exchange = Exchange(expires_in=0)
    tokens = Tokens(exchange)
    assert [(await tokens.current()).get_secret_value() for _ in range(2)] == ["s-1", "s-2"]


async def test_a_token_that_is_refused_to_many_at_once_is_renewed_once() -> None:
    exchange = Exchange(expires_in=1_000)
    tokens = Tokens(exchange)
    refused = await tokens.current()
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(tokens.renewed, refused)
    assert exchange.given == 2


async def test_a_request_with_an_expired_token_is_repeated_once_with_a_new_one(tmp_path: Path) -> None:
    given = 0
    asked: list[str] = []

    async def tenant(request: web.BaseRequest) -> web.Response:
        nonlocal given
        match request.path:
            case "/v1/capabilities":
                limits = dict.fromkeys(
                    ("bundle_bytes", "member_bytes", "chunk_bytes", "digests_per_request", "parallel_uploads"), 1
                )
                return web.json_response({"protocol": "1", "limits": limits, "tus": "1.0.0"})
            case "/v1/tokens":
                given += 1
                return web.json_response({"token": f"t{given}", "expires_in": 1_000})
        asked.append(request.headers["Authorization"])
        if asked[-1] == "Bearer t1":
            return web.json_response({"error": {"code": "token-expired", "message": "Expired."}}, status=401)
        return web.json_response(
            {"tenant": "t", "state": "Running", "public_key": "ab" * 32, "migration": None, "of a newer tenant": 1}
        )

    (tmp_path / "token").write_text("secret")
    async with answering(tenant) as url:
        settings = ClientSettings(url=url, token_file=tmp_path / "token")
        await (await connect(settings, ConnectOnline(run=Watcher()))).aclose()
    assert asked == ["Bearer t1", "Bearer t2"]

"""Tokens are short-lived, and long work does not notice."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from aiohttp import web

from omt_core.api.calls import ConnectOnline
from omt_core.api.errors import OnlineRefusedError
from omt_online.client import ClientSettings, connect
from omt_online.client.answers import Token
from omt_online.client.tokens import Tokens
from omt_protocol.errors import SECRET_WRONG, TOKEN_WRONG
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


class Renewing:
    """A tenant that takes one token only, and gives tokens for one secret only; it notes what it was asked with."""

    def __init__(self, *, takes: str, secret: str = "secret", fault: str = "") -> None:
        self.takes, self.secret, self.fault = takes, secret, fault
        self.given = 0
        self.asked: list[str] = []

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        match request.path:
            case "/v1/capabilities":
                limits = dict.fromkeys(
                    ("bundle_bytes", "member_bytes", "chunk_bytes", "digests_per_request", "parallel_uploads"), 1
                )
                return web.json_response({"protocol": "1", "limits": limits, "tus": "1.0.0"})
            case "/v1/tokens":
                if (await request.json())["secret"] != self.secret:
                    return web.json_response({"error": {"code": "secret-wrong", "message": "No."}}, status=401)
                self.given += 1
                return web.json_response({"token": f"t{self.given}", "expires_in": 1_000})
        self.asked.append(request.headers["Authorization"].removeprefix("Bearer "))
        if self.asked[-1] != self.takes:
            if not self.fault:
                return web.Response(status=401)  # as to HEAD, whose answer has no body
            told = {"code": self.fault, "message": "No.", "remedy": "Exchange the secret at POST /v1/tokens."}
            return web.json_response({"error": told}, status=401)
        return web.json_response(
            {"tenant": "t", "state": "Running", "public_key": "ab" * 32, "migration": None, "of a newer tenant": 1}
        )


@pytest.mark.parametrize("fault", ["token-expired", "token-wrong", ""])
async def test_a_request_whose_token_is_not_taken_is_repeated_once_with_a_new_one(tmp_path: Path, fault: str) -> None:
    tenant = Renewing(takes="t2", fault=fault)
    (tmp_path / "token").write_text("secret")
    async with answering(tenant) as url:
        settings = ClientSettings(url=url, token_file=tmp_path / "token")
        await (await connect(settings, ConnectOnline(run=Watcher()))).aclose()
    assert tenant.asked == ["t1", "t2"]


async def test_a_tenant_that_takes_no_token_at_all_is_told_with_what_a_person_can_do(tmp_path: Path) -> None:
    tenant = Renewing(takes="none", fault="token-wrong")
    (tmp_path / "token").write_text("secret")
    async with answering(tenant) as url:
        settings = ClientSettings(url=url, token_file=tmp_path / "token")
        with pytest.raises(OnlineRefusedError) as caught:
            await connect(settings, ConnectOnline(run=Watcher()))
    assert tenant.asked == ["t1", "t2"]
    assert (caught.value.code, caught.value.remedy) == ("token-wrong", TOKEN_WRONG.remedy)


async def test_a_secret_that_is_given_out_anew_under_way_is_read_from_its_file(tmp_path: Path) -> None:
    tenant = Renewing(takes="t1")
    file = tmp_path / "token"
    file.write_text("secret")
    async with answering(tenant) as url:
        target = await connect(ClientSettings(url=url, token_file=file), ConnectOnline(run=Watcher()))
        tenant.secret, tenant.takes = "newer", "t2"
        file.write_text("newer")
        await target.status()
        # One that was revoked while nobody has put another into the file is told as that.
        tenant.secret, tenant.takes = "newest", "t3"
        with pytest.raises(OnlineRefusedError) as caught:
            await target.status()
        await target.aclose()
    assert tenant.asked == ["t1", "t1", "t2", "t2"]
    assert (caught.value.code, caught.value.remedy) == ("secret-wrong", SECRET_WRONG.remedy)

"""The launch token for a cookie, as a browser does it."""

from __future__ import annotations

import json

import pytest

from omt_core.api.redaction import SECRETS
from tests.core.wizard.serving import error_code, served

pytestmark = pytest.mark.anyio


def body(token: object) -> bytes:
    return json.dumps({"token": token}).encode()


async def test_it_answers_a_cookie_that_no_script_and_no_other_site_gets() -> None:
    async with served() as wizard:
        response = await wizard.ask("POST", "/api/exchange", body=body(wizard.doorway.tokens[-1]))
        (header,) = response.headers.getall("Set-Cookie")
        pair, *attributes = header.split("; ")
        name, _, value = pair.partition("=")
        assert (response.status, await response.read()) == (204, b"")
        assert name == wizard.access.cookie_name
        assert {attribute.lower() for attribute in attributes} == {
            "httponly",
            "samesite=strict",
            f"path={wizard.access.home}/".lower(),
        }
        assert len(value) >= 43
        assert (await wizard.ask("GET", "/api/probe/1", headers={"Cookie": pair})).status == 200


async def test_a_token_is_taken_once() -> None:
    async with served() as wizard:
        token = body(wizard.doorway.tokens[-1])
        assert (await wizard.ask("POST", "/api/exchange", body=token)).status == 204
        again = await wizard.ask("POST", "/api/exchange", body=token)
        assert (again.status, await error_code(again)) == (401, "launch-token-wrong")
        assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize("token", [None, 1, True, ["x"], {"a": 1}])
async def test_a_token_is_text(token: object) -> None:
    async with served() as wizard:
        response = await wizard.ask("POST", "/api/exchange", body=body(token))
        assert (response.status, await error_code(response)) == (400, "token-missing")


async def test_a_token_in_an_address_is_no_token() -> None:
    async with served() as wizard:
        response = await wizard.ask("POST", f"/api/exchange?token={wizard.doorway.tokens[-1]}")
        assert response.status == 400
        assert "Set-Cookie" not in response.headers


async def test_a_flood_of_wrong_tokens_keeps_nobody_out() -> None:
    async with served() as wizard:
        statuses = [(await wizard.ask("POST", "/api/exchange", body=body("wrong"))).status for _ in range(12)]
        assert statuses == [401] * 10 + [429] * 2
        right = await wizard.ask("POST", "/api/exchange", body=body(wizard.doorway.tokens[-1]))
        assert right.status == 204


async def test_the_cookie_is_for_a_path_that_nobody_else_knows() -> None:
    async with served() as wizard, served() as other:
        assert wizard.access.home != other.access.home
        assert len(wizard.access.home) * 6 >= 128
        assert SECRETS.hide(wizard.access.home) == "***"
        for path in ("/", "/index.html", "/api/exchange", "/api/state", "/favicon.ico", f"{other.access.home}/"):
            headers = {"Cookie": wizard.cookie["Cookie"]}
            async with wizard.client.get(f"{wizard.origin}{path}", headers=headers) as response:
                assert response.status in {404, 405}
                assert wizard.access.home not in str(response.headers) + await response.text()

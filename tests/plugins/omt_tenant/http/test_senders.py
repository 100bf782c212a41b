"""What a sender's token is good for, how long, and that it counts to the claim."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from omt_tenant.http.routes import ROUTES
from omt_tenant.settings import TenantSettings

pytestmark = pytest.mark.anyio
UID, SHA = "0" * 32, "0" * 64


@dataclass(frozen=True)
class Handed:
    """The headers of one who has a sender's token and no claim."""

    headers: dict[str, str | None]
    seconds: float


async def hand_out(client) -> Handed:
    answer = await client.call("POST", f"/v1/migrations/{client.migration}/senders")
    assert answer.status == 200, answer.body
    token = answer.json["token"]
    return Handed({"Authorization": f"Bearer {token}", "Omt-Claim": None}, answer.json["expires_in"])


async def missing(client, handed: Handed):
    path = f"/v1/migrations/{client.migration}/missing"
    return await client.call("POST", path, {"contents": []}, headers=handed.headers)


async def test_every_call_but_asking_and_uploading_refuses_a_sender(connect):
    async with connect() as client:
        await client.open()
        handed = await hand_out(client)
        allowed = set()
        for route in ROUTES:
            path = route.path.format(id=client.migration, uid=UID, sha256=SHA, stage="documents")
            answer = await client.call(route.method, path, {} if route.body else None, headers=handed.headers)
            if answer.status != 403:
                allowed.add((route.method, route.path))
            elif route.method != "HEAD":
                assert answer.code == "sender-refused"
        upload = "/v1/uploads/{uid}"
        assert allowed == {
            ("GET", "/v1/capabilities"), ("POST", "/v1/tokens"), ("POST", "/v1/migrations/{id}/missing"),
            ("OPTIONS", "/v1/uploads"), ("POST", "/v1/uploads"),
            *((method, upload) for method in ("OPTIONS", "HEAD", "PATCH", "POST", "DELETE")),
        }  # fmt: skip
        assert (await client.open()).status == 200


async def test_a_claim_in_the_header_makes_no_more_of_a_senders_token(connect, make_line):
    async with connect() as client:
        await client.open()
        client.headers["Authorization"] = (await hand_out(client)).headers["Authorization"]
        assert await client.missing(b"a")
        await client.store(b"a")
        assert (await client.commit("documents", make_line("documents", "p/1", b"a"))).code == "sender-refused"


async def test_what_a_sender_does_keeps_the_claim_alive(connect, clock):
    async with connect(clocks=clock.clocks, settings=TenantSettings(claim_seconds=60)) as client:
        await client.open()
        handed = await hand_out(client)
        for _ in range(3):
            clock.now += 59
            assert (await missing(client, handed)).status == 200
        clock.now += 59
        assert (await client.open(client="two")).code == "migration-claimed"
        clock.now += 1
        assert (await client.open(client="two")).status == 200
        assert (await missing(client, handed)).code == "migration-claimed"


async def test_a_senders_token_expires_and_outlives_a_restart_until_then(connect, clock):
    async with connect(clocks=clock.clocks) as client:
        await client.open()
        handed = await hand_out(client)
    async with connect(clocks=clock.clocks) as again:
        again.migration = client.migration
        assert (await missing(again, handed)).status == 200
        clock.now += handed.seconds
        assert (await missing(again, handed)).code == "token-expired"


@pytest.mark.parametrize("end", ["given back", "taken anew"])
async def test_a_senders_token_dies_with_the_claim(connect, end):
    async with connect() as client:
        await client.open()
        handed = await hand_out(client)
        if end == "given back":
            assert (await client.call("DELETE", f"/v1/migrations/{client.migration}/claim")).status == 204
        else:
            assert (await client.open()).status == 200
        assert (await missing(client, handed)).code == "migration-claimed"


async def test_nobody_hands_out_tokens_without_the_claim(connect):
    async with connect() as client:
        await client.open()
        del client.headers["Omt-Claim"]
        answer = await client.call("POST", f"/v1/migrations/{client.migration}/senders")
        assert answer.code == "migration-claimed"


async def test_a_senders_token_for_another_claim_cannot_be_made_of_its_text(connect):
    async with connect() as client:
        await client.open()
        token = (await hand_out(client)).headers["Authorization"]
        expiry, nonce, claim, signature = token.removeprefix("Bearer ").split("-")
        for forged in (f"{expiry}-{nonce}-{signature}", f"{expiry}-{nonce}-{'0' * len(claim)}-{signature}"):
            answer = await client.call("GET", "/v1/tenant", headers={"Authorization": f"Bearer {forged}"})
            assert answer.code == "token-wrong"

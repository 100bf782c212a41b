"""What tus 1.0.0 asks of a server beyond what our own client makes use of."""

from __future__ import annotations

import base64
import hashlib
import re
from email.utils import parsedate_to_datetime

import pytest

from omt_tenant.settings import TenantSettings

pytestmark = pytest.mark.anyio
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {"Content-Type": "application/offset+octet-stream"}
DATA = bytes(range(256)) * 40


def pair(key: str, value: bytes) -> str:
    return f"{key} {base64.b64encode(value).decode()}"


def described(client, *more: str) -> dict[str, str]:
    pairs = [
        pair("kind", b"file"),
        pair("sha256", hashlib.sha256(DATA).hexdigest().encode()),
        pair("migration", client.migration.encode()),
    ]
    return {**TUS, "Upload-Length": str(len(DATA)), "Upload-Metadata": ",".join([*pairs, *more])}


async def test_a_client_may_add_pairs_of_its_own_and_gets_back_what_it_said(connect):
    async with connect() as client:
        await client.open()
        headers = described(client, pair("filename", b"b\xe9.doc"), "is_confidential")
        created = await client.call("POST", "/v1/uploads", headers=headers)
        assert created.status == 201
        assert (await client.head(created.headers["Location"])).headers["Upload-Metadata"] == headers["Upload-Metadata"]


@pytest.mark.parametrize("more", [pair("kind", b"bundle"), ""])
async def test_a_key_of_the_metadata_is_neither_empty_nor_there_twice(connect, more):
    async with connect() as client:
        await client.open()
        answer = await client.call("POST", "/v1/uploads", headers=described(client, more))
        assert (answer.status, answer.code) == (400, "request-malformed")


@pytest.mark.parametrize("length", [101, 10**18, 10**29])
async def test_a_length_beyond_tus_max_size_is_too_large_however_long_the_number(connect, length):
    async with connect(settings=TenantSettings(content_bytes=100)) as client:
        await client.open()
        assert (await client.call("OPTIONS", "/v1/uploads")).headers["Tus-Max-Size"] == "100"
        headers = {**described(client), "Upload-Length": str(length)}
        assert (await client.call("POST", "/v1/uploads", headers=headers)).code == "too-large"


@pytest.mark.parametrize(
    "more", [{"Upload-Defer-Length": "1"}, {"Upload-Concat": "partial"}], ids=lambda more: next(iter(more))
)
async def test_extensions_that_are_not_there_are_refused(connect, more):
    async with connect() as client:
        await client.open()
        headers = {**described(client), **more}
        del headers["Upload-Length"]
        assert (await client.call("POST", "/v1/uploads", headers=headers)).status == 400


async def test_no_answer_about_an_upload_is_cached_not_even_that_there_is_none(connect):
    async with connect() as client:
        await client.open()
        created = await client.create(DATA, first=100)
        known = await client.head(created.headers["Location"])
        unknown = await client.head(f"/v1/uploads/{'0' * 32}")
        malformed = await client.call("HEAD", f"/v1/uploads/{'0' * 32}")
        assert [answer.status for answer in (known, unknown, malformed)] == [200, 404, 412]
        for answer in (created, known, unknown, malformed):
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert "Upload-Offset" not in unknown.headers


async def test_an_expiry_is_a_date_as_http_has_it_and_only_what_is_not_whole_has_one(connect):
    async with connect() as client:
        await client.open()
        created = await client.create(DATA, first=100)
        assert created.headers["Upload-Expires"].endswith(" GMT")
        assert parsedate_to_datetime(created.headers["Upload-Expires"]).tzinfo is not None
        location = created.headers["Location"]
        part = await client.patch(location, 100, DATA[100:200])
        assert parsedate_to_datetime(part.headers["Upload-Expires"]).tzinfo is not None
        whole = await client.patch(location, 200, DATA[200:])
        assert "Upload-Expires" not in whole.headers
        assert "Upload-Expires" not in (await client.head(location)).headers


async def test_a_chunk_must_say_that_it_is_one(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA)).headers["Location"]
        answer = await client.patch(location, 0, DATA, **{"Content-Type": "application/octet-stream"})
        assert answer.status == 415
        assert (await client.head(location)).headers["Upload-Offset"] == "0"


async def test_another_version_is_refused_before_anything_is_done(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        for method in ("HEAD", "PATCH", "DELETE"):
            answer = await client.call(method, location, headers={"Tus-Resumable": "0.2.2"})
            assert (answer.status, answer.headers["Tus-Version"]) == (412, "1.0.0")
        assert (await client.call("OPTIONS", location, headers={"Tus-Resumable": "0.2.2"})).status == 204
        assert (await client.head(location)).headers["Upload-Offset"] == "100"


async def test_every_method_of_an_upload_can_be_asked_for_by_post(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]

        async def by_post(method, data=None, **headers):
            headers = {**TUS, "X-HTTP-Method-Override": method, **headers}
            return await client.call("POST", location, data=data, headers=headers)

        told = await by_post("HEAD")
        assert (told.status, told.headers["Upload-Offset"], told.body) == (200, "100", b"")
        sent = await by_post("PATCH", DATA[100:200], **{"Upload-Offset": "100", **CHUNK})
        assert (sent.status, sent.headers["Upload-Offset"]) == (204, "200")
        assert (await by_post("DELETE")).status == 204
        assert (await by_post("HEAD")).status == 410
        assert (await by_post("GET")).status == 400


async def test_a_method_that_is_not_there_is_refused_with_those_that_are(connect):
    async with connect() as client:
        answer = await client.call("GET", f"/v1/uploads/{'0' * 32}")
        assert (answer.status, answer.code) == (405, "call-unknown")
        assert {"HEAD", "PATCH", "DELETE"} <= set(answer.headers["Allow"].split(","))


async def test_the_address_of_an_upload_is_told_relative_to_where_it_was_asked_for(connect):
    """Behind a proxy that ends TLS, or serves the tenant below a path, no other address leads to it."""
    async with connect() as client:
        await client.open()
        created = await client.call("POST", "/v1/uploads", headers=described(client))
        assert re.fullmatch(r"uploads/[0-9a-f]{32}", created.headers["Location"])
        assert (await client.head(created.headers["Location"])).status == 200

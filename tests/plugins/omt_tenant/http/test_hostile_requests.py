"""Whatever is sent, the answer is one of the protocol, never a fault of the server."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_tenant.http.bodies import Body
from omt_tenant.http.routes import ROUTES

pytestmark = pytest.mark.anyio
TUS = {"Tus-Resumable": "1.0.0"}
GOOD = {"licence": {"owner": "O", "serial": "1"}, "kind": "live", "recovery": None, "client": "c"}
ID, UID, SHA = "0" * 16, "0" * 32, "0" * 64


def metadata(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


BODIES = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"secret": 1}',
    b'{"secret": "\\ud800"}',
    b'{"secret": "x", "more": 1}',
    json.dumps({**GOOD, "kind": "both"}).encode(),
    json.dumps({**GOOD, "client": ""}).encode(),
    json.dumps({**GOOD, "client": "x" * 201}).encode(),
    json.dumps({**GOOD, "extra": 1}).encode(),
    json.dumps({**GOOD, "licence": {"owner": "O" * 2_000, "serial": "1"}}).encode(),
    b'{"contents": [["' + b"g" * 64 + b'", 1]]}',
    b'{"contents": [["' + b"0" * 64 + b'", -1]]}',
    b'{"contents": [["' + b"0" * 64 + b'", 1e99]]}',
    b'{"contents": [["' + b"0" * 64 + b'", 99999999999999999999]]}',
    b'{"contents": [["' + b"0" * 64 + b'\\n", 1]]}',
    b'{"names": 7}',
    b'{"manifest": "x", "size": 1, "items": 1, "snapshot": "../../etc"}',
    json.dumps({"names": ["n"] * 1_001}).encode(),
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_a_bad_body_is_refused_by_every_call_that_takes_one(connect, body):
    async with connect() as client:
        await client.open()
        for route in ROUTES:
            if route.body is None:
                continue
            path = route.path.replace("{id}", client.migration).replace("{stage}", "documents")
            answer = await client.call(route.method, path, data=body)
            assert answer.status in {400, 401, 413}, (path, answer.body)
            assert answer.json["error"]["remedy"]


async def test_every_call_behind_the_token_refuses_one_that_is_not_the_tenants(connect):
    tokens = ["", "Bearer", "Bearer x", "Bearer 9e99-0-0", "Basic eA==", "Bearer nan-1-" + "0" * 64, "Bearer \udcff"]
    async with connect() as client:
        for route in ROUTES:
            path = route.path.format(id=ID, uid=UID, sha256=SHA, stage="documents")
            for token in tokens:
                answer = await client.call(
                    route.method,
                    path,
                    headers={"Authorization": token.encode("utf-8", "surrogateescape").decode("latin-1")},
                )
                assert (answer.status == 401) is route.secured or not route.secured, (route.path, token)
                assert answer.status < 500


async def test_a_token_expires_and_a_new_one_is_given(connect, clock):
    async with connect(clocks=clock.clocks) as client:
        assert (await client.call("GET", "/v1/tenant")).status == 200
        clock.now += 900
        assert (await client.call("GET", "/v1/tenant")).code == "token-expired"
        assert (await client.call("POST", "/v1/tokens", {"secret": "false"})).code == "secret-wrong"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Length": "-1"},
        {"Upload-Length": "1_000"},
        {"Upload-Length": "٣"},
        {"Upload-Length": "9" * 30},
        {"Upload-Length": "1"},
        {"Upload-Length": "1", "Upload-Metadata": "kind"},
        {"Upload-Length": "1", "Upload-Metadata": "kind !!!!"},
        {"Upload-Length": "1", "Upload-Metadata": "kind /w=="},
        {"Upload-Length": "1", "Upload-Metadata": metadata(kind="folder", sha256=SHA, migration=ID)},
        {"Upload-Length": "1", "Upload-Metadata": metadata(kind="file", sha256="../" + SHA, migration=ID)},
        {"Upload-Length": "1", "Upload-Metadata": metadata(kind="file", sha256=SHA)},
        {"Upload-Length": "1", "Upload-Metadata": metadata(kind="file", sha256=SHA, migration="../..")},
        {"Upload-Length": str(1 << 41), "Upload-Metadata": metadata(kind="file", sha256=SHA, migration=ID)},
        {"Upload-Defer-Length": "1"},
        {"Upload-Length": "1", "Upload-Concat": "partial"},
        {"Upload-Length": "1", "Upload-Checksum": "sha1"},
        {"Upload-Length": "1", "Content-Encoding": "gzip"},
    ],
)
async def test_a_bad_creation_is_refused_and_leaves_nothing(connect, tmp_path, headers):
    async with connect() as client:
        await client.open()
        answer = await client.call("POST", "/v1/uploads", headers={**TUS, **headers})
        assert answer.status in {400, 404, 413, 415}, answer.body
    assert list((tmp_path / "tenant" / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "x"}, 400),
        ({"Upload-Offset": "1"}, 409),
        ({"Content-Type": "text/plain"}, 415),
        ({"Upload-Checksum": "md5 AAAA"}, 400),
        ({"Upload-Checksum": "sha1 ????"}, 400),
        ({"Upload-Checksum": "crc32 AAAA"}, 400),
        ({"Upload-Checksum": "sha256-so-far AAAA"}, 400),
        ({"Tus-Resumable": ""}, 412),
        ({"Content-Encoding": "gzip"}, 415),
    ],
)
async def test_a_bad_chunk_is_refused_and_changes_nothing(connect, headers, status):
    async with connect() as client:
        await client.open()
        location = (await client.create(b"four")).headers["Location"]
        assert (await client.patch(location, 0, b"four", **headers)).status == status
        assert (await client.head(location)).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/uploads/..%2f..%2fkey",
        "/v1/contents/" + "A" * 64,
        "/v1/contents/../key",
        "/v1/migrations/x/missing",
    ],
)
async def test_a_path_that_is_no_call_is_not_found(connect, path):
    async with connect() as client:
        answer = await client.call("GET", path)
        assert answer.status in {404, 405}
        assert answer.json["error"]["code"]


async def test_a_stage_is_named_by_small_words_only(connect):
    body = {"manifest": SHA, "size": 1, "items": 1, "snapshot": "s"}
    async with connect() as client:
        await client.open()
        for stage in ("Documents", "a b", "..", "a" * 65, "1st", "documents%0a"):
            answer = await client.call("PUT", f"/v1/migrations/{client.migration}/stages/{stage}", body)
            assert answer.status == 404, stage


async def test_a_fault_inside_is_told_without_its_text(connect, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    async with connect() as client:
        monkeypatch.setattr("omt_tenant.migration.taken_names.TakenNames.among", broken)
        answer = await client.call("POST", "/v1/user-names/taken", {"names": []})
        assert (answer.status, answer.code) == (500, "internal")
        assert b"secret" not in answer.body
    assert "secret" in caplog.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
)
def test_no_model_of_a_body_lets_an_error_of_another_kind_out(value):
    for model in {route.body for route in ROUTES if route.body is not None}:
        with suppress(ValueError):
            assert isinstance(model.model_validate_json(json.dumps(value)), Body)

"""tus 1.0.0, as a client sees it."""

from __future__ import annotations

import errno
import hashlib
import socket
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import anyio.to_thread
import pytest

from omt_protocol.protocol_error import ProtocolError
from omt_tenant.http.turns import UploadTurns
from omt_tenant.settings import TenantSettings
from omt_tenant.store import chunk as chunk_module
from omt_tenant.tenant import Store
from tests.plugins.omt_tenant.conftest import b64

pytestmark = pytest.mark.anyio
TUS = {"Tus-Resumable": "1.0.0"}
DATA = bytes(range(256)) * 40


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def test_a_file_sent_in_chunks_is_stored_and_readable(connect):
    async with connect() as client:
        await client.open()
        created = await client.create(DATA)
        assert (created.status, created.headers["Upload-Offset"]) == (201, "0")
        location = created.headers["Location"]
        for offset in range(0, len(DATA), 4096):
            answer = await client.patch(location, offset, DATA[offset : offset + 4096])
            assert answer.status == 204, answer.body
        assert answer.headers["Upload-Offset"] == str(len(DATA))
        assert await client.missing(DATA, b"other") == [digest(b"other")]
        assert (await client.call("GET", f"/v1/contents/{digest(DATA)}")).body == DATA


async def test_a_bundle_lands_with_its_creation_and_every_member_is_readable(connect, make_bundle, tmp_path):
    contents = [b"", b"one", bytes(513), DATA]
    async with connect() as client:
        await client.open()
        data = make_bundle(contents)
        created = await client.create(data, "bundle", first=len(data))
        assert (created.status, created.headers["Upload-Offset"]) == (201, str(len(data)))
        assert await client.missing(*contents) == []
        for content in contents:
            assert (await client.call("GET", f"/v1/contents/{digest(content)}")).body == content
    assert [path.read_bytes() for path in (tmp_path / "tenant" / "packs").rglob("*.tar")] == [data]
    assert list((tmp_path / "tenant" / "uploads").iterdir()) == []


async def test_a_range_of_a_stored_content_is_handed_out(connect, make_bundle):
    async with connect() as client:
        await client.open()
        data = make_bundle([b"x", DATA])
        await client.create(data, "bundle", first=len(data))
        path = f"/v1/contents/{digest(DATA)}"
        part = await client.call("GET", path, headers={"Range": "bytes=10-19"})
        assert (part.status, part.body, part.headers["Content-Range"]) == (206, DATA[10:20], f"bytes 10-19/{len(DATA)}")
        assert (await client.call("GET", path, headers={"Range": "bytes=99999-"})).status == 416
        assert (await client.call("GET", f"/v1/contents/{digest(b'?')}")).code == "content-unknown"


async def test_an_empty_file_lands_at_its_creation(connect):
    async with connect() as client:
        await client.open()
        assert (await client.create(b"")).status == 201
        assert await client.missing(b"") == []


async def test_head_tells_the_durable_offset_and_is_never_cached(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        answer = await client.head(location)
        assert (answer.status, answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == (
            200,
            "100",
            "10240",
        )
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert "Upload-Expires" in answer.headers


async def test_a_landed_upload_still_tells_its_offset_and_takes_its_last_empty_chunk(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=len(DATA))).headers["Location"]
        assert (await client.head(location)).headers["Upload-Offset"] == str(len(DATA))
        assert (await client.patch(location, len(DATA), b"")).status == 204
        assert (await client.patch(location, len(DATA), b"more")).status == 413


async def test_a_wrong_offset_is_refused_with_the_right_one(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        answer = await client.patch(location, 50, DATA[50:100])
        assert (answer.status, answer.code, answer.headers["Upload-Offset"]) == (409, "offset-mismatch", "100")


async def test_a_chunk_whose_checksum_differs_is_dropped_whole(connect, tmp_path):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        answer = await client.patch(location, 100, DATA[100:200], **{"Upload-Checksum": "sha1 " + "A" * 27 + "="})
        assert (answer.status, answer.code) == (460, "checksum-mismatch")
        assert (await client.head(location)).headers["Upload-Offset"] == "100"
        [partial] = (tmp_path / "tenant" / "uploads").iterdir()
        assert partial.stat().st_size == 100
        assert (await client.patch(location, 100, DATA[100:])).status == 204
        assert await client.missing(DATA) == []


def so_far(data: bytes) -> dict[str, str]:
    return {"Upload-Checksum": f"sha256-so-far {b64(hashlib.sha256(data).digest())}"}


async def test_a_chunk_of_a_file_may_be_guarded_by_the_sha256_of_all_bytes_up_to_its_end(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100, **so_far(DATA[:100]))).headers["Location"]
        for wrong in (DATA[100:200], DATA[:201], DATA):
            answer = await client.patch(location, 100, DATA[100:200], **so_far(wrong))
            assert (answer.status, answer.code) == (460, "checksum-mismatch")
        assert (await client.head(location)).headers["Upload-Offset"] == "100"
        assert (await client.patch(location, 100, DATA[100:200], **so_far(DATA[:200]))).status == 204
        assert (await client.patch(location, 200, DATA[200:], **so_far(DATA))).status == 204
        assert await client.missing(DATA) == []


async def test_what_guards_a_file_so_far_goes_on_behind_a_chunk_that_was_guarded_alone_and_behind_a_new_start(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        assert (await client.patch(location, 100, DATA[100:200], **so_far(DATA[:200]))).status == 204
    async with connect() as client:
        await client.open()
        assert (await client.patch(location, 200, DATA[200:], **so_far(DATA))).status == 204
        assert await client.missing(DATA) == []


@pytest.mark.parametrize("kind", ["bundle", "zstd-bundle"])
async def test_a_bundle_has_no_sha256_so_far_and_none_is_taken(connect, make_bundle, tmp_path, kind):
    async with connect() as client:
        await client.open()
        data = make_bundle([b"one"])
        assert (await client.create(data, kind, first=len(data), **so_far(data))).status == 400
    assert list((tmp_path / "tenant" / "uploads").iterdir()) == []


async def test_a_creation_whose_chunk_is_damaged_leaves_nothing(connect, tmp_path):
    async with connect() as client:
        await client.open()
        answer = await client.create(DATA, first=100, **{"Upload-Checksum": "sha1 " + "A" * 27 + "="})
        assert answer.status == 460
        assert list((tmp_path / "tenant" / "uploads").iterdir()) == []


async def test_a_whole_that_is_not_what_was_announced_is_refused_and_gone(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, digest=digest(b"else"))).headers["Location"]
        answer = await client.patch(location, 0, DATA)
        assert (answer.status, answer.code) == (460, "content-mismatch")
        assert answer.json["error"]["digests"] == [digest(b"else")]
        assert (await client.head(location)).status == 410
        assert await client.missing(DATA) == [digest(DATA)]


async def test_a_bundle_with_one_false_member_is_refused_whole_and_names_it(connect, make_bundle):
    async with connect() as client:
        await client.open()
        data = make_bundle([b"good", b"bad"], [digest(b"good"), digest(b"promised")])
        answer = await client.create(data, "bundle", first=len(data))
        assert (answer.status, answer.code) == (460, "content-mismatch")
        assert answer.json["error"]["digests"] == [digest(b"promised")]
        assert await client.missing(b"good") == [digest(b"good")]


@pytest.mark.parametrize("cut", [1, 5_000])
async def test_a_chunk_that_is_cut_off_counts_for_nothing(connect, cut):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        address = urlsplit(client.address(location))
        with socket.create_connection((address.hostname, address.port)) as line:
            head = [f"PATCH {address.path} HTTP/1.1", "Host: x", "Content-Type: application/offset+octet-stream"]
            head += ["Tus-Resumable: 1.0.0", "Upload-Offset: 100", f"Content-Length: {len(DATA) - 100}"]
            head += [f"{name}: {value}" for name, value in client.headers.items()]
            line.sendall("\r\n".join([*head, "", ""]).encode() + DATA[100 : 100 + cut])
        assert (await client.head(location)).headers["Upload-Offset"] == "100"
        assert (await client.patch(location, 100, DATA[100:])).status == 204
        assert await client.missing(DATA) == []


async def test_a_newer_request_takes_over_from_one_whose_client_is_silent(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        address = urlsplit(client.address(location))
        with socket.create_connection((address.hostname, address.port)) as silent:
            head = [f"PATCH {address.path} HTTP/1.1", "Host: x", "Content-Type: application/offset+octet-stream"]
            head += ["Tus-Resumable: 1.0.0", "Upload-Offset: 100", f"Content-Length: {len(DATA) - 100}"]
            head += ["Expect: 100-continue", *(f"{name}: {value}" for name, value in client.headers.items())]
            silent.sendall("\r\n".join([*head, "", ""]).encode())
            assert (await anyio.to_thread.run_sync(silent.recv, 100)).startswith(b"HTTP/1.1 100")
            silent.sendall(DATA[100:300])
            assert (await client.patch(location, 100, DATA[100:])).status == 204
        assert await client.missing(DATA) == []


async def test_a_body_beyond_the_announced_length_is_refused(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA)).headers["Location"]
        answer = await client.patch(location, 0, DATA + b"!")
        assert (answer.status, answer.code) == (413, "too-large")
        assert (await client.head(location)).headers["Upload-Offset"] == "0"


async def test_limits_on_bundles_members_and_chunks_are_kept(connect, make_bundle):
    limits = TenantSettings(bundle_bytes=20_480, member_bytes=1_000, chunk_bytes=15_000)
    async with connect(settings=limits) as client:
        await client.open()
        assert (await client.create(bytes(20_481), "bundle")).code == "too-large"
        assert (await client.create(bytes(20_480), first=15_001)).code == "too-large"
        data = make_bundle([bytes(1_001)])
        answer = await client.create(data, "bundle", first=len(data))
        assert (answer.status, answer.code) == (413, "too-large")


async def test_terminating_forgets_the_bytes_but_not_what_landed(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        assert (await client.call("DELETE", location, headers=TUS)).status == 204
        assert (await client.head(location)).status == 410
        landed = (await client.create(DATA, first=len(DATA))).headers["Location"]
        assert (await client.call("DELETE", landed, headers=TUS)).status == 204
        assert await client.missing(DATA) == []


async def test_an_upload_expires(connect, clock, tmp_path):
    async with connect(clocks=clock.clocks, settings=TenantSettings(upload_seconds=60, token_seconds=1e6)) as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        clock.now += 59
        assert (await client.patch(location, 100, DATA[100:200])).status == 204
        clock.now += 59
        assert (await client.head(location)).status == 200
        clock.now += 1
        assert (await client.head(location)).status == 410
        assert list((tmp_path / "tenant" / "uploads").iterdir()) == []


async def test_options_tells_what_of_tus_the_tenant_has(connect):
    async with connect() as client:
        answer = await client.call("OPTIONS", "/v1/uploads")
        assert answer.status == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration,termination"
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,crc32,sha256-so-far"


async def test_another_version_of_tus_is_refused(connect):
    async with connect() as client:
        await client.open()
        answer = await client.create(DATA, **{"Tus-Resumable": "0.2.2"})
        assert (answer.status, answer.headers["Tus-Version"]) == (412, "1.0.0")


async def test_a_client_that_can_only_post_appends_by_method_override(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA)).headers["Location"]
        headers = {
            **TUS,
            "X-HTTP-Method-Override": "PATCH",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        }
        assert (await client.call("POST", location, data=DATA, headers=headers)).status == 204
        assert await client.missing(DATA) == []


async def test_without_the_claim_nothing_is_taken(connect):
    async with connect() as client:
        await client.open()
        location = (await client.create(DATA)).headers["Location"]
        assert (await client.patch(location, 0, DATA, **{"Omt-Claim": "false"})).code == "migration-claimed"
        assert (await client.create(DATA, **{"Omt-Claim": "false"})).code == "migration-claimed"


async def test_uploads_go_on_after_the_tenant_was_stopped_and_started(connect):
    async with connect() as client:
        await client.open()
        location = urlsplit((await client.create(DATA, first=5_000)).headers["Location"]).path
        headers = client.headers
    async with connect() as client:
        client.headers = headers
        assert (await client.head(location)).headers["Upload-Offset"] == "5000"
        assert (await client.patch(location, 5_000, DATA[5_000:])).status == 204
        assert (await client.call("GET", f"/v1/contents/{digest(DATA)}")).body == DATA


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
async def test_a_full_disk_is_told_and_leaves_the_durable_part(connect, monkeypatch, number):
    def full(*_: object) -> None:
        raise OSError(number, "no room")

    async with connect() as client:
        await client.open()
        location = (await client.create(DATA, first=100)).headers["Location"]
        with monkeypatch.context() as patch:
            patch.setattr(chunk_module.os, "fsync", full)
            answer = await client.patch(location, 100, DATA[100:])
        assert (answer.status, answer.code) == (507, "storage-full")
        assert (await client.head(location)).headers["Upload-Offset"] == "100"
        assert (await client.patch(location, 100, DATA[100:])).status == 204


async def test_a_full_state_database_is_told_as_full_storage(connect, monkeypatch):
    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    async with connect() as client:
        await client.open()
        with monkeypatch.context() as patch:
            patch.setattr("omt_tenant.store.uploads.UploadStore.record", full)
            assert (await client.create(DATA)).code == "storage-full"
        assert (await client.create(DATA, first=len(DATA))).status == 201


async def test_more_bodies_at_once_than_the_limit_are_put_off():
    turns = UploadTurns(parallel=1)
    async with turns.receiving():
        with pytest.raises(ProtocolError) as caught:
            async with turns.receiving():
                pass
    assert (caught.value.status, caught.value.code, caught.value.headers["Retry-After"]) == (503, "busy", "1")
    async with turns.receiving():
        pass


async def test_files_in_the_folder_are_private(connect, tmp_path: Path):
    async with connect() as client:
        await client.open()
        await client.store(DATA)
    root = tmp_path / "tenant"
    for path in [root, *root.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.posix("modes are POSIX's word for it; tests/windows/ has the other")
def test_an_empty_folder_becomes_private_with_the_tenant_and_one_that_holds_more_stays_as_it_was(tmp_path: Path):
    for name, mode in (("empty", 0o700), ("used", 0o755)):
        (tmp_path / name).mkdir(mode=0o755)
        if name == "used":
            (tmp_path / name / "of others").write_bytes(b"")
        Store.open(tmp_path / name).close()
        assert (tmp_path / name).stat().st_mode & 0o777 == mode

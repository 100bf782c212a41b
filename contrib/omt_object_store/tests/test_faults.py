"""What goes wrong on the way to a store, in it, and beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from object_stores import Server, connect_tool
from obstore.exceptions import GenericError
from omt_core.api import (
    InputError,
    MigrationKind,
    Notice,
    OnlineError,
    OnlineNotNamedError,
    OnlineRefusedError,
    OnlineTarget,
    OnlineUnavailableError,
    calls,
)
from omt_core.testing.fault_proxy import fault_proxy
from omt_core.testing.faults import Reset, random_faults
from omt_core.testing.online_side import Connect, content_of, file_of, missing, open_migration, send
from omt_core.testing.recording import RecordingContext
from omt_core.testing.samples import SAMPLE_LICENCE
from omt_protocol.retry import Patience, Retries

from omt_object_store import ObjectStoreSettings
from omt_object_store.errors import OBJECT_STORE_BUSY
from omt_object_store.store.failures import store_failure
from omt_object_store.target import connect

pytestmark = pytest.mark.anyio

CONTENT = bytes(range(256)) * 4_000


def connecting(settings: ObjectStoreSettings) -> Connect:
    async def connect_with(workspace: Path) -> OnlineTarget:
        return await connect_tool(settings, workspace)

    return connect_with


@pytest.mark.parametrize("seed", range(3))
async def test_a_line_that_breaks_again_and_again_loses_nothing(tmp_path: Path, s3_store: Server, seed: int) -> None:
    async with fault_proxy(s3_store.port, seed=seed) as proxy:
        settings = s3_store.settings_for(tmp_path, endpoint=proxy.url, retry_total=60.0, retry_longest_wait=0.1)
        proxy.plan(random_faults(seed, 12, longest=300_000))
        async with open_migration(connecting(settings), tmp_path / "work") as migration:
            await send(migration, file_of(CONTENT), CONTENT, chunk=200_000)
            assert not await missing(migration, CONTENT)
    async with open_migration(connecting(s3_store.settings_for(tmp_path)), tmp_path / "work") as migration:
        assert not await missing(migration, CONTENT)


async def test_a_store_that_does_not_come_back_is_said_and_given_up(tmp_path: Path, s3_store: Server) -> None:
    async with fault_proxy(s3_store.port) as proxy:
        settings = s3_store.settings_for(tmp_path, endpoint=proxy.url, retry_total=1.0, retry_longest_wait=0.1)
        run = RecordingContext(tmp_path)
        target = await connect(settings, calls.ConnectOnline(run=run))
        migration = await target.open(SAMPLE_LICENCE, MigrationKind.TEST, None)
        proxy.always(Reset())
        proxy.break_connections()
        with pytest.raises(OnlineUnavailableError):
            await send(migration, file_of(b"x"), b"x")
        assert any("Trying again" in notice.message for notice in run.told(Notice))


async def test_what_the_store_keeps_otherwise_is_not_acknowledged(tmp_path: Path, folder_store: Server) -> None:
    settings = folder_store.settings_for(tmp_path)
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        url, offset = await migration.create_upload(file_of(CONTENT), CONTENT[:1_000])
        (part,) = (one for one in (tmp_path / "store" / url).iterdir() if one.name != "upload.json")
        part.write_bytes(bytes(1_000))
        with pytest.raises(OnlineError):
            await migration.send(url, offset, CONTENT[offset:])
        assert await missing(migration, CONTENT)


async def test_a_frame_of_zstd_which_it_does_not_offer_is_refused(tmp_path: Path, folder_store: Server) -> None:
    settings = folder_store.settings_for(tmp_path)
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        assert "zstd" not in migration.limits.bundles
        with pytest.raises(OnlineRefusedError, match="zstd"):
            await migration.create_upload(replace(file_of(CONTENT), kind="zstd-bundle"), CONTENT)


@pytest.mark.parametrize("damage", ["changed", "cut", "empty"])
async def test_the_last_part_is_believed_only_as_it_was_sent(tmp_path: Path, folder_store: Server, damage: str) -> None:
    settings = folder_store.settings_for(tmp_path)
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        url, first = await migration.create_upload(file_of(CONTENT), CONTENT[:1_000])
        await migration.send(url, first, CONTENT[1_000:3_000])
    parts = sorted(one for one in (tmp_path / "store" / url).iterdir() if one.name != "upload.json")
    parts[-1].write_bytes({"changed": bytes(2_000), "cut": CONTENT[1_000:2_000], "empty": b""}[damage])
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        assert await migration.offset(url) == first
        await migration.send(url, first, CONTENT[first:])
        assert not await missing(migration, CONTENT)


async def test_a_content_whose_object_is_gone_is_missing_again(tmp_path: Path, folder_store: Server) -> None:
    settings = folder_store.settings_for(tmp_path)
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        await send(migration, file_of(CONTENT), CONTENT)
    digest = content_of(CONTENT).digest
    (tmp_path / "store" / "contents" / digest[:2] / digest).unlink()
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        assert await missing(migration, CONTENT) == {digest}


async def test_what_a_killed_tool_left_is_removed(tmp_path: Path, folder_store: Server) -> None:
    settings = folder_store.settings_for(tmp_path, upload_days=1e-9)
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        await migration.create_upload(file_of(CONTENT), CONTENT[:1_000])
    (tmp_path / "store" / "contents" / "ab").mkdir(parents=True)
    (tmp_path / "store" / "contents" / "ab" / "abc#1").write_bytes(b"half")
    async with open_migration(connecting(settings), tmp_path / "work"):
        pass
    left = {one.name for one in (tmp_path / "store").rglob("*") if one.is_file()}
    assert left == {"store.json", "migration.json", "migration.json.lock", "store.json.lock"}


async def test_a_claim_without_a_sign_of_life_lapses(tmp_path: Path, store: Server) -> None:
    # By the store's own clock, which counts whole seconds in S3 and Azure.
    settings = store.settings_for(tmp_path, claim_seconds=1e-3)
    target = await connect_tool(settings, tmp_path)
    killed = await target.open(SAMPLE_LICENCE, MigrationKind.TEST, None)
    while True:
        try:
            async with open_migration(connecting(settings), tmp_path / "two"):
                break
        except OnlineRefusedError as error:
            assert error.code == "migration-claimed"  # noqa: PT017 - until it lapses
    with pytest.raises(OnlineRefusedError) as caught:
        await killed.missing([])
    assert caught.value.code == "migration-claimed"


async def test_another_signing_key_is_refused(tmp_path: Path, store: Server) -> None:
    async with open_migration(connecting(store.settings_for(tmp_path)), tmp_path / "work"):
        pass
    (tmp_path / "signing.pem").unlink()
    (tmp_path / "signing.pem.pub").unlink()
    with pytest.raises(OnlineRefusedError) as caught:
        await connect_tool(store.settings_for(tmp_path), None)
    assert caught.value.code == "object-store-key-changed"


async def test_a_live_migration_needs_to_be_allowed(tmp_path: Path, folder_store: Server) -> None:
    target = await connect_tool(folder_store.settings_for(tmp_path, live=False), tmp_path)
    with pytest.raises(OnlineRefusedError) as caught:
        await target.open(SAMPLE_LICENCE, MigrationKind.LIVE, None)
    assert caught.value.code == "object-store-live-not-allowed"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"url": None}, "online-not-named"),
        ({"signing_key": None}, "object-store-key-not-named"),
        ({"signing_key": Path("no-such-file")}, "object-store-key-unreadable"),
        ({"endpoint": "http://192.0.2.1:9000"}, "object-store-not-encrypted"),
        ({"endpoint": "https://key@store.example"}, "object-store-endpoint-not-valid"),
        ({"secret_key": {"env": "OMT_TEST_NO_SUCH_VARIABLE"}}, "secret-not-found"),
        ({"ca_file": Path("no-such-file")}, "object-store-ca-file-unreadable"),
        ({"url": "s3://no-such-bucket"}, "object-store-not-there"),
        ({"url": "file:///no/such/folder"}, "object-store-folder-missing"),
        ({"url": "file:///", "verify": "checksum"}, "object-store-checksum-not-possible"),
    ],
)
async def test_settings_that_are_not_enough_are_said_by_name(
    tmp_path: Path, s3_store: Server, changed: dict[str, object], code: str
) -> None:
    with pytest.raises((InputError, OnlineRefusedError)) as caught:
        await connect_tool(s3_store.settings_for(tmp_path, **changed), None)
    assert (caught.value.code, isinstance(caught.value, OnlineNotNamedError)) == (code, code == "online-not-named")


async def test_plain_http_is_not_allowed_by_the_environment(
    tmp_path: Path, s3_store: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", str(s3_store.settings["endpoint"]))
    with pytest.raises(OnlineError):
        await connect_tool(s3_store.settings_for(tmp_path, endpoint=None), None)


async def test_an_error_tells_no_secret(tmp_path: Path, azure_store: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMT_TEST_SAS", "sv=2021-08-06&sig=hemmelig")
    settings = azure_store.settings_for(tmp_path, secret_key=None, sas_token={"env": "OMT_TEST_SAS"})
    with pytest.raises(OnlineError) as caught:
        await connect_tool(settings, None)
    assert "hemmelig" not in caught.value.message + caught.value.remedy


async def test_s3_checks_the_sha256_itself_where_it_is_asked_to(tmp_path: Path, s3_store: Server) -> None:
    settings = s3_store.settings_for(tmp_path, verify="checksum")
    async with open_migration(connecting(settings), tmp_path / "work") as migration:
        await send(migration, file_of(CONTENT), CONTENT, chunk=500_000)
        assert not await missing(migration, CONTENT)


@pytest.mark.parametrize(("status", "refusals"), [(429, 1), (503, 1), (500, 0)])
async def test_a_store_that_asks_for_patience_is_told_from_one_that_is_ill(status: int, refusals: int) -> None:
    retries = Retries(Patience(total=0.0, longest_wait=0.1), RecordingContext(), busy=OBJECT_STORE_BUSY.code)

    async def ask() -> None:
        raise store_failure(GenericError(f"Server returned non-2xx status code: {status} Sorry"), "s3://bucket")

    with pytest.raises(OnlineUnavailableError):
        await retries.again(ask)
    assert retries.refusals == refusals

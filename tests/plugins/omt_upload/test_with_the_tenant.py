"""The transfer, the client and the embedded tenant together: cut short at any moment, it ends in the same state."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from omt_core.api.calls import ConnectOnline, EstimateTransfer, TransferSummary
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.installation import Licence
from omt_core.api.online import ContentRef, OnlineMigration
from omt_core.journal import Journal
from omt_online.client import ClientSettings, connect
from omt_online.client.connection import open_session
from omt_online.client.migration import HttpMigration
from omt_tenant.embedded import RunningTenant, serve_tenant
from omt_tenant.settings import TenantSettings
from omt_upload import UploadPlugin
from omt_upload.settings import UploadSettings
from tests.plugins.omt_upload.moving import (
    Stop,
    Unlimited,
    Watcher,
    digest_of,
    folder_items,
    stage_of,
    transfer_call,
    write_files,
)

pytestmark = pytest.mark.anyio

FILES = {
    **{f"{number:03}.txt": f"{number} ".encode() * (number * 7) for number in range(120)},
    "large.bin": os.urandom(300_000),
    "copy of large.bin": b"",
}
FILES["copy of large.bin"] = FILES["large.bin"]
LIMITS = TenantSettings(chunk_bytes=16_384, bundle_bytes=65_536, member_bytes=32_768, digests_per_request=50)
SETTINGS = UploadSettings(bundle_bytes=65_536, shortest_request=8_192, bundle_members=20, compress="never")


class StopAfter(Unlimited):
    """Asks for a stop once so many bytes were admitted."""

    def __init__(self, stop: Stop, size: int) -> None:
        super().__init__()
        self._stop = stop
        self._size = size

    async def acquire(self, size: int) -> None:
        await super().acquire(size)
        if self.admitted >= self._size:
            self._stop.set()


class CutAfter(Unlimited):
    """Cancels the whole run once so many bytes were admitted."""

    def __init__(self, scope: anyio.CancelScope, size: int) -> None:
        super().__init__()
        self._scope = scope
        self._size = size

    async def acquire(self, size: int) -> None:
        await super().acquire(size)
        if self.admitted >= self._size:
            self._scope.cancel()


@asynccontextmanager
async def opened(tenant: RunningTenant, workspace: Path) -> AsyncIterator[OnlineMigration]:
    settings = ClientSettings(url=tenant.url, token_file=tenant.token_file, retry_total=0)
    target = await connect(settings, ConnectOnline(run=Watcher(workspace)))
    try:
        migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
        yield migration
        await migration.aclose()
    finally:
        await target.aclose()


async def move(
    tenant: RunningTenant, workspace: Path, rate: Unlimited, stop: Stop, settings: UploadSettings = SETTINGS
) -> TransferSummary:
    async with opened(tenant, workspace) as migration, Journal.open(workspace / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = stage_of("documents", folder_items("documents", workspace / "archive"), batch=50)
        call = transfer_call(journal, migration, workspace, stage, rate=rate, stop=stop)
        return await UploadPlugin(settings).transfer(call)


async def check_all_there(tenant: RunningTenant, workspace: Path) -> None:
    contents = [ContentRef(digest=digest_of(content), size=len(content)) for content in FILES.values()]
    async with opened(tenant, workspace) as migration:
        for begin in range(0, len(contents), 50):
            assert await migration.missing(contents[begin : begin + 50]) == frozenset()
    async with Journal.open(workspace / "journal.sqlite") as journal:
        assert await journal.uploads.unfinished() == []
        assert (await journal.items.totals())["documents"].confirmed_items == len(FILES)


async def test_an_undisturbed_transfer_arrives(tmp_path: Path) -> None:
    write_files(tmp_path / "archive", FILES)
    async with serve_tenant(tmp_path / "tenant", settings=LIMITS) as tenant:
        summary = await move(tenant, tmp_path, Unlimited(), Stop())
        assert summary == TransferSummary()
        await check_all_there(tenant, tmp_path)
        again = Unlimited()
        await move(tenant, tmp_path, again, Stop())
        assert again.admitted == 0


async def test_an_empty_tenant_is_asked_for_copies_only_and_a_later_run_asks_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "archive", FILES)
    asked: list[str] = []
    missing = HttpMigration.missing

    async def listening(migration: HttpMigration, contents: Sequence[ContentRef]) -> frozenset[str]:
        asked.extend(content.digest for content in contents)
        return await missing(migration, contents)

    monkeypatch.setattr(HttpMigration, "missing", listening)
    async with serve_tenant(tmp_path / "tenant", settings=LIMITS) as tenant:
        stopped = Stop()
        await move(tenant, tmp_path, StopAfter(stopped, 100_000), stopped)
        first, asked[:] = set(asked), []
        await move(tenant, tmp_path, Unlimited(), Stop())
        await check_all_there(tenant, tmp_path)
    assert first.isdisjoint({digest_of(FILES[f"{number:03}.txt"]) for number in range(120)})
    assert asked


@pytest.mark.parametrize("size", [1, 5_000, 20_000])
async def test_packed_contents_arrive_and_a_stopped_transfer_of_them_goes_on(tmp_path: Path, size: int) -> None:
    write_files(tmp_path / "archive", FILES)
    packing = SETTINGS.model_copy(update={"compress": "always"})
    stop, whole = Stop(), Unlimited()
    first, second = StopAfter(stop, size), Unlimited()
    async with serve_tenant(tmp_path / "tenant", settings=LIMITS) as tenant:
        assert (await move(tenant, tmp_path, first, stop, packing)).stopped
        await move(tenant, tmp_path, second, Stop(), packing)
        await check_all_there(tenant, tmp_path)
        session = await open_session(ClientSettings(url=tenant.url, token_file=tenant.token_file))
        try:
            for content in list(FILES.values())[:110:10]:
                async with session.stream("GET", f"/v1/contents/{digest_of(content)}") as answer:
                    assert await answer.read() == content
        finally:
            await session.aclose()
    plain = Unlimited()
    for number, (rate, settings) in enumerate([(whole, packing), (plain, SETTINGS)]):
        (tmp_path / "journal.sqlite").unlink()
        async with serve_tenant(tmp_path / f"tenant {number}", settings=LIMITS) as tenant:
            await move(tenant, tmp_path, rate, Stop(), settings)
    assert whole.admitted + 80_000 < plain.admitted
    assert first.admitted + second.admitted <= whole.admitted + 8 * 1_024 * 2


@pytest.mark.parametrize("size", [1, 60_000, 150_000, 300_000])
async def test_a_stopped_transfer_goes_on_where_it_was(tmp_path: Path, size: int) -> None:
    write_files(tmp_path / "archive", FILES)
    stop = Stop()
    first, second = StopAfter(stop, size), Unlimited()
    async with serve_tenant(tmp_path / "tenant", settings=LIMITS) as tenant:
        assert (await move(tenant, tmp_path, first, stop)).stopped
    async with serve_tenant(tmp_path / "tenant", settings=LIMITS) as tenant:
        await move(tenant, tmp_path, second, Stop())
        await check_all_there(tenant, tmp_path)
        whole = Unlimited()
        (tmp_path / "other").mkdir()
        (tmp_path / "archive").rename(tmp_path / "other" / "archive")
    async with serve_tenant(tmp_path / "other tenant", settings=LIMITS) as tenant:
        await move(tenant, tmp_path / "other", whole, Stop())
    # A clean stop loses nothing: only how the rest falls into bundles, and the chunk that ends a body, may differ.
    assert first.admitted + second.admitted <= whole.admitted + 8 * 1_024 * 2


@pytest.mark.parametrize("size", [1, 90_000, 250_000, 400_000])
async def test_a_transfer_that_is_cut_in_the_middle_of_a_body_ends_in_the_same_state(tmp_path: Path, size: int) -> None:
    write_files(tmp_path / "archive", FILES)
    async with serve_tenant(tmp_path / "tenant", settings=LIMITS) as tenant:
        with anyio.CancelScope() as scope:
            await move(tenant, tmp_path, CutAfter(scope, size), Stop())
        await move(tenant, tmp_path, Unlimited(), Stop())
        await check_all_there(tenant, tmp_path)


async def test_an_estimate_has_a_range_with_its_grounds_and_leaves_nothing_online(tmp_path: Path) -> None:
    write_files(tmp_path / "archive", FILES)
    async with serve_tenant(tmp_path / "tenant", settings=LIMITS) as tenant, opened(tenant, tmp_path) as migration:
        call = EstimateTransfer(
            stages=[stage_of("documents", folder_items("documents", tmp_path / "archive"))],
            migration=migration,
            workspace=tmp_path,
            database_bytes=1_000_000,
            run=Watcher(tmp_path),
        )
        estimate = await UploadPlugin(SETTINGS).estimate_transfer(call)
    assert estimate.files == len(FILES)
    assert estimate.bytes == sum(map(len, FILES.values())) + 1_000_000
    assert 0 < estimate.shortest < estimate.longest
    assert estimate.grounds
    assert estimate.levers

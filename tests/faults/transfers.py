"""Transfers in this process to a tenant in another, for faults of the line alone: cheap, so that there can be many."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from omt_core.api.calls import ConnectOnline, TransferSummary
from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.installation import Licence
from omt_core.journal import Journal
from omt_core.testing.fault_proxy import FaultProxy, fault_proxy
from omt_core.testing.faults import Direction, Fault
from omt_online.client import ClientSettings, connect
from omt_upload import UploadPlugin
from omt_upload.settings import UploadSettings
from tests.faults.end_state import assert_store_is_sound, confirmed, digests, stored
from tests.faults.processes import ServedTenant, served_tenant
from tests.faults.sites import HEADS, PIECE, TENANT, WORKERS
from tests.plugins.omt_upload.moving import Watcher, folder_items, stage_of, transfer_call, write_files

SETTINGS = UploadSettings(bundle_bytes=PIECE, parallel_uploads=WORKERS, shortest_request=PIECE // 2)


def files(seed: int = 4) -> Mapping[str, bytes]:
    """Some hundred small contents, some of them twice, and two large ones."""
    chance = random.Random(seed)
    small = {f"{number:03}.txt": chance.randbytes(chance.randint(0, 12_000)) for number in range(100)}
    again = {f"again/{name}": content for name, content in list(small.items())[::10]}
    return {**small, **again, "large.bin": chance.randbytes(700_000), "odd.bin": chance.randbytes(300_001)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfers:
    """The archive to transfer, and what its undisturbed transfer came to: the stage's manifest and the bytes sent."""

    archive: Path
    manifest: frozenset[str]
    sent: int

    async def ends_like_calm(self, folder: Path, faults: Sequence[Fault | None]) -> None:
        """Transfer everything over a line with these faults, and assert that it came to the same in one go."""
        with served_tenant(folder, settings=TENANT) as tenant:
            async with fault_proxy(tenant.port) as way:
                # The first connection is the one of the opening questions, which a person waits for.
                way.plan([None, *faults])
                way.when_passed(HEADS, way.break_connections)
                assert await transfer(self.archive, folder, tenant, way) == TransferSummary()
                await self.assert_same(folder, tenant)
                at_most = self.sent + (len(faults) + 1) * WORKERS * (PIECE + HEADS)
                assert way.passed[Direction.TO_SERVER] <= at_most

    async def assert_same(self, folder: Path, tenant: ServedTenant) -> None:
        """Assert that the journal is done, that the tenant has all of it, and that the manifest is the calm one's."""
        async with Journal.open(folder / "journal.sqlite") as journal:
            assert await journal.uploads.unfinished() == []
            (total,) = (await journal.items.totals()).values()
            assert total.confirmed_items == total.items
        assert confirmed(folder) <= stored(tenant.directory)
        assert committed(tenant) == self.manifest
        await anyio.to_thread.run_sync(assert_store_is_sound, tenant)


def committed(tenant: ServedTenant) -> frozenset[str]:
    """The manifests of the stages that were committed."""
    return digests(tenant.directory / "tenant.sqlite", "stages", column="manifest")


async def transfer(
    archive: Path, folder: Path, tenant: ServedTenant, way: FaultProxy | None = None, **changed: object
) -> TransferSummary:
    """Transfer the archive once, with the journal of `folder`; raises what stops it."""
    settings = ClientSettings.model_validate(
        {"url": tenant.url if way is None else way.url, "token_file": tenant.token_file, "retry_longest_wait": 0.05}
        | changed
    )
    target = await connect(settings, ConnectOnline(run=Watcher(folder)))
    try:
        migration = await target.open(Licence(owner="Uno", serial="1", version="8.5"), MigrationKind.TEST, None)
        async with Journal.open(folder / "journal.sqlite") as journal:
            await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
            stage = stage_of("documents", folder_items("documents", archive), batch=50)
            call = transfer_call(journal, migration, folder, stage)
            summary = await UploadPlugin(SETTINGS).transfer(call)
        await migration.aclose()
        return summary
    finally:
        await target.aclose()


async def undisturbed(folder: Path) -> Transfers:
    """Make the archive and transfer it once."""
    archive = folder / "archive"
    write_files(archive, files())
    with served_tenant(folder, settings=TENANT) as tenant:
        async with fault_proxy(tenant.port) as way:
            assert await transfer(archive, folder, tenant, way) == TransferSummary()
            return Transfers(archive=archive, manifest=committed(tenant), sent=way.passed[Direction.TO_SERVER])

"""A transfer moves everything, once, and says what it left behind."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from omt_core.api.calls import TransferSummary
from omt_core.api.decisions import MigrationMode
from omt_core.api.errors import OnlineRefusedError
from omt_core.api.events import StageChanged, StageProgress, StageState
from omt_core.api.items import InventoryState, Item, ItemState, TablePart
from omt_core.api.stages import UploadStage
from omt_core.journal import Journal
from omt_upload.files.readers import Readers
from omt_upload.transfer import transfer
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import (
    SETTINGS,
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
    "a/one.txt": b"one",
    "a/two.txt": b"two" * 1_000,
    "b/empty.txt": b"",
    "b/same as one.txt": b"one",
    "c/large.bin": os.urandom(300_000),
    "c/also large.bin": os.urandom(65_537),
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    write_files(folder, FILES)
    return folder


@asynccontextmanager
async def journal_of(tmp_path: Path, *, baseline: bool = False) -> AsyncIterator[Journal]:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=baseline, plugins={})
        yield journal


async def test_every_file_ends_verified_online_and_in_the_manifest(tmp_path: Path, archive: Path) -> None:
    tenant, rate, watcher = MemoryTenant(), Unlimited(), Watcher(tmp_path)
    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage, rate=rate, run=watcher)
        summary = await transfer(call, SETTINGS)
        totals = (await journal.items.totals())["documents"]
    assert (summary.failed, summary.stopped, summary.findings) == (0, False, ())
    assert (totals.items, totals.confirmed_items, totals.sent_items) == (6, 6, 6)
    lines = [json.loads(line) for line in tenant.manifest("documents").splitlines()]
    assert [(line["key"], line["digest"]) for line in lines] == [
        (name, digest_of(content)) for name, content in sorted(FILES.items())
    ]
    assert {digest: count for digest, count in tenant.landings.items() if count != 1} == {}
    assert rate.admitted == sum(tenant.bodies)
    states = [event.state for event in watcher.events if isinstance(event, StageChanged)]
    assert states == [StageState.ANALYSING, StageState.UPLOADING, StageState.SUCCEEDED]
    last = [event for event in watcher.events if isinstance(event, StageProgress)][-1]
    assert (last.items_done, last.items_total) == (6, 6)


async def test_a_second_run_with_nothing_changed_sends_nothing_and_commits_the_same_again(
    tmp_path: Path, archive: Path
) -> None:
    tenant = MemoryTenant()
    for _ in range(2):
        async with journal_of(tmp_path) as journal:
            stage = stage_of("documents", folder_items("documents", archive))
            await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, stage), SETTINGS)
        sent, tenant.bodies = tenant.bodies, []
    assert sent == []
    assert tenant.commits == 2  # another run may have begun online since, and dropped the first


async def test_a_new_snapshot_commits_every_stage_again_without_sending_contents(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    for snapshot in ("s1", "s2"):
        async with journal_of(tmp_path) as journal:
            stage = stage_of("documents", folder_items("documents", archive))
            call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage, snapshot=snapshot)
            tenant.bodies = []
            await transfer(call, SETTINGS)
    assert tenant.bodies == []
    assert tenant.committed["documents"].snapshot == "s2"


async def test_what_the_tenant_has_already_is_confirmed_without_being_sent(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    tenant.contents = {digest_of(content): content for content in FILES.values()}
    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, stage), SETTINGS)
        assert (await journal.items.totals())["documents"].confirmed_items == 6
    assert tenant.bundles == []


async def test_stages_move_at_the_same_time_and_share_contents(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    async with journal_of(tmp_path) as journal:
        stages = [stage_of(name, folder_items(name, archive), batch=1) for name in ("templates", "documents", "x")]
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, *stages), SETTINGS)
    assert set(tenant.committed) == {"templates", "documents", "x"}
    assert set(tenant.landings.values()) == {1}


async def test_files_that_vanish_or_cannot_be_read_are_named_with_a_reason(tmp_path: Path, archive: Path) -> None:
    items = folder_items("documents", archive)
    (archive / "a/one.txt").unlink()
    (archive / "c/large.bin").unlink()
    (archive / "a/two.txt").unlink()
    (archive / "a/two.txt").mkdir()
    gone = Item(stage="documents", key="z", name="z", presence=InventoryState.MISSING, reason="document-file-missing")
    tenant = MemoryTenant()
    async with journal_of(tmp_path) as journal:
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("documents", [*items, gone]))
        summary = await transfer(call, SETTINGS)
    reasons = {
        line["key"]: line["reason"]
        for line in map(json.loads, tenant.manifest("documents").splitlines())
        if "reason" in line
    }
    assert reasons == {
        "a/one.txt": "file-vanished",
        "c/large.bin": "file-vanished",
        "a/two.txt": "file-is-folder",
        "z": "document-file-missing",
    }
    assert summary.failed == 0


async def test_documents_made_after_the_migrated_snapshot_are_found_and_not_sent(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    items = folder_items("documents", archive)
    async with journal_of(tmp_path) as journal:
        await transfer(
            transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("documents", items[:4])), SETTINGS
        )
    landed = set(tenant.contents)
    async with journal_of(tmp_path, baseline=True) as journal:
        call = transfer_call(
            journal, MemoryMigration(tenant), tmp_path, stage_of("documents", items), baseline_only=True
        )
        summary = await transfer(call, SETTINGS)
    assert [finding.code for finding in summary.findings] == ["document-newer-than-migration"]
    assert set(tenant.contents) == landed


async def test_a_precopy_sends_and_commits_nothing(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, stage, commit=False), SETTINGS)
    assert len(tenant.contents) == 5
    assert tenant.committed == {}


async def test_spooled_copies_are_deleted_once_confirmed_and_nothing_else_is(tmp_path: Path, archive: Path) -> None:
    spool = tmp_path / "workspace" / "spool"
    write_files(spool, FILES)
    items = folder_items("database", spool) + folder_items("database", archive)
    items = [replace(item, key=f"{number}") for number, item in enumerate(items)]
    async with journal_of(tmp_path) as journal:
        stage = stage_of("database", items, kind="database", removes_sources=True)
        await transfer(transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path / "workspace", stage), SETTINGS)
    assert folder_items("database", spool) == []
    assert len(folder_items("database", archive)) == len(FILES)


async def test_a_spooled_copy_is_not_deleted_on_the_word_of_a_journal_that_the_tenant_belies(
    tmp_path: Path, archive: Path
) -> None:
    tenant, spool = MemoryTenant(), tmp_path / "spool"
    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, stage), SETTINGS)
    lost = digest_of(FILES["a/two.txt"])
    del tenant.contents[lost]
    write_files(spool, {"part": FILES["a/two.txt"]})
    async with journal_of(tmp_path) as journal:
        stage = stage_of("database", folder_items("database", spool), kind="database", removes_sources=True)
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, stage), SETTINGS)
        assert (await journal.items.totals())["database"].confirmed_items == 1
    assert lost in tenant.contents


async def test_parts_of_tables_are_announced_once_they_are_online_and_files_are_not(
    tmp_path: Path, archive: Path
) -> None:
    tenant = MemoryTenant()
    described = TablePart(table="t", number=1, rows=1, fingerprint="0" * 32, last=True)
    items = [
        replace(item, key=f"{number:02}", part=replace(described, number=number))
        for number, item in enumerate(folder_items("database", archive) * 3)
    ]
    stages = (
        stage_of("database", items, kind="database"),
        stage_of("documents", folder_items("documents", archive)),
    )
    async with journal_of(tmp_path) as journal:
        await transfer(transfer_call(journal, MemoryMigration(tenant), tmp_path, *stages), SETTINGS)
    assert sorted((entry.key, entry.part) for entry in tenant.announced) == [(item.key, item.part) for item in items]


async def test_tables_have_the_memory_of_most_buffers_from_when_their_stage_begins_until_they_are_told(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Readers] = []

    class Watched(Readers):
        def __init__(self, *words: object) -> None:
            super().__init__(*words)
            opened.append(self)

    monkeypatch.setattr("omt_upload.transfer_context.Readers", Watched)
    rooms: list[int] = []

    async def tell() -> AsyncIterator[Sequence[Item]]:
        rooms.append(opened[0].bytes_at_once)
        yield folder_items("database", archive)
        rooms.append(opened[0].bytes_at_once)

    stage = UploadStage(name="database", title="Database", order=1, plugin="tests", items=tell, kind="database")
    async with journal_of(tmp_path) as journal:
        await transfer(transfer_call(journal, MemoryMigration(MemoryTenant()), tmp_path, stage), SETTINGS)
    at_first, still = rooms
    little = SETTINGS.buffer_bytes // 4
    # A third of it is left to what is read while the rest is on the line.
    assert still == at_first == little - little // 3
    assert opened[0].bytes_at_once == SETTINGS.buffer_bytes


async def test_parts_of_another_snapshot_are_forgotten_before_new_ones_come(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    items = folder_items("database", archive)
    for snapshot, told in (("s1", items), ("s2", items[:2])):
        async with journal_of(tmp_path) as journal:
            stage = stage_of("database", told, kind="database")
            call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage, snapshot=snapshot)
            await transfer(call, SETTINGS)
    assert tenant.committed["database"].items == 2


async def test_a_stop_ends_early_with_a_journal_to_go_on_from(tmp_path: Path, archive: Path) -> None:
    tenant, stop = MemoryTenant(), Stop()
    items = folder_items("documents", archive)

    async def tell() -> AsyncIterator[Sequence[Item]]:
        yield items[:2]
        stop.set()
        yield items[2:]

    endless = UploadStage(name="documents", title="Documents", order=1, plugin="tests", items=tell)
    async with journal_of(tmp_path) as journal:
        summary = await transfer(
            transfer_call(journal, MemoryMigration(tenant), tmp_path, endless, stop=stop), SETTINGS
        )
    assert summary.stopped
    assert tenant.committed == {}
    async with journal_of(tmp_path) as journal:
        await transfer(
            transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("documents", items)), SETTINGS
        )
    assert tenant.committed["documents"].items == 6
    assert set(tenant.landings.values()) == {1}


async def test_contents_that_the_tenant_lost_are_sent_again_before_the_commit(tmp_path: Path, archive: Path) -> None:
    tenant = MemoryTenant()
    lost = digest_of(b"two" * 1_000)
    for snapshot in ("s1", "s2"):
        async with journal_of(tmp_path) as journal:
            stage = stage_of("documents", folder_items("documents", archive))
            call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage, snapshot=snapshot)
            await transfer(call, SETTINGS)
        if snapshot == "s1":
            del tenant.contents[lost]
    assert lost in tenant.contents
    assert tenant.committed["documents"].snapshot == "s2"


async def test_a_content_of_two_stages_that_the_tenant_lost_is_sent_again_before_either_is_done(
    tmp_path: Path, archive: Path
) -> None:
    again = anyio.Event()

    class TemplatesLast(MemoryMigration):
        async def commit(self, manifest):
            if manifest.stage == "templates":
                await again.wait()
            elif manifest.snapshot in attempted:
                again.set()
            attempted.append(manifest.snapshot)
            await super().commit(manifest)

    attempted = ["s1"]
    tenant = MemoryTenant()
    lost = digest_of(b"two" * 1_000)
    for snapshot in ("s1", "s2"):
        async with journal_of(tmp_path) as journal:
            stages = [stage_of(name, folder_items(name, archive)) for name in ("documents", "templates")]
            call = transfer_call(journal, TemplatesLast(tenant), tmp_path, *stages, snapshot=snapshot)
            summary = await transfer(call, SETTINGS)
        if snapshot == "s1":
            del tenant.contents[lost]
            again = anyio.Event()
    assert summary == TransferSummary()
    assert lost in tenant.contents
    assert {manifest.snapshot for manifest in tenant.committed.values()} == {"s2"}


async def test_a_stage_whose_lost_content_another_stage_has_sent_by_now_is_committed(
    tmp_path: Path, archive: Path
) -> None:
    sent = anyio.Event()

    class TemplatesLate(MemoryMigration):
        async def commit(self, manifest):
            try:
                await super().commit(manifest)
            except OnlineRefusedError:
                if manifest.stage == "templates":
                    await sent.wait()
                raise
            if manifest.stage == "documents":
                sent.set()

    tenant = MemoryTenant()
    for snapshot in ("s1", "s2"):
        async with journal_of(tmp_path) as journal:
            stages = [stage_of(name, folder_items(name, archive)) for name in ("documents", "templates")]
            call = transfer_call(journal, TemplatesLate(tenant), tmp_path, *stages, snapshot=snapshot)
            await transfer(call, SETTINGS)
        if snapshot == "s1":
            del tenant.contents[digest_of(b"two" * 1_000)]
            sent = anyio.Event()
    assert {manifest.snapshot for manifest in tenant.committed.values()} == {"s2"}


async def test_another_migration_at_the_tenant_is_asked_for_everything_again(tmp_path: Path, archive: Path) -> None:
    tenants = [MemoryTenant(), MemoryTenant()]
    for number, tenant in enumerate(tenants):
        async with journal_of(tmp_path) as journal:
            stage = stage_of("documents", folder_items("documents", archive))
            migration = MemoryMigration(tenant, known_as=f"m{number}")
            await transfer(transfer_call(journal, migration, tmp_path, stage), SETTINGS)
    assert tenants[0].contents == tenants[1].contents


async def test_a_refusal_ends_the_transfer_as_one_error(tmp_path: Path, archive: Path) -> None:
    class Refusing(MemoryMigration):
        async def create_upload(self, *_args: object) -> tuple[str, int]:
            raise OnlineRefusedError("migration-claimed", "claimed", "wait")

    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        with pytest.raises(OnlineRefusedError, match="claimed"):
            await transfer(transfer_call(journal, Refusing(MemoryTenant()), tmp_path, stage), SETTINGS)


async def test_a_content_that_is_refused_again_and_again_is_left_unconfirmed_alone(
    tmp_path: Path, archive: Path
) -> None:
    bad = digest_of(b"two" * 1_000)

    class Damaging(MemoryMigration):
        async def create_upload(self, request, first_chunk=b""):
            if bad in {content.digest for content in request.members}:
                first_chunk = bytes(len(first_chunk))
            return await super().create_upload(request, first_chunk)

    tenant = MemoryTenant()
    async with journal_of(tmp_path) as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        summary = await transfer(transfer_call(journal, Damaging(tenant), tmp_path, stage), SETTINGS)
        totals = (await journal.items.totals())["documents"]
        failed = [
            (record.key, record.reason)
            async for batch in journal.items.records(states=[ItemState.FAILED])
            for record in batch
        ]
    assert (summary.failed, totals.confirmed_items, failed) == (1, 5, [("a/two.txt", "content-refused")])
    assert tenant.committed == {}


async def test_the_claim_is_kept_alive_while_the_database_is_slow(tmp_path: Path) -> None:
    alive = anyio.Event()

    class Watched(MemoryMigration):
        async def missing(self, contents):
            if not contents:
                alive.set()
            return await super().missing(contents)

    async def tell() -> AsyncIterator[Sequence[Item]]:
        await alive.wait()
        yield ()

    slow = UploadStage(name="database", title="Database", order=1, plugin="tests", items=tell, kind="database")
    async with journal_of(tmp_path) as journal:
        call = transfer_call(journal, Watched(MemoryTenant()), tmp_path, slow)
        await transfer(call, SETTINGS.model_copy(update={"seconds_between_signs_of_life": 0.001}))

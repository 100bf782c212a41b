"""Batches that are sent elsewhere: the same end state as when they are sent here, and the journal is written here."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from typing_extensions import override

from omt_core.api import (
    Chunk,
    CreatedUpload,
    FolderAwayError,
    ItemRecord,
    ItemState,
    OmtError,
    OnlineUnavailableError,
    TablePart,
    UploadRequest,
)
from omt_upload.lanes import away_lane
from omt_upload.lanes.batch_sender import Batch, BatchResult, BatchSender
from omt_upload.lanes.lane import HereLane, Lane
from omt_upload.settings import UploadSettings
from omt_upload.transfer import transfer
from omt_upload.transfer_context import TransferContext
from tests.plugins.omt_upload.lanes.elsewhere import (
    IN_PIECES,
    ONE_LARGE,
    SMALL_ONES,
    Elsewhere,
    OtherMachine,
    sender_of,
)
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
from tests.plugins.omt_upload.test_transfer import FILES, journal_of

pytestmark = pytest.mark.anyio


async def test_the_end_state_and_the_manifest_are_those_of_a_transfer_from_here(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    write_files(archive, FILES)
    plain, away = MemoryTenant(), MemoryTenant()
    (tmp_path / "plain").mkdir()
    async with journal_of(tmp_path / "plain") as journal:
        stage = stage_of("documents", folder_items("documents", archive))
        await transfer(transfer_call(journal, MemoryMigration(plain), tmp_path / "plain", stage), SETTINGS)
        expected = await journal.items.totals()
    elsewhere = Elsewhere(archive)
    async with journal_of(tmp_path) as journal:
        await elsewhere.run(journal, MemoryMigration(away), tmp_path)
        assert await journal.items.totals() == expected
        assert not await journal.uploads.unfinished()
    assert away.manifest("documents") == plain.manifest("documents")
    assert away.contents == plain.contents
    assert set(away.landings.values()) == {1}


async def test_items_outside_of_the_home_are_sent_from_here_at_the_same_time(tmp_path: Path) -> None:
    far, near = tmp_path / "far", tmp_path / "near"
    write_files(far, {f"{number}.txt": b"far %d" % number for number in range(30)})
    write_files(near, {f"{number}.txt": b"near %d" % number for number in range(30)})
    tenant, elsewhere = MemoryTenant(), Elsewhere(far)
    async with journal_of(tmp_path) as journal:
        folders = {"documents": far, "templates": near}
        await elsewhere.run(journal, MemoryMigration(tenant), tmp_path, list(folders), folders=folders.__getitem__)
        totals = await journal.items.totals()
    assert {name: one.confirmed_items for name, one in totals.items()} == {"documents": 30, "templates": 30}
    machine = elsewhere.machine
    assert machine is not None
    assert {record.stage for batch in machine.batches for record in batch.records} == {"documents"}


async def test_a_path_is_told_as_it_is_there(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write_files(here, FILES)
    shutil.copytree(here, there)
    for path in here.rglob("*.*"):
        path.unlink()
        path.write_bytes(b"")  # whoever reads here would find nothing of it
    tenant, elsewhere = MemoryTenant(), Elsewhere(here, there=there)
    items = folder_items("documents", there)
    async with journal_of(tmp_path) as journal:
        await elsewhere.run(journal, MemoryMigration(tenant), tmp_path)
    assert {digest_of(content) for content in FILES.values()} <= set(tenant.contents)
    assert len(items) == len(FILES)


async def test_what_vanishes_or_is_refused_there_is_left_behind_with_its_reason(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    write_files(archive, {"a/gone.txt": b"gone", "a/kept.txt": b"kept", "a/refused.txt": b"refused"})

    class Refusing(MemoryMigration):
        async def create_upload(self, request, first_chunk=b""):
            if any(content.digest == digest_of(b"refused") for content in request.members):
                request = type(request)(kind="file", digest="0" * 64, size=request.size, members=request.members)
            return await super().create_upload(request, first_chunk)

    tenant = MemoryTenant()
    items = folder_items("documents", archive)
    (archive / "a/gone.txt").unlink()
    async with journal_of(tmp_path) as journal:
        sender = BatchSender(
            SETTINGS,
            migration=Refusing(tenant),
            rate=Unlimited(),
            stop=Stop(),
            run=Watcher(tmp_path),
            workspace=tmp_path,
        )
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("documents", items))
        with closing(sender):
            summary = await transfer(
                call,
                SETTINGS,
                lambda context: (OtherMachine(context, sender, home=archive), HereLane(context)),
            )
        states = {
            record.key: (record.state, record.reason) async for batch in journal.items.records() for record in batch
        }
    assert states == {
        "a/gone.txt": (ItemState.MISSING, "file-vanished"),
        "a/kept.txt": (ItemState.CONFIRMED, ""),
        "a/refused.txt": (ItemState.FAILED, "content-refused"),
    }
    assert summary.failed == 1


async def test_a_root_that_is_away_there_is_lost_and_nothing_in_it_is_missing(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write_files(here, {"a/one.txt": b"one"})
    elsewhere = Elsewhere(here, there=there)
    async with journal_of(tmp_path) as journal:
        with pytest.raises(FolderAwayError):
            await elsewhere.run(journal, MemoryMigration(MemoryTenant()), tmp_path)
        (record,) = await journal.items.pending(stage="documents", limit=5)
    assert (record.key, record.state) == ("a/one.txt", ItemState.PENDING)
    machine = elsewhere.machine
    assert machine is not None
    assert [folder.is_relative_to(there) or folder == there for folder in machine.lost_folders] == [True]


async def test_a_stop_leaves_a_large_file_that_goes_on_where_it_was(tmp_path: Path) -> None:
    archive, tenant = tmp_path / "archive", MemoryTenant()
    write_files(archive, {"large.bin": os.urandom(300_000)})
    settings = UploadSettings(shortest_request=20_000, longest_request=65_536)
    stop = Stop()

    class StopAfter(Unlimited):
        async def acquire(self, size: int) -> None:
            await super().acquire(size)
            if self.admitted > 100_000:
                stop.set()

    async with journal_of(tmp_path) as journal:
        await Elsewhere(archive, settings=settings).run(
            journal, MemoryMigration(tenant), tmp_path, stop=stop, rate=StopAfter()
        )
        (upload,) = await journal.uploads.unfinished()
    assert 0 < upload.offset < 300_000
    tenant.bodies.clear()
    async with journal_of(tmp_path) as journal:
        await Elsewhere(archive, settings=settings).run(journal, MemoryMigration(tenant), tmp_path)
        assert not await journal.uploads.unfinished()
    manifest = tenant.committed["documents"].size
    assert sum(tenant.bodies) == 300_000 - upload.offset + manifest


async def test_an_answer_that_is_lost_costs_a_question_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    archive, tenant = tmp_path / "archive", MemoryTenant()
    write_files(archive, FILES)

    class Dying(OtherMachine):
        @override
        async def sent(self, batch: Batch) -> BatchResult:
            await super().sent(batch)
            raise OSError(errno.EPIPE, "the machine has died")

    sender = BatchSender(
        SETTINGS,
        migration=MemoryMigration(tenant),
        rate=Unlimited(),
        stop=Stop(),
        run=Watcher(tmp_path),
        workspace=tmp_path,
    )
    stage = stage_of("documents", folder_items("documents", archive))
    async with journal_of(tmp_path) as journal:
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage)
        with closing(sender), pytest.raises(OSError, match="died"):
            await transfer(call, SETTINGS, lambda context: (Dying(context, sender, home=archive), HereLane(context)))
        assert (await journal.items.totals())["documents"].confirmed_items == 0
    async with journal_of(tmp_path) as journal:
        await Elsewhere(archive).run(journal, MemoryMigration(tenant), tmp_path)
        assert (await journal.items.totals())["documents"].confirmed_items == len(FILES)
    assert set(tenant.landings.values()) == {1}


class Breaking(MemoryMigration):
    """Whose line breaks at one of its requests: once, or for good."""

    def __init__(self, tenant: MemoryTenant, *, at: int, once: bool = False) -> None:
        super().__init__(tenant, chunk_bytes=16_384)
        self.left = at
        self.once = once

    def _request(self) -> None:
        self.left -= 1
        if self.left == 0 or (self.left < 0 and not self.once):
            raise OnlineUnavailableError("online-connection-lost", "The line is gone.", "Wait.", retry_after=1.0)

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        self._request()
        return await super().create_upload(request, first_chunk)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        self._request()
        return await super().send(url, offset, chunk)


@pytest.mark.parametrize(("files", "at"), [(ONE_LARGE, 2), (ONE_LARGE, 5), (ONE_LARGE, 10), (SMALL_ONES, 2)])
async def test_what_was_sent_before_an_error_is_in_the_journal_and_not_sent_again(
    tmp_path: Path, files: Mapping[str, bytes], at: int
) -> None:
    archive, tenant = tmp_path / "archive", MemoryTenant()
    write_files(archive, files)
    async with journal_of(tmp_path) as journal:
        with pytest.raises(OnlineUnavailableError, match="The line is gone") as caught:
            await Elsewhere(archive, settings=IN_PIECES).run(journal, Breaking(tenant, at=at), tmp_path)
        assert (caught.value.code, caught.value.remedy) == ("online-connection-lost", "Wait.")
        (upload,) = await journal.uploads.unfinished()
        assert upload.offset == sum(tenant.bodies) == 16_384 * (at - 1)
        await Elsewhere(archive, settings=IN_PIECES).run(journal, MemoryMigration(tenant), tmp_path)
        assert not await journal.uploads.unfinished()
    assert sum(tenant.bodies) == upload.size + tenant.committed["documents"].size


@pytest.mark.parametrize(("files", "at", "again"), [(ONE_LARGE, 4, 0), (SMALL_ONES, 2, 16_384)], ids=["large", "small"])
async def test_what_an_error_left_of_a_batch_goes_on_in_the_same_run_where_the_lane_has_another_try(
    tmp_path: Path, files: Mapping[str, bytes], at: int, again: int
) -> None:
    archive, tenant = tmp_path / "archive", MemoryTenant()
    write_files(archive, files)
    errors: list[OmtError] = []

    class Trying(OtherMachine):
        @override
        async def failed(self, left: Sequence[ItemRecord], error: OmtError) -> None:
            assert {record.key for record in left} == set(files)
            errors.append(error)

    sender = sender_of(Breaking(tenant, at=at, once=True), tmp_path, IN_PIECES)
    stage = stage_of("documents", folder_items("documents", archive))
    async with journal_of(tmp_path) as journal:
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage)
        with closing(sender):
            await transfer(call, IN_PIECES, lambda context: (Trying(context, sender, home=archive), HereLane(context)))
        assert not await journal.uploads.unfinished()
        assert (await journal.items.totals())["documents"].confirmed_items == len(files)
    assert [type(error) for error in errors] == [OnlineUnavailableError]
    # A large file goes on; a bundle is made anew of what is pending, and what was sent of it is given up.
    whole = sum(len(upload.received) for upload in tenant.uploads.values())
    assert sum(tenant.bodies) == whole + again


async def test_contents_that_two_batches_have_are_sent_once(tmp_path: Path) -> None:
    archive, tenant = tmp_path / "archive", MemoryTenant()
    write_files(archive, {f"{number:02}.txt": b"the same" * 100 for number in range(40)})
    settings = UploadSettings(bundle_members=3)
    async with journal_of(tmp_path) as journal:
        with anyio.fail_after(60):
            await Elsewhere(archive, settings=settings).run(journal, MemoryMigration(tenant), tmp_path)
    assert tenant.landings[digest_of(b"the same" * 100)] == 1


async def batch_sizes(folder: Path, tenant: MemoryTenant, settings: UploadSettings) -> list[int]:
    """Return the bytes of the files of each batch, in their order."""
    elsewhere = Elsewhere(folder / "archive", settings=settings)
    folder.joinpath("work").mkdir()
    async with journal_of(folder / "work") as journal:
        await elsewhere.run(journal, MemoryMigration(tenant), folder / "work")
    assert elsewhere.machine is not None
    sizes = [sum(record.size for record in batch.records) for batch in elsewhere.machine.batches]
    assert sum(sizes) == 200_000
    return sizes


FIRST = 20_000


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(away_lane, "_FIRST_BATCH", FIRST)
    write_files(tmp_path / "archive", {f"{number:03}.txt": b"%01000d" % number for number in range(200)})
    return tmp_path


@pytest.mark.usefixtures("archive")
async def test_batches_become_small_where_the_line_there_is_slow(tmp_path: Path) -> None:
    slow = UploadSettings(seconds_per_request=1e-9, shortest_request=5_000, compress="never")
    sizes = await batch_sizes(tmp_path, MemoryTenant(), slow)
    assert max(sizes) <= FIRST
    assert max(sizes[4:]) <= 5_000


@pytest.mark.usefixtures("archive")
async def test_batches_become_large_where_the_line_there_is_quick(tmp_path: Path) -> None:
    quick = UploadSettings(seconds_per_request=1e9, compress="never")
    sizes = await batch_sizes(tmp_path, MemoryTenant(), quick)
    assert max(sizes[:2]) <= FIRST
    assert max(sizes) > 5 * FIRST


@pytest.mark.usefixtures("archive")
async def test_batches_grow_while_nothing_of_them_has_to_be_sent(tmp_path: Path) -> None:
    tenant = MemoryTenant()
    for number in range(200):
        tenant.contents[digest_of(b"%01000d" % number)] = b"%01000d" % number
    sizes = await batch_sizes(tmp_path, tenant, UploadSettings())
    assert sizes[0] <= FIRST
    assert max(sizes) > 1.5 * FIRST


PARTS = {f"{number:02}.parquet": b"part %d" % number * 2_000 for number in range(12)}


@pytest.mark.parametrize("seen", ["all", "some", "none"])
async def test_parts_of_tables_end_the_same_whatever_is_seen_of_them_there(tmp_path: Path, seen: str) -> None:
    described = TablePart(table="t", number=1, rows=1, fingerprint="0" * 32, last=True)
    tenants: dict[str, MemoryTenant] = {}
    elsewhere = tmp_path / "elsewhere"
    write_files(elsewhere, PARTS)
    for name in list(PARTS)[6:] if seen == "some" else PARTS if seen == "none" else ():
        (elsewhere / name).unlink()
    for way in ("here", "away"):
        tenant, spool = tenants.setdefault(way, MemoryTenant()), tmp_path / way / "spool"
        write_files(spool, PARTS)
        items = [
            replace(item, part=replace(described, number=number))
            for number, item in enumerate(folder_items("database", spool))
        ]
        stage = stage_of("database", items, kind="database", removes_sources=True)
        migration = MemoryMigration(tenant)
        sender = sender_of(migration, tmp_path / way)

        def lanes(
            context: TransferContext, way: str = way, spool: Path = spool, sender: BatchSender = sender
        ) -> Sequence[Lane]:
            if way == "here":
                return (HereLane(context),)
            return (OtherMachine(context, sender, home=spool, there=elsewhere), HereLane(context))

        with closing(sender):
            async with journal_of(tmp_path / way) as journal:
                summary = await transfer(transfer_call(journal, migration, tmp_path / way, stage), SETTINGS, lanes)
                totals = await journal.items.totals()
        assert (summary.failed, totals["database"].confirmed_items) == (0, len(PARTS))
        assert not folder_items("database", spool)
    here, away = tenants["here"], tenants["away"]
    assert away.manifest("database") == here.manifest("database")
    assert sorted(map(str, away.announced)) == sorted(map(str, here.announced))
    assert len(away.announced) == len(PARTS)

"""A large file is sent as an upload of its own, unless the transfer is to stop; its chunks end where it was hashed."""

from __future__ import annotations

import itertools
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from omt_core.api.decisions import MigrationMode
from omt_core.api.journal import ItemDigest
from omt_core.api.online import Chunk, CreatedUpload, RunningDigests, UploadRequest
from omt_core.journal import Journal
from omt_upload.line import large_file
from omt_upload.line.large_file import send_large_file
from omt_upload.line.line import Line
from omt_upload.stage_transfer import StageTransfer
from omt_upload.transfer_context import context_for
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import (
    SETTINGS,
    Stop,
    digest_of,
    folder_items,
    stage_of,
    transfer_call,
    write_files,
)

pytestmark = pytest.mark.anyio

CONTENT = b"large" * 20_000


@pytest.mark.parametrize("stopped", [True, False])
async def test_a_file_that_was_hashed_before_is_not_begun_any_more_after_a_stop(tmp_path: Path, stopped: bool) -> None:
    write_files(tmp_path / "archive", {"a": CONTENT})
    (item,) = folder_items("documents", tmp_path / "archive")
    tenant, stop = MemoryTenant(), Stop()
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.items.record_inventory([item])
        read = ItemDigest(id=("documents", "a"), digest=digest_of(CONTENT), size=item.size, mtime_ns=item.mtime_ns)
        await journal.items.record_digests([read])
        (record,) = await journal.items.pending(stage="documents", limit=1)
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("documents", [item]), stop=stop)
        if stopped:
            stop.set()
        await send_large_file(StageTransfer(context_for(call, SETTINGS), call.stages[0]), record)
    assert len(tenant.uploads) == (0 if stopped else 1)


async def test_a_file_that_waits_for_room_keeps_nobody_from_its_content(tmp_path: Path) -> None:
    """Whoever has all of the room may be waiting for this content: both would wait for ever."""
    write_files(tmp_path / "archive", {"a": CONTENT})
    (item,) = folder_items("documents", tmp_path / "archive")
    tenant = MemoryTenant()
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.items.record_inventory([item])
        read = ItemDigest(id=("documents", "a"), digest=digest_of(CONTENT), size=item.size, mtime_ns=item.mtime_ns)
        await journal.items.record_digests([read])
        (record,) = await journal.items.pending(stage="documents", limit=1)
        call = transfer_call(journal, MemoryMigration(tenant), tmp_path, stage_of("documents", [item]))
        context = context_for(call, SETTINGS)
        with anyio.fail_after(60):
            async with anyio.create_task_group() as sending, context.readers.room(SETTINGS.buffer_bytes):
                sending.start_soon(send_large_file, StageTransfer(context, call.stages[0]), record)
                while not context.readers._buffers._turn.statistics().locked:
                    await anyio.lowlevel.checkpoint()
                mine = context.contents.take([digest_of(CONTENT)])
                assert mine
                context.contents.give_back(mine)
    assert len(tenant.uploads) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(0, 3_000), bodies=st.lists(st.integers(1, 900), min_size=1, max_size=9))
def test_a_chunk_ends_at_a_digest_that_is_known_unless_it_would_be_less_than_half_of_a_body(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, size: int, bodies: list[int]
) -> None:
    monkeypatch.setattr(large_file, "_HASH_SLICE", 256)
    content = bytes(number % 251 for number in range(size))
    folder = tmp_path_factory.mktemp("large")
    write_files(folder / "archive", {"a": content})
    (item,) = folder_items("documents", folder / "archive")
    lengths = itertools.cycle(bodies)
    monkeypatch.setattr(Line, "body_bytes", property(lambda _: next(lengths)))
    tenant = CuttingTenant()

    async def send() -> None:
        async with Journal.open(folder / "journal.sqlite") as journal:
            await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
            await journal.items.record_inventory([item])
            (record,) = await journal.items.pending(stage="documents", limit=1)
            call = transfer_call(journal, CuttingMigration(tenant), folder, stage_of("documents", [item]))
            await send_large_file(StageTransfer(context_for(call, SETTINGS), call.stages[0]), record)

    anyio.run(send)
    assert tenant.contents[digest_of(content)] == content
    running = tenant.running
    assert running is not None
    for begin, end in itertools.pairwise([0, *tenant.ends]):
        known = digest_of(content) if end == size else running.at(end)
        assert known == digest_of(content[:end]) or end - begin < 512
    assert all(2 * (end - begin) >= min(bodies) for begin, end in itertools.pairwise([0, *tenant.ends[:-1]]))


class CuttingTenant(MemoryTenant):
    """Keeps where chunks ended, and what the client knows of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[int] = []
        self.running: RunningDigests | None = None


class CuttingMigration(MemoryMigration):
    def __init__(self, tenant: CuttingTenant) -> None:
        super().__init__(tenant)
        self._cuts = tenant

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        self._cuts.running = request.running
        created = await super().create_upload(request, first_chunk)
        self._cuts.ends.append(created.offset)
        return created

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        reached = await super().send(url, offset, chunk)
        self._cuts.ends.append(reached)
        return reached

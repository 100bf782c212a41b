"""Batches as they are sent for another process: each tells what became of it alone, errors included."""

from __future__ import annotations

import pickle
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from typing_extensions import override

from omt_core.api import (
    BodyRefusedError,
    Chunk,
    InstallationError,
    OmtError,
    OnlineError,
    OnlineRefusedError,
    OnlineUnavailableError,
    Sentence,
    UploadLostError,
    folder_away,
)
from omt_upload.lanes.batch_sender import Batch, BatchError, BatchResult
from tests.plugins.omt_upload.lanes.elsewhere import IN_PIECES, LARGE, ONE_LARGE, SMALL_ONES, sender_of
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import (
    folder_items,
    write_files,
)
from tests.plugins.omt_upload.test_transfer import journal_of

pytestmark = pytest.mark.anyio


async def batches_of(tmp_path: Path, archive: Path, *keys: str) -> list[Batch]:
    """Return a batch for each of these files of an archive."""
    async with journal_of(tmp_path) as journal:
        await journal.items.record_inventory(folder_items("documents", archive))
        records = await journal.items.pending(stage="documents", limit=20)
    return [Batch(stage="documents", records=tuple(one for one in records if one.key == key)) for key in keys]


async def test_bytes_of_a_batch_are_told_with_no_other_one(tmp_path: Path) -> None:
    archive, tenant = tmp_path / "archive", MemoryTenant()
    write_files(archive, ONE_LARGE | SMALL_ONES)
    begun, over = anyio.Event(), anyio.Event()

    class Slow(MemoryMigration):
        @override
        async def send(self, url: str, offset: int, chunk: Chunk) -> int:
            begun.set()
            await over.wait()
            return await super().send(url, offset, chunk)

    large, small = await batches_of(tmp_path, archive, "large.bin", "1.txt")
    sender = sender_of(Slow(tenant, chunk_bytes=16_384), tmp_path, IN_PIECES)
    results: list[BatchResult] = []

    async def send_large() -> None:
        results.append(await sender.send(large))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send_large)
        await begun.wait()
        results.append(await sender.send(small))
        over.set()
    sender.close()
    assert [len(result.outcomes) for result in results] == [1, 1]
    assert results[0].sent < 16_384
    assert results[1].sent == LARGE


async def test_a_batch_that_is_cut_off_tells_what_it_had_come_to_and_its_line_goes_on(tmp_path: Path) -> None:
    archive, tenant, hung = tmp_path / "archive", MemoryTenant(), anyio.Event()
    write_files(archive, ONE_LARGE | SMALL_ONES)

    class Hanging(MemoryMigration):
        @override
        async def send(self, url: str, offset: int, chunk: Chunk) -> int:
            if offset >= 4 * 16_384:
                hung.set()
                await anyio.sleep_forever()
            return await super().send(url, offset, chunk)

    large, small = await batches_of(tmp_path, archive, "large.bin", "1.txt")
    results: list[BatchResult] = []
    with closing(sender_of(Hanging(tenant, chunk_bytes=16_384), tmp_path, IN_PIECES)) as sender:
        scope = anyio.CancelScope()

        async def send_large() -> None:
            results.append(await sender.send(large, scope))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_large)
            await hung.wait()
            scope.cancel()
        results.append(await sender.send(small))
    (begun,) = results[0].begun
    assert (len(results[0].outcomes), results[0].error) == (0, None)
    assert begun.offset == results[0].sent == sum(tenant.bodies[:4]) == 4 * 16_384
    assert len(results[1].outcomes) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OnlineUnavailableError("a", "b", "c", retry_after=3.0), OnlineUnavailableError),
        (BodyRefusedError("a", "b", "c", status=403), OnlineRefusedError),
        (UploadLostError("a", "b", "c"), OnlineError),
        (folder_away(Path("gone"), "gone", "why"), InstallationError),
        (OmtError("a", "b", "c"), InstallationError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, OmtError) else "",
)
def test_an_error_comes_from_another_process_as_what_a_person_can_do_about_it(
    error: OmtError, kind: type[OmtError]
) -> None:
    told = BatchError.of(error)
    raised = pickle.loads(pickle.dumps(told)).as_raised()
    assert type(raised) is kind
    assert (raised.code, raised.message, raised.remedy) == (error.code, str(error.message), str(error.remedy))
    assert isinstance(raised.message, Sentence) == isinstance(error.message, Sentence), "it would stay English"

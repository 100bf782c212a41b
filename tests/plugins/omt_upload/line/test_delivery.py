"""Uploads of several bodies share the line body by body, and a stop lets no further one begin."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from typing_extensions import override

from omt_core.api.decisions import MigrationMode
from omt_core.api.online import Chunk, ContentRef, CreatedUpload, UploadRequest
from omt_core.journal import Journal
from omt_upload.line.delivery import Delivery, deliver
from omt_upload.settings import UploadSettings
from omt_upload.transfer_context import context_for
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import Stop, digest_of, folder_items, stage_of, transfer_call, write_files

pytestmark = pytest.mark.anyio

BODY = 1_000
CONTENTS = (b"a" * 4 * BODY, b"b" * 4 * BODY)


class Listening(MemoryMigration):
    """Keeps whose body came when, and asks for a stop at one of them, while all others wait for their turn."""

    def __init__(self, stop: Stop, *, stop_at: int) -> None:
        super().__init__(MemoryTenant(), chunk_bytes=BODY)
        self.bodies: list[str] = []
        self._stop = stop
        self._stop_at = stop_at

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        created = await super().create_upload(request, first_chunk)
        await self._came(created.url)
        return created

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        await self._came(url)
        return await super().send(url, offset, chunk)

    async def _came(self, url: str) -> None:
        self.bodies.append(url)
        while self.waiting() < len(CONTENTS) - 1 - len(self.tenant.contents):  # noqa: ASYNC110 - a limiter tells of nobody
            await anyio.sleep(0.001)
        if len(self.bodies) == self._stop_at:
            self._stop.set()

    def waiting(self) -> int:
        """Return how many wait for their turn; set once there is a context."""
        raise NotImplementedError


async def deliver_all(folder: Path, migration: Listening, stop: Stop, *, finish: bool = False) -> list[bool]:
    """Deliver the contents beside each other, one body at a time; tell which of them arrived whole."""
    finished: list[bool] = []
    write_files(folder / "archive", {})
    async with Journal.open(folder / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        stage = stage_of("documents", folder_items("documents", folder / "archive"))
        call = transfer_call(journal, migration, folder, stage, stop=stop)
        context = context_for(call, UploadSettings(parallel_uploads=1, readers=2))
        migration.waiting = lambda: context.concurrency.uploads.statistics().tasks_waiting  # type: ignore[method-assign]

        async def deliver_one(content: bytes) -> None:
            async def read(offset: int, length: int) -> bytes:
                return content[offset : offset + length]

            digest = digest_of(content)
            request = UploadRequest(
                kind="file", digest=digest, size=len(content), members=(ContentRef(digest, len(content)),)
            )
            delivery = Delivery(
                request=request, read=read, members=tuple, outcomes=(), passed=lambda _: None, finish=finish
            )
            finished.append(await deliver(context, delivery))

        async with anyio.create_task_group() as tasks:
            for content in CONTENTS:
                tasks.start_soon(deliver_one, content)
        context.readers.close()
    return finished


async def test_none_is_left_to_go_alone_in_the_end(tmp_path: Path) -> None:
    stop = Stop()
    migration = Listening(stop, stop_at=0)
    assert await deliver_all(tmp_path, migration, stop) == [True, True]
    assert set(migration.tenant.contents.values()) == set(CONTENTS)
    assert migration.bodies == ["/uploads/0", "/uploads/1"] * 4


@pytest.mark.parametrize("stop_at", [1, 2, 3], ids=["created", "both created", "sent"])
async def test_what_waits_for_its_turn_when_a_stop_comes_begins_no_body(tmp_path: Path, stop_at: int) -> None:
    stop = Stop()
    migration = Listening(stop, stop_at=stop_at)
    assert await deliver_all(tmp_path, migration, stop) == [False, False]
    assert len(migration.bodies) == stop_at


async def test_what_is_to_be_finished_is_so_after_a_stop_too(tmp_path: Path) -> None:
    stop = Stop()
    migration = Listening(stop, stop_at=1)
    assert await deliver_all(tmp_path, migration, stop, finish=True) == [True, True]
    assert set(migration.tenant.contents.values()) == set(CONTENTS)

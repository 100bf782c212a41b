"""Bodies pass the rate limit, are timed, and fit the line."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest
from typing_extensions import override

from omt_core.api.online import Chunk, UploadRequest
from omt_upload.line.concurrency import Concurrency
from omt_upload.line.line import Line
from omt_upload.settings import UploadSettings
from tests.plugins.omt_upload.memory_tenant import MemoryMigration, MemoryTenant
from tests.plugins.omt_upload.moving import Unlimited, digest_of

pytestmark = pytest.mark.anyio

CONTENT = bytes(300_000)


class WithoutFirstBytes(MemoryMigration):
    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> tuple[str, int]:
        return await super().create_upload(request)


async def sent_over(settings: UploadSettings) -> tuple[Line, Unlimited]:
    rate, concurrency = Unlimited(), Concurrency(settings, most=8)
    line = Line(MemoryMigration(MemoryTenant(), chunk_bytes=400_000), rate, settings, concurrency, lambda: 64 << 20)
    assert not line.known
    request = UploadRequest(kind="file", digest=digest_of(CONTENT), size=len(CONTENT))
    url, offset = await line.create(request, CONTENT[:100])
    assert await line.send(url, offset, CONTENT[100:]) == len(CONTENT)
    return line, rate


async def test_every_byte_passes_the_rate_limit() -> None:
    line, rate = await sent_over(UploadSettings())
    assert rate.admitted == len(CONTENT)
    assert line.known


async def test_a_body_is_never_longer_than_the_tenant_takes_nor_shorter_than_is_worth_a_request() -> None:
    line, _ = await sent_over(UploadSettings(seconds_per_request=1e9))
    assert line.body_bytes == 400_000
    line, _ = await sent_over(UploadSettings(seconds_per_request=1e-9, shortest_request=70_000))
    assert line.body_bytes == 70_000


async def test_as_many_bodies_as_may_be_under_way_have_their_place_in_the_memory() -> None:
    settings = UploadSettings(parallel_uploads=16, first_uploads=4, longest_request=32 << 20)
    room = 64 << 20
    concurrency = Concurrency(settings, most=16)
    line = Line(MemoryMigration(MemoryTenant(), chunk_bytes=1 << 30), Unlimited(), settings, concurrency, lambda: room)
    assert line.longest_body == 16 << 20
    room = 8 << 20
    assert line.longest_body == 2 << 20
    room = 64 << 20
    concurrency.uploads.total_tokens = 16
    assert line.longest_body == 4 << 20
    concurrency.uploads.total_tokens = 1
    assert line.longest_body == 32 << 20


async def test_bytes_that_a_creation_did_not_take_say_nothing_of_the_line() -> None:
    settings = UploadSettings()
    line = Line(
        WithoutFirstBytes(MemoryTenant()), Unlimited(), settings, Concurrency(settings, most=8), lambda: 64 << 20
    )
    request = UploadRequest(kind="file", digest=digest_of(CONTENT), size=len(CONTENT))
    _, offset = await line.create(request, CONTENT[:100])
    assert (offset, line.known) == (0, False)


class Shut(Unlimited):
    """Lets nothing pass until the line's speed was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.waits, self.opened = anyio.Event(), anyio.Event()

    @override
    async def acquire(self, size: int) -> None:
        self.waits.set()
        await self.opened.wait()


async def test_what_is_under_way_bounds_the_speed_before_the_first_body_is_through() -> None:
    rate, settings = Shut(), UploadSettings(first_uploads=4)
    async with anyio.create_task_group() as tasks:
        line = Line(MemoryMigration(MemoryTenant()), rate, settings, Concurrency(settings, most=8), lambda: 64 << 20)
        assert line.speed is None
        request = UploadRequest(kind="file", digest=digest_of(CONTENT), size=len(CONTENT))
        tasks.start_soon(line.create, request, CONTENT[:1_000])
        await rate.waits.wait()
        await anyio.wait_all_tasks_blocked()
        early = line.speed
        await anyio.lowlevel.checkpoint()
        later = line.speed
        assert early is not None
        assert later is not None
        assert later < early
        rate.opened.set()

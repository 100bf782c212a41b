"""The memory of a transfer: no more of it than was set aside, each byte with one holder, and none with too little."""

from __future__ import annotations

import errno
import os
import random
import sys
from contextlib import AsyncExitStack
from mmap import mmap
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from omt_core.api import InputError
from omt_protocol.bundle.writer import CPIO
from omt_upload.files.buffers import Buffers
from omt_upload.files.outcome import Reading
from omt_upload.files.readers import Readers
from omt_upload.files.shared_memory import SharedMemory, share_memory
from omt_upload.settings import UploadSettings

_SIZE = 1 << 20

pytestmark = pytest.mark.anyio


async def test_no_two_have_the_same_bytes_and_all_get_some_in_the_end() -> None:
    """Every holder signs its whole part, and finds it as it was when it gives it back."""
    buffers = Buffers(mmap(-1, _SIZE))
    chance = random.Random(1)
    sizes = [chance.choice([0, 1, 70_000, 300_000, _SIZE]) for _ in range(200)]

    async def hold(number: int, size: int) -> None:
        async with buffers.lend(size) as buffer:
            assert len(buffer.view) == size
            assert buffer.begin is not None
            buffer.view[:] = bytes([number % 256]) * size
            for _ in range(number % 5):
                await anyio.lowlevel.checkpoint()
            assert buffer.view == bytes([number % 256]) * size

    with anyio.fail_after(60):
        async with anyio.create_task_group() as holders:
            for number, size in enumerate(sizes):
                holders.start_soon(hold, number, size)


async def test_who_wants_much_is_not_passed_by_those_who_want_little() -> None:
    buffers = Buffers(mmap(-1, _SIZE))
    had: list[int] = []

    async def hold(size: int) -> None:
        async with buffers.lend(size):
            had.append(size)

    async with AsyncExitStack() as half:
        await half.enter_async_context(buffers.lend(_SIZE // 2))
        async with anyio.create_task_group() as others:
            others.start_soon(hold, _SIZE)
            await anyio.wait_all_tasks_blocked()
            others.start_soon(hold, 1)
            await anyio.wait_all_tasks_blocked()
            assert had == []
            await half.aclose()
    assert had == [_SIZE, 1]


async def test_the_memory_that_was_touched_already_is_lent_first() -> None:
    buffers = Buffers(mmap(-1, _SIZE))
    async with buffers.lend(1), buffers.lend(100_000) as second:
        begun = second.begin
    async with buffers.lend(1), buffers.lend(50_000) as again, buffers.lend(50_000) as third:
        assert again.begin == begun
        assert third.begin == (begun or 0) + (1 << 16)


async def test_who_gives_up_waiting_keeps_nobody_from_it() -> None:
    buffers = Buffers(mmap(-1, _SIZE))
    async with buffers.lend(_SIZE):
        with anyio.move_on_after(0):
            async with buffers.lend(1):
                pass
    with anyio.fail_after(60):
        async with buffers.lend(_SIZE):
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="no other system is asked for it")
async def test_what_was_not_needed_for_a_while_goes_back_and_what_is_lent_stays() -> None:
    memory = share_memory(4 * _SIZE)

    def resident() -> int:
        return os.fstat(memory.inherited[0]).st_blocks * 512

    buffers = Buffers(memory.map)
    async with buffers.lend(_SIZE) as kept:
        kept.view[:] = b"k" * _SIZE
        async with buffers.lend(3 * _SIZE) as much:
            much.view[:] = b"m" * (3 * _SIZE)
        assert resident() == 4 * _SIZE
        for _ in range(100):
            async with buffers.lend(10) as little:
                little.view[:] = b"l" * 10
        assert resident() <= _SIZE + (1 << 16)
        assert kept.view == b"k" * _SIZE
        async with buffers.lend(3 * _SIZE) as again:
            again.view[:] = b"a" * (3 * _SIZE)
            assert kept.view == b"k" * _SIZE


@pytest.mark.skipif(sys.platform != "linux", reason="no other system is asked for it")
async def test_memory_of_this_process_alone_goes_back_too() -> None:
    buffers = Buffers(mmap(-1, _SIZE))
    async with buffers.lend(_SIZE) as much:
        much.view[:] = b"m" * _SIZE
    for _ in range(100):
        async with buffers.lend(10):
            pass
    async with buffers.lend(_SIZE) as again:
        assert again.view[_SIZE // 2 :] == bytes(_SIZE // 2)  # as new from the system


async def test_more_than_there_is_comes_from_the_system() -> None:
    buffers = Buffers(mmap(-1, _SIZE))
    async with buffers.lend(_SIZE), buffers.lend(_SIZE + 1) as more:
        assert more.begin is None
        assert len(more.view) == _SIZE + 1


async def test_where_memory_is_short_less_is_set_aside(monkeypatch, tmp_path: Path) -> None:
    """Stands in for error 1455, which Windows gives when memory and page file cannot hold what was asked for."""
    asked: list[int] = []

    def scarce(size: int) -> SharedMemory:
        asked.append(size // _SIZE)
        if size > 2 * _SIZE:
            raise OSError(errno.ENOMEM, "The paging file is too small for this operation to complete.")
        return share_memory(size)

    monkeypatch.setattr("omt_upload.files.readers.share_memory", scarce)
    readers = Readers(UploadSettings(reading="processes", bundle_bytes=_SIZE, buffer_bytes=8 * _SIZE), CPIO)
    assert asked == [8, 4, 2]
    (tmp_path / "file").write_bytes(b"content")
    async with readers.small([(str(tmp_path / "file"), 7)]) as (_, (result,)):
        assert isinstance(result, Reading)
    readers.close()


async def test_where_none_can_be_shared_threads_read_and_where_there_is_none_a_person_is_told(
    monkeypatch, tmp_path: Path
) -> None:
    """Error 1455 again."""

    def scarce(*_: int) -> None:
        raise OSError(errno.ENOMEM, "The paging file is too small for this operation to complete")

    settings = UploadSettings(reading="processes", bundle_bytes=_SIZE, buffer_bytes=8 * _SIZE)
    monkeypatch.setattr("omt_upload.files.readers.share_memory", scarce)
    readers = Readers(settings, CPIO)
    (tmp_path / "file").write_bytes(b"content")
    async with readers.small([(str(tmp_path / "file"), 7)]) as (_, (result,)):
        assert isinstance(result, Reading)
    monkeypatch.setattr("omt_upload.files.readers.mmap", scarce)
    with pytest.raises(InputError) as told:
        Readers(settings, CPIO)
    assert told.value.code == "memory-short"
    assert "The paging file is too small" in told.value.message
    assert "page file" in told.value.remedy


@pytest.mark.skipif(sys.platform != "linux", reason="no other system is asked for it")
async def test_while_less_may_be_lent_what_is_beyond_goes_back_and_what_is_lent_stays() -> None:
    memory = share_memory(4 * _SIZE)

    def resident() -> int:
        return os.fstat(memory.inherited[0]).st_blocks * 512

    buffers = Buffers(memory.map)
    async with buffers.lend(3 * _SIZE) as most, anyio.create_task_group() as holders:
        most.view[:] = b"m" * (3 * _SIZE)
        async with buffers.lend(_SIZE) as end:
            end.view[:] = b"e" * _SIZE
        async with buffers.kept_to(_SIZE, patience=0):
            assert buffers.room == _SIZE
            assert resident() == 3 * _SIZE
            assert most.view == b"m" * (3 * _SIZE)
            waits = anyio.Event()

            async def wants_some() -> None:
                async with buffers.lend(1):
                    waits.set()

            holders.start_soon(wants_some)
            await anyio.wait_all_tasks_blocked()
            assert not waits.is_set()
        assert buffers.room == 4 * _SIZE
    assert waits.is_set()


@pytest.mark.skipif(sys.platform != "linux", reason="no other system is asked for it")
async def test_what_is_lent_beyond_is_waited_for_and_more_than_the_bound_is_lent_alone() -> None:
    memory = share_memory(4 * _SIZE)
    buffers = Buffers(memory.map)
    kept = anyio.Event()

    async def keep() -> None:
        async with buffers.kept_to(_SIZE, patience=60):
            kept.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as keeping:
        async with buffers.lend(2 * _SIZE) as much:
            much.view[:] = b"m" * (2 * _SIZE)
            keeping.start_soon(keep)
            await anyio.wait_all_tasks_blocked()
            assert not kept.is_set()
        with anyio.fail_after(60):
            await kept.wait()
        assert os.fstat(memory.inherited[0]).st_blocks * 512 == _SIZE
        with anyio.fail_after(60):
            async with buffers.lend(2 * _SIZE) as alone:
                alone.view[:] = b"a" * (2 * _SIZE)
        assert os.fstat(memory.inherited[0]).st_blocks * 512 == _SIZE
        keeping.cancel_scope.cancel()
    async with buffers.lend(2 * _SIZE), buffers.lend(2 * _SIZE):
        pass

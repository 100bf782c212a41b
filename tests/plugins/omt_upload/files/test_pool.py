"""Reader processes read as this process does, are small, and are not needed for anything to be read."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import psutil
import pytest

from omt_core.api import InputError
from omt_protocol.bundle.writer import CPIO, USTAR
from omt_upload.files.outcome import Reading, TooLarge, Unread, read_small_files
from omt_upload.files.pool import ReaderPool
from omt_upload.files.readers import Readers
from omt_upload.files.shared_memory import SharedMemory, share_memory
from omt_upload.settings import UploadSettings

_SIZE = 1 << 20


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    made = ReaderPool(buffers=2, buffer_bytes=_SIZE)
    yield made
    made.close()


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[str, int]]:
    told = [(str(tmp_path / "gone"), 10)]
    for number, content in enumerate([b"", b"content", bytes(5_000), "ünïcode".encode()]):
        path = tmp_path / f"{number} ünï"
        path.write_bytes(content)
        told.append((str(path), len(content)))
    (tmp_path / "grown").write_bytes(bytes(2_000))
    return [*told, (str(tmp_path / "grown"), 3)]


def test_a_process_reads_the_same_to_the_same_places_as_this_one(pool, files) -> None:
    buffer = pool.take()
    results = pool.read(buffer, files, USTAR, tries=3)
    here = bytearray(_SIZE)
    assert results == read_small_files(here, files, USTAR, tries=3)
    assert [type(result) for result in results] == [Unread, Reading, Reading, Reading, Reading, TooLarge]
    for result in results:
        if isinstance(result, Reading):
            content = buffer.view[result.offset : result.offset + result.size]
            assert hashlib.sha256(content).hexdigest() == result.digest


def reader_of(pool) -> psutil.Process:
    """The pool's one process; other tests may have children of their own."""
    (reader,) = pool._started
    return psutil.Process(reader._process.pid)


def test_each_buffer_is_lent_to_one_at_a_time(pool, files) -> None:
    first, second = pool.take(), pool.take()
    assert pool.take() is None
    pool.read(first, files[2:3], USTAR, tries=1)
    pool.read(second, files[4:5], CPIO, tries=1)
    assert first.view[512:519] == b"content"
    assert second.view[141:150] == "ünïcode".encode()
    pool.give_back(first)
    assert pool.take() is first


def test_where_memory_is_short_there_are_fewer_buffers_or_threads_alone(monkeypatch, files) -> None:
    """Stands in for error 1455, which Windows gives when memory and page file cannot hold what was asked for."""
    asked: list[int] = []

    def scarce(size: int) -> SharedMemory:
        asked.append(size // _SIZE)
        if size > most * _SIZE:
            raise OSError(errno.ENOMEM, "The paging file is too small for this operation to complete.")
        return share_memory(size)

    monkeypatch.setattr("omt_upload.files.pool.share_memory", scarce)
    most = 2
    pool = ReaderPool(buffers=8, buffer_bytes=_SIZE)
    assert asked == [8, 4, 2]
    assert [pool.take() is None for _ in range(3)] == [False, False, True]
    pool.close()
    most = 0
    readers = Readers(UploadSettings(reading="processes", bundle_bytes=_SIZE), USTAR, buffers=8)

    async def read() -> list[type]:
        async with readers.small(files) as (_, results):
            return [type(result) for result in results]

    assert anyio.run(read) == [Unread, Reading, Reading, Reading, Reading, TooLarge]
    readers.close()


def test_where_there_is_no_memory_at_all_a_person_is_told_what_to_do(monkeypatch, files) -> None:
    """Error 1455 again, for what is read into by threads when the buffers of the pool are lent."""

    def scarce(*_: int) -> None:
        raise OSError(errno.ENOMEM, "The paging file is too small for this operation to complete")

    readers = Readers(UploadSettings(reading="threads", bundle_bytes=_SIZE), USTAR, buffers=1)
    monkeypatch.setattr("omt_upload.files.readers.mmap", scarce)
    with pytest.raises(InputError) as told, readers.buffer(_SIZE):
        pass
    assert told.value.code == "memory-short"
    assert "The paging file is too small" in told.value.message
    assert "page file" in told.value.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="memory has a name there, and no file")
def test_memory_that_cannot_be_mapped_leaves_no_file_open(monkeypatch) -> None:
    opened: list[int] = []

    def refuse(descriptor: int, size: int) -> None:
        opened.append(descriptor)
        raise OSError(errno.ENOMEM, f"no {size} bytes")

    monkeypatch.setattr("omt_upload.files.shared_memory.mmap.mmap", refuse)
    with pytest.raises(OSError, match="no 10 bytes"):
        share_memory(10)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_what_a_process_that_was_ended_cannot_read_is_read_here(pool, files) -> None:
    buffer = pool.take()
    pool.read(buffer, files, USTAR, tries=3)
    process = reader_of(pool)
    process.kill()
    process.wait()
    assert pool.read(buffer, files, USTAR, tries=3) == read_small_files(bytearray(_SIZE), files, USTAR, tries=3)


@pytest.mark.skipif(sys.platform != "linux", reason="counts resident memory as Linux does")
def test_a_process_is_small(pool, files) -> None:
    pool.read(pool.take(), files, USTAR, tries=3)
    process = reader_of(pool)
    assert process.memory_info().rss < 30 << 20

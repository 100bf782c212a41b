"""Reader processes read as this process does, are small, and are not needed for anything to be read."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from omt_protocol.bundle.writer import USTAR
from omt_upload.files.buffers import Buffer
from omt_upload.files.outcome import Reading, TooLarge, Unread, read_small_files
from omt_upload.files.pool import ReaderPool
from omt_upload.files.shared_memory import share_memory

_SIZE = 1 << 20


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    made = ReaderPool(share_memory(2 * _SIZE))
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


@pytest.fixture
def buffer(pool) -> Buffer:
    return Buffer(memoryview(pool._memory.map)[_SIZE:], _SIZE)


def test_a_process_reads_the_same_to_the_same_places_as_this_one(pool, buffer, files) -> None:
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
    return psutil.Process(reader.pid)


def test_into_memory_that_no_process_shares_this_one_reads(pool, files) -> None:
    own = Buffer(memoryview(bytearray(_SIZE)), None)
    assert pool.read(own, files, USTAR, tries=3) == read_small_files(bytearray(_SIZE), files, USTAR, tries=3)
    assert not pool._started


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


def test_what_a_process_that_was_ended_cannot_read_is_read_here(pool, buffer, files) -> None:
    pool.read(buffer, files, USTAR, tries=3)
    process = reader_of(pool)
    process.kill()
    process.wait()
    assert pool.read(buffer, files, USTAR, tries=3) == read_small_files(bytearray(_SIZE), files, USTAR, tries=3)


@pytest.mark.skipif(sys.platform != "linux", reason="counts resident memory as Linux does")
def test_a_process_is_small(pool, buffer, files) -> None:
    pool.read(buffer, files, USTAR, tries=3)
    process = reader_of(pool)
    assert process.memory_info().rss < 30 << 20

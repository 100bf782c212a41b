"""Where small files are read and hashed: in threads, or in processes of their own."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from mmap import mmap
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from omt_core.api import byte_size, sentence
from omt_core.api.files import openable
from omt_protocol.bundle.writer import Buffer, Framing
from omt_upload.errors import MEMORY_SHORT
from omt_upload.files.contents import Stamp
from omt_upload.files.listing import held_against_listing, listed_otherwise
from omt_upload.files.outcome import Reading, TooLarge, Unread, read_slice, read_small_files
from omt_upload.files.pool import ReaderPool
from omt_upload.settings import UploadSettings

_CORES_FOR_PROCESSES: Final = 2
"""With fewer cores than these, what processes do beside each other is lost to what they cost."""

_log = logging.getLogger("omt.upload")


class Readers:
    """Reads files beside the event loop, so many at once as the settings say. `close` it in the end.

    `hashing` bounds how many large files are hashed at once.
    """

    def __init__(self, settings: UploadSettings, framing: Framing, *, buffers: int) -> None:
        """Lend up to `buffers` buffers at a time to those who read small files, for bundles of this framing."""
        self._framing = framing
        self._limiter = anyio.CapacityLimiter(settings.readers)
        self.hashing = anyio.CapacityLimiter(settings.readers)
        self._tries = settings.tries
        self._usual = settings.bundle_bytes
        self._free: list[mmap] = []
        self._pool: ReaderPool | None = None
        if _in_processes(settings):
            try:
                self._pool = ReaderPool(buffers=buffers, buffer_bytes=settings.bundle_bytes)
            except OSError as error:
                _log.warning("Small files are read in threads: no memory for processes (%s).", error.strerror or error)

    def close(self) -> None:
        """End the reader processes, if there are any."""
        if self._pool is not None:
            self._pool.close()

    @asynccontextmanager
    async def small(
        self, files: Sequence[tuple[str, int]]
    ) -> AsyncIterator[tuple[Buffer, Sequence[Reading | Unread | TooLarge]]]:
        """Read and hash files (path, expected size), and lend the buffer with their contents, laid out as a bundle."""
        size = self._framing.bundle_size(size for _, size in files)
        exact = [(openable(path), expected) for path, expected in files]
        shared = None if self._pool is None or size > self._usual else self._pool.take()
        if self._pool is not None and shared is not None:
            try:
                read = partial(self._pool.read, shared, exact, self._framing, tries=self._tries)
                yield shared.view, await self._held(files, read)
            finally:
                self._pool.give_back(shared)
            return
        with self.buffer(size) as buffer:
            here = partial(read_small_files, buffer, exact, self._framing, tries=self._tries)
            yield buffer, await self._held(files, here)

    async def _held(
        self, files: Sequence[tuple[str, int]], read: Callable[[], Sequence[Reading | Unread | TooLarge]]
    ) -> Sequence[Reading | Unread | TooLarge]:
        return await anyio.to_thread.run_sync(lambda: held_against_listing(files, read()), limiter=self._limiter)

    async def listed_otherwise(self, path: Path, size: int) -> Unread | None:
        """Return why a file that has this many bytes is not the one that its folder lists, or None if it is."""
        ask = partial(listed_otherwise, {str(path): size})
        return (await anyio.to_thread.run_sync(ask, limiter=self._limiter)).get(str(path))

    async def part(
        self,
        path: Path,
        room: memoryview,
        offset: int,
        expected: Stamp | None,
        seen_by: Callable[[memoryview], object] | None = None,
    ) -> tuple[Stamp, int]:
        """Fill memory from a part of a file, and show it to `seen_by`; returns the stamp and how many bytes there were.

        Raises `FileChangedError` and `FileUnreadError`. A large read needs no process.
        """

        def read() -> tuple[Stamp, int]:
            stamp, came = read_slice(path, room, offset, expected)
            if seen_by is not None:
                with room[:came] as part:
                    seen_by(part)
            return stamp, came

        return await anyio.to_thread.run_sync(read, limiter=self._limiter)

    @contextmanager
    def buffer(self, size: int) -> Iterator[mmap]:
        """Lend memory: used again and again, since the system takes long to hand out so much.

        A map, and not what malloc gives: that would keep a share for each thread that ever read. Raises `InputError`
        `memory-short`.
        """
        buffer = self._free.pop() if self._free else None
        if buffer is None or len(buffer) < size:
            buffer = _memory(max(size, self._usual))
        try:
            yield buffer
        finally:
            self._free.append(buffer)


def _memory(size: int) -> mmap:
    try:
        return mmap(-1, size)
    except OSError as error:
        raise MEMORY_SHORT.error(
            sentence(
                "The system has no {size} of memory left to read files into: {reason}.",
                size=byte_size(size),
                reason=error.strerror or error,
            )
        ) from error


def _in_processes(settings: UploadSettings) -> bool:
    """Decide where to read, and say so in the log if that was not set."""
    if settings.reading != "auto":
        return settings.reading == "processes"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    apart = cores >= _CORES_FOR_PROCESSES
    _log.info("Small files are read in %s: there are %d processor cores.", "processes" if apart else "threads", cores)
    return apart

"""Where small files are read and hashed: in threads, or in processes of their own."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from mmap import mmap
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from omt_core.api import InputError
from omt_core.api.files import openable
from omt_protocol.bundle.writer import Framing
from omt_upload.files.buffers import Buffers, set_aside
from omt_upload.files.contents import Stamp
from omt_upload.files.listing import held_against_listing, listed_otherwise
from omt_upload.files.outcome import Reading, TooLarge, Unread, read_slice, read_small_files
from omt_upload.files.pool import ReaderPool
from omt_upload.files.shared_memory import share_memory
from omt_upload.settings import UploadSettings

_CORES_FOR_PROCESSES: Final = 2
"""With fewer cores than these, what processes do beside each other is lost to what they cost."""

_SHARE_LEFT: Final = 4
"""The part of the memory that is left to the transfer while tables are read and encoded, which takes as much as all."""

_READ_AHEAD: Final = 3
"""The part of little memory that is left to what is read while as much as may be is on the line. Of all of it bundles
leave enough: small files are too many for one before they are too large."""

_log = logging.getLogger("omt.upload")


class Readers:
    """Reads files beside the event loop, so many at once as the settings say. `close` it in the end.

    `hashing` bounds how many large files are hashed at once.
    """

    def __init__(self, settings: UploadSettings, framing: Framing) -> None:
        """Read for bundles of this framing. Raises `InputError` `memory-short`."""
        self._framing = framing
        self._limiter = anyio.CapacityLimiter(settings.readers)
        self.hashing = anyio.CapacityLimiter(settings.readers)
        self._tries = settings.tries
        self._pool: ReaderPool | None = None
        take = partial(set_aside, size=max(settings.buffer_bytes, settings.bundle_bytes), least=settings.bundle_bytes)
        if _in_processes(settings):
            try:
                shared = take(share_memory)
            except InputError as error:
                _log.warning("Small files are read in threads: no memory for processes (%s).", error.message)
            else:
                self._pool = ReaderPool(shared)
        self._buffers = Buffers(shared.map if self._pool is not None else take(partial(mmap, -1)))
        self._all = self._buffers.room
        self._patience = settings.seconds_per_request

    @property
    def bytes_at_once(self) -> int:
        """How many bytes that are on the line there is room for at once now, beside what is read meanwhile."""
        room = self._buffers.room
        return room if room == self._all else room - room // _READ_AHEAD

    def sparing(self) -> AbstractAsyncContextManager[None]:
        """Have room for a quarter of it, until the context ends: what else the process does then needs the memory."""
        return self._buffers.kept_to(self._all // _SHARE_LEFT, patience=self._patience)

    def close(self) -> None:
        """End the reader processes, if there are any."""
        if self._pool is not None:
            self._pool.close()

    @asynccontextmanager
    async def small(
        self, files: Sequence[tuple[str, int]]
    ) -> AsyncIterator[tuple[memoryview, Sequence[Reading | Unread | TooLarge]]]:
        """Read and hash files (path, expected size), and lend the buffer with their contents, laid out as a bundle."""
        exact = [(openable(path), expected) for path, expected in files]
        async with self._buffers.lend(self._framing.bundle_size(size for _, size in files)) as buffer:
            read = (
                partial(read_small_files, buffer.view, exact, self._framing, tries=self._tries)
                if self._pool is None
                else partial(self._pool.read, buffer, exact, self._framing, tries=self._tries)
            )
            yield buffer.view, await self._held(files, read)

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

    @asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[memoryview]:
        """Lend memory for `size` bytes, as `Buffers.lend` does."""
        async with self._buffers.lend(size) as buffer:
            yield buffer.view


def _in_processes(settings: UploadSettings) -> bool:
    """Decide where to read, and say so in the log if that was not set."""
    if settings.reading != "auto":
        return settings.reading == "processes"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    apart = cores >= _CORES_FOR_PROCESSES
    _log.info("Small files are read in %s: there are %d processor cores.", "processes" if apart else "threads", cores)
    return apart

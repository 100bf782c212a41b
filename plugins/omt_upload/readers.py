"""Where small files are read and hashed: in threads, or in processes of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from mmap import mmap
from pathlib import Path

import anyio
import anyio.to_process
import anyio.to_thread

from omt_upload.bundle import Buffer, bundle_size
from omt_upload.reading import Reading, Stamp, TooLarge, Unread, read_slice, read_small_files
from omt_upload.settings import UploadSettings


class Readers:
    """Reads files beside the event loop, so many at once as the settings say."""

    def __init__(self, settings: UploadSettings) -> None:
        self._limiter = anyio.CapacityLimiter(settings.readers)
        self._processes = settings.reading == "processes"
        self._tries = settings.tries
        self._usual = settings.bundle_bytes
        self._free: list[mmap] = []

    @asynccontextmanager
    async def small(
        self, files: Sequence[tuple[Path, int]]
    ) -> AsyncIterator[tuple[Buffer, Sequence[Reading | Unread | TooLarge]]]:
        """Read and hash files (path, expected size), and lend the buffer with their contents, laid out as a bundle."""
        if self._processes:
            yield await anyio.to_process.run_sync(_read_apart, files, self._tries, limiter=self._limiter)
            return
        buffer = self._buffer(bundle_size(size for _, size in files))
        try:
            read = partial(read_small_files, buffer, files, tries=self._tries)
            yield buffer, await anyio.to_thread.run_sync(read, limiter=self._limiter)
        finally:
            self._free.append(buffer)

    def _buffer(self, size: int) -> mmap:
        """Return memory for a bundle: used again and again, since the system takes long to hand out so much.

        A map, and not what malloc gives: that would keep a share for each thread that ever read.
        """
        if self._free and len(buffer := self._free.pop()) >= size:
            return buffer
        return mmap(-1, max(size, self._usual))

    async def part(self, path: Path, offset: int, length: int, expected: Stamp | None) -> tuple[Stamp, bytes]:
        """Read a part of a file; raises `FileChangedError` and `FileUnreadError`. A large read needs no process."""
        return await anyio.to_thread.run_sync(read_slice, path, offset, length, expected, limiter=self._limiter)


def _read_apart(files: Sequence[tuple[Path, int]], tries: int) -> tuple[Buffer, Sequence[Reading | Unread | TooLarge]]:
    buffer = bytearray(bundle_size(size for _, size in files))  # A map cannot be handed to another process.
    return buffer, read_small_files(buffer, files, tries=tries)

"""Where small files are read and hashed: in threads, or in processes of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import anyio
import anyio.to_process
import anyio.to_thread

from omt_upload.reading import Reading, Stamp, TooLarge, Unread, read_slice, read_small_files
from omt_upload.settings import UploadSettings


class Readers:
    """Reads files beside the event loop, so many at once as the settings say."""

    def __init__(self, settings: UploadSettings) -> None:
        self._limiter = anyio.CapacityLimiter(settings.readers)
        self._processes = settings.reading == "processes"
        self._tries = settings.tries

    async def small(self, paths: Sequence[Path], largest: int) -> Sequence[Reading | Unread | TooLarge]:
        """Read and hash files of at most `largest` bytes."""
        work = partial(read_small_files, paths, largest=largest, tries=self._tries)
        if self._processes:
            return await anyio.to_process.run_sync(work, limiter=self._limiter)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)

    async def part(self, path: Path, offset: int, length: int, expected: Stamp | None) -> tuple[Stamp, bytes]:
        """Read a part of a file; raises `FileChangedError` and `FileUnreadError`. A large read needs no process."""
        return await anyio.to_thread.run_sync(read_slice, path, offset, length, expected, limiter=self._limiter)

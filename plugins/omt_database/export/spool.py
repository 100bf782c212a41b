"""The folder of parts that wait to be uploaded. Its size is bounded: the upload deletes what is confirmed."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from omt_core.api.files import remove

LOOK_AGAIN_AFTER: Final = 0.05
"""Seconds between looks for room. Looking is all there is: a deleted file tells nobody."""


class Spool:
    """Files below one folder of the workspace."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._waiting: deque[tuple[Path, int]] = deque()

    def clear(self) -> None:
        """Make the folder, and remove what a crashed run left there."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in self._folder.iterdir():
            remove(leftover)

    def path(self, name: str) -> Path:
        """Return where a file of this name goes."""
        return self._folder / name

    def keep(self, path: Path, size: int) -> None:
        """Count a file of `size` bytes that was written."""
        self._waiting.append((path, size))

    def full(self) -> bool:
        """Tell whether what is not deleted yet exceeds the limit. Blocking."""
        self._waiting = deque((path, size) for path, size in self._waiting if path.exists())
        return sum(size for _, size in self._waiting) > self._limit

    async def room(self) -> None:
        """Wait until the upload has deleted enough."""
        while await anyio.to_thread.run_sync(self.full):  # noqa: ASYNC110 - a deleted file sets no event
            await anyio.sleep(LOOK_AGAIN_AFTER)

"""The line: bodies pass the rate limit, are timed, and are made as long as the line's speed allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import anyio

from omt_core.api import Backpressure, Chunk, CreatedUpload, OnlineMigration, RateLimiter, UploadRequest
from omt_upload.line.concurrency import Concurrency
from omt_upload.settings import UploadSettings

_PIECE: Final = 1 << 20
_FIRST_BODY: Final = 1 << 18
"""On a slow line several of them must be through soon, or nobody knows how slow it is."""

_SHORTEST_BODY: Final = 8 << 10
"""Something that does not take so few bytes takes no uploads at all."""

_BLOCKED_IN_A_ROW: Final = 100
"""So many files that are refused one behind another are no matter of the files."""

_WEIGHT_OF_NEW: Final = 0.4


class Line:
    """Sends the bodies of uploads. `body_bytes` is the length that a body should have now."""

    def __init__(
        self,
        migration: OnlineMigration,
        rate: RateLimiter,
        settings: UploadSettings,
        concurrency: Concurrency,
        room: Callable[[], int],
    ) -> None:
        """Send bodies that lie in memory with `room` for so many bytes at once now."""
        self._migration = migration
        self._rate = rate
        self._settings = settings
        self._gate = concurrency
        self._room = room
        self._speed: float | None = None
        self._under_way: list[tuple[int, float]] = []
        self._longest = settings.longest_request
        self._blocked = 0

    @property
    def known(self) -> bool:
        """Whether anything was sent yet, so that its speed is known."""
        return self._speed is not None

    @property
    def speed(self) -> float | None:
        """How many bytes a second the line moves with all uploads that may be under way; None before any was begun.

        Until the first body is through it is what those under way can have at most.
        """
        one = self._speed
        if one is None:
            now = anyio.current_time()
            elapsed = sum(now - begun for _, begun in self._under_way)
            one = sum(size for size, _ in self._under_way) / elapsed if elapsed else None
        return None if one is None else one * self._gate.uploads.total_tokens

    @property
    def body_bytes(self) -> int:
        """How long a body should be, in bytes: about so long on the line as the settings say."""
        wanted = _FIRST_BODY if self._speed is None else int(self._speed * self._settings.seconds_per_request)
        return min(max(wanted, self._settings.shortest_request), self.longest_body)

    @property
    def longest_body(self) -> int:
        """What no body is longer than now, in bytes: as many as may be under way have their place in the memory."""
        share = self._room() // int(self._gate.uploads.total_tokens)
        return min(self._migration.limits.chunk_bytes, self._longest, max(share, self._settings.shortest_request))

    def shorten(self, refused: int) -> bool:
        """Make bodies shorter than one that was too long for something on the way; False where that is no use."""
        self._longest = min(self._longest, refused // 2)
        return self._longest >= _SHORTEST_BODY

    def blocks_all(self) -> bool:
        """Count a file that does not get through alone; tell whether it is one of many with nothing else between."""
        self._blocked += 1
        return self._blocked >= _BLOCKED_IN_A_ROW

    async def create(self, request: UploadRequest, first: Chunk) -> CreatedUpload:
        """Create an upload with its first bytes; returns address and offset, 0 where a creation takes none."""
        with self._timed(len(first)) as begun:
            await self._admit(len(first))
            created = await self._migration.create_upload(request, first)
            if created.offset:
                self._sent(created.offset, begun)
        return created

    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        """Append a chunk; returns the new offset."""
        with self._timed(len(chunk)) as begun:
            await self._admit(len(chunk))
            reached = await self._migration.send(url, offset, chunk)
            self._sent(len(chunk), begun)
        return reached

    @contextmanager
    def _timed(self, size: int) -> Iterator[float]:
        begun = anyio.current_time()
        body = (size, begun)
        self._under_way.append(body)
        try:
            yield begun
        finally:
            self._under_way.remove(body)

    async def _admit(self, size: int) -> None:
        for begin in range(0, size, _PIECE):
            await self._rate.acquire(min(_PIECE, size - begin))

    def _sent(self, size: int, begun: float) -> None:
        self._blocked = 0
        self._gate.passed(size, refusals=self._migration.refusals if isinstance(self._migration, Backpressure) else 0)
        speed = size / max(anyio.current_time() - begun, 1e-6)
        self._speed = speed if self._speed is None else self._speed + _WEIGHT_OF_NEW * (speed - self._speed)

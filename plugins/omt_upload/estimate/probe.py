"""A short probe of the line: what one upload moves, what several at once move, and how long a round trip is."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import Final

import anyio

from omt_core.api import OnlineMigration, UploadRequest
from omt_upload.settings import UploadSettings

_WARM_UP: Final = 128 << 10
_ROUND_TRIPS: Final = 3
_SHORTEST: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Bytes a second of one upload and of `parallel` at once, and seconds of a round trip."""

    single: float
    together: float
    parallel: int
    round_trip: float

    @property
    def speed(self) -> float:
        """What the line moves."""
        return max(self.single, self.together)


async def probe_line(migration: OnlineMigration, settings: UploadSettings) -> Probe:
    """Send random bytes, which nothing on the way can compress, into uploads that are never finished."""
    parallel = min(migration.limits.parallel_uploads, settings.parallel_uploads)
    length = min(settings.probe_bytes, migration.limits.chunk_bytes)
    first, round_trip = await _upload(migration, length)
    speeds: list[float] = []

    async def one() -> None:
        speeds.append((await _upload(migration, max(1, length // parallel)))[0])

    if parallel > 1:
        async with anyio.create_task_group() as tasks:
            for _ in range(parallel):
                tasks.start_soon(one)
    return Probe(single=first, together=sum(speeds), parallel=parallel, round_trip=round_trip)


async def _upload(migration: OnlineMigration, length: int) -> tuple[float, float]:
    """Return bytes a second of one body, and the shortest of some round trips before it."""
    warm = min(_WARM_UP, migration.limits.chunk_bytes)
    request = UploadRequest(kind="file", digest=secrets.token_hex(32), size=warm + length + 1)
    url, offset = await migration.create_upload(request, os.urandom(warm))
    try:
        round_trips: list[float] = []
        for _ in range(_ROUND_TRIPS):
            begun = anyio.current_time()
            await migration.offset(url)
            round_trips.append(anyio.current_time() - begun)
        begun = anyio.current_time()
        await migration.send(url, offset, os.urandom(length))
        seconds = anyio.current_time() - begun
    finally:
        with anyio.CancelScope(shield=True):
            await migration.terminate(url)
    return length / max(seconds, _SHORTEST), min(round_trips)

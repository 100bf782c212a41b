"""How long a transfer may take: counted from the inventory, and timed with a short probe of the line."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import Final

import anyio

from omt_core.api.calls import Estimate, EstimateTransfer
from omt_core.api.items import Presence
from omt_core.api.online import OnlineMigration, UploadRequest
from omt_upload.progress import in_units
from omt_upload.settings import UploadSettings

# ND: nobody has measured the vendor's service; these come from our own benchmarks with a wide margin.
_FILES_A_SECOND_BEST: Final = 5_000
_FILES_A_SECOND_WORST: Final = 400
_COMPRESSION_BEST: Final = 0.15
_COMPRESSION_WORST: Final = 0.8
_LINE_AT_NIGHT: Final = 0.6
"""The part of the probed speed that is left when others use the line too."""

_FIXED_BEST: Final = 5.0
_FIXED_WORST: Final = 60.0
"""Seconds for what does not grow with the files: snapshot, hundreds of small tables, import, receipt."""

_WARM_UP: Final = 128 << 10
_ROUND_TRIPS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a probe of the line found: bytes a second of one upload, and seconds of a round trip."""

    speed: float
    round_trip: float


async def estimate(call: EstimateTransfer, settings: UploadSettings) -> Estimate:
    """Count what the stages would move, probe the line, and say the range and what it rests on."""
    files, size = await _count(call)
    probe = await _probe(call.migration, settings)
    parallel = min(call.migration.limits.parallel_uploads, settings.parallel_uploads)
    database_best = int(call.database_bytes * _COMPRESSION_BEST)
    database_worst = int(call.database_bytes * _COMPRESSION_WORST)
    return Estimate(
        shortest=_FIXED_BEST + max((size + database_best) / (probe.speed * parallel), files / _FILES_A_SECOND_BEST),
        longest=_FIXED_WORST + (size + database_worst) / (probe.speed * _LINE_AT_NIGHT) + files / _FILES_A_SECOND_WORST,
        files=files,
        bytes=size + call.database_bytes,
        bytes_to_send=size + database_worst,
        grounds=(
            f"{files} files with {in_units(size)}.",
            f"A database that was {in_units(call.database_bytes)} in an earlier run."
            if call.database_bytes
            else "The database is not counted: no earlier run has moved it.",
            f"One upload moves {in_units(int(probe.speed))} a second; {parallel} run at a time.",
            f"A round trip takes {probe.round_trip * 1000:.0f} ms.",
            "What is online already is not sent again and makes it shorter.",
        ),
        levers=(
            "omt precopy sends the documents beforehand, while users work; on the night only the difference is left.",
            "A run outside office hours has the line to itself.",
        ),
    )


async def _count(call: EstimateTransfer) -> tuple[int, int]:
    """Count files and bytes; the database's stages are not run, since that would export it."""
    files = size = 0
    for stage in call.stages:
        if stage.kind == "database":
            continue
        async for batch in stage.items():
            found = [item.size for item in batch if item.presence is Presence.FOUND]
            files += len(found)
            size += sum(found)
    return files, size


async def _probe(migration: OnlineMigration, settings: UploadSettings) -> Probe:
    """Send random bytes, which nothing on the way can compress, into an upload that is never finished."""
    length = min(settings.probe_bytes, migration.limits.chunk_bytes)
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
    return Probe(speed=length / max(seconds, 1e-6), round_trip=min(round_trips))

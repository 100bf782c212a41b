"""Writing a report whole or not at all, piece by piece, without ever holding it in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import anyio
import anyio.to_thread

from omt_core.api import drives, sentence
from omt_core.api.files import WholeFile
from omt_report.errors import REPORT_NOT_WRITABLE


async def write_whole(path: Path, pieces: AsyncGenerator[bytes]) -> None:
    """Write the pieces to `path`: what stood there stays until all of them are on disk.

    The file is readable by its owner only, since it names persons. Raises `InputError` `report-not-writable`.
    """
    limiter = anyio.CapacityLimiter(1)
    try:
        file = await anyio.to_thread.run_sync(_begin, path, limiter=limiter)
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    await anyio.to_thread.run_sync(file.write, piece, limiter=limiter)
            await anyio.to_thread.run_sync(file.finish, limiter=limiter)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(file.discard, limiter=limiter)
    except OSError as fault:
        raise REPORT_NOT_WRITABLE.error(
            sentence("The report cannot be written to {path}: {reason}.", path=path, reason=fault.strerror or fault)
        ) from fault


def _begin(path: Path) -> WholeFile:
    drives.refuse_missing(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return WholeFile(path)

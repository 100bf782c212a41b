"""Writing a file whole or not at all, piece by piece, without ever holding it in memory."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

import anyio

from omt_core.api import InputError


async def write_whole(path: Path, pieces: AsyncGenerator[bytes]) -> None:
    """Write the pieces to `path`: what stood there stays until all of them are on disk.

    The file is readable by its owner only, since it names persons. Raises `InputError` `report-not-writable`.
    """
    limiter = anyio.CapacityLimiter(1)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        stream = await anyio.to_thread.run_sync(_create, temporary, limiter=limiter)
    except OSError as fault:
        raise _not_writable(path, fault) from fault
    try:
        with stream:
            async with aclosing(pieces):
                async for piece in pieces:
                    await anyio.to_thread.run_sync(stream.write, piece, limiter=limiter)
            await anyio.to_thread.run_sync(_finish, stream, temporary, path, limiter=limiter)
    except OSError as fault:
        raise _not_writable(path, fault) from fault
    finally:
        temporary.unlink(missing_ok=True)


def _create(temporary: Path) -> BinaryIO:
    temporary.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(temporary, flags, 0o600), "wb")


def _finish(stream: BinaryIO, temporary: Path, path: Path) -> None:
    stream.flush()
    os.fsync(stream.fileno())
    stream.close()  # Windows renames closed files only
    temporary.replace(path)


def _not_writable(path: Path, fault: OSError) -> InputError:
    return InputError(
        "report-not-writable",
        f"The report cannot be written to {path}: {fault.strerror or fault}.",
        "Give another place with --output, or close the file in other programs.",
    )

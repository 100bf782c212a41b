"""Uploads after tus 1.0.0: what the requests for one say."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Collection, Mapping
from typing import Final, Literal, TypeAlias

import anyio.to_thread

from omt_core.api import Chunk

VERSION: Final = "1.0.0"
TUS: Final = {"Tus-Resumable": VERSION}
Checksum: TypeAlias = Literal["sha1", "crc32"]
SO_FAR: Final = "sha256-so-far"
"""The checksum of a chunk that is that of the whole file up to its end (docs/reference/protocol.md)."""

CHUNK: Final = "application/offset+octet-stream"

_CHECKSUM_IN_THREAD: Final = 128 * 1024
"""From this size on a checksum takes longer than handing it to a thread."""


def creation_headers(size: int, metadata: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers that announce an upload of so many bytes."""
    pairs = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
    return {"Upload-Length": str(size), "Upload-Metadata": pairs}


def best_checksum(known: Collection[str]) -> Checksum:
    """Choose what guards chunks on their way: the cheapest that the other end knows, else sha1, which it must know.

    It need not be strong: what a content is believed by is its sha256.
    """
    return "crc32" if "crc32" in known else "sha1"


def told_chunk_headers(so_far: str) -> Mapping[str, str]:
    """Return the headers of a chunk at whose end this is the sha256 of the whole file up to there."""
    return {"Content-Type": CHUNK, "Upload-Checksum": f"{SO_FAR} {base64.b64encode(bytes.fromhex(so_far)).decode()}"}


async def chunk_headers(chunk: Chunk, checksum: Checksum | None) -> Mapping[str, str]:
    """Return the headers of a chunk, with its checksum if there is to be one."""
    if checksum is None:
        return {"Content-Type": CHUNK}
    compute = _COMPUTE[checksum]
    if len(chunk) < _CHECKSUM_IN_THREAD:
        digest = compute(chunk)
    else:
        digest = await anyio.to_thread.run_sync(compute, chunk)
    return {"Content-Type": CHUNK, "Upload-Checksum": f"{checksum} {base64.b64encode(digest).decode()}"}


def _sha1(chunk: Chunk) -> bytes:
    return hashlib.sha1(chunk, usedforsecurity=False).digest()


def _crc32(chunk: Chunk) -> bytes:
    return zlib.crc32(chunk).to_bytes(4, "big")


_COMPUTE: Final[Mapping[Checksum, Callable[[Chunk], bytes]]] = {"sha1": _sha1, "crc32": _crc32}

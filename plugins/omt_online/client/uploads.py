"""Uploads after tus 1.0: what a request for one says, and how far one is."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Collection, Mapping
from typing import Final, Literal, TypeAlias

import anyio.to_thread

from omt_core.api.errors import UploadLostError
from omt_core.api.online import Chunk, UploadRequest
from omt_online.client.failures import strange_answer

TUS: Final = {"Tus-Resumable": "1.0.0"}
Checksum: TypeAlias = Literal["sha1", "crc32"]

CHUNK: Final = "application/offset+octet-stream"

_CHECKSUM_IN_THREAD: Final = 128 * 1024
"""From this size on a checksum takes longer than handing it to a thread."""


def creation_headers(request: UploadRequest, migration: str) -> Mapping[str, str]:
    """Return the headers that announce an upload."""
    metadata = {"kind": request.kind, "sha256": request.digest, "migration": migration}
    pairs = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
    return {**TUS, "Upload-Length": str(request.size), "Upload-Metadata": pairs}


def best_checksum(known: Collection[str]) -> Checksum:
    """Choose what guards chunks on their way: the cheapest that the tenant knows, else sha1, which it must know.

    It need not be strong: what a content is believed by is its sha256.
    """
    return "crc32" if "crc32" in known else "sha1"


async def chunk_headers(chunk: Chunk, checksum: Checksum) -> Mapping[str, str]:
    """Return the headers of a chunk with its checksum."""
    compute = _COMPUTE[checksum]
    if len(chunk) < _CHECKSUM_IN_THREAD:
        digest = compute(chunk)
    else:
        digest = await anyio.to_thread.run_sync(compute, chunk)
    return {"Content-Type": CHUNK, "Upload-Checksum": f"{checksum} {base64.b64encode(digest).decode()}"}


def upload_offset(headers: Mapping[str, str], host: str) -> int:
    """Read how many bytes are durable at the tenant."""
    text = headers.get("Upload-Offset", "")
    if not text.isdecimal():
        raise strange_answer(host, "an upload's offset is not told")
    return int(text)


def lost(url: str) -> UploadLostError:
    """Say that an upload is not known any more."""
    return UploadLostError(
        "upload-unknown",
        f"The upload {url} is not known online any more.",
        "Run the same command again: what is missing is sent anew.",
    )


def _sha1(chunk: Chunk) -> bytes:
    return hashlib.sha1(chunk, usedforsecurity=False).digest()


def _crc32(chunk: Chunk) -> bytes:
    return zlib.crc32(chunk).to_bytes(4, "big")


_COMPUTE: Final[Mapping[Checksum, Callable[[Chunk], bytes]]] = {"sha1": _sha1, "crc32": _crc32}

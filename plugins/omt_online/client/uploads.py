"""Uploads after tus 1.0: what a request for one says, and how far one is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

import anyio.to_thread

from omt_core.api.errors import UploadLostError
from omt_core.api.online import UploadRequest
from omt_online.client.failures import strange_answer

TUS: Final = {"Tus-Resumable": "1.0.0"}
CHUNK: Final = "application/offset+octet-stream"

_CHECKSUM_IN_THREAD: Final = 128 * 1024
"""From this size on a checksum takes longer than handing it to a thread."""


def creation_headers(request: UploadRequest, migration: str) -> Mapping[str, str]:
    """Return the headers that announce an upload."""
    metadata = {"kind": request.kind, "sha256": request.digest, "migration": migration}
    pairs = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
    return {**TUS, "Upload-Length": str(request.size), "Upload-Metadata": pairs}


async def chunk_headers(chunk: bytes) -> Mapping[str, str]:
    """Return the headers of a chunk with its checksum: sha1, which every tenant must know."""
    if len(chunk) < _CHECKSUM_IN_THREAD:
        digest = _sha1(chunk)
    else:
        digest = await anyio.to_thread.run_sync(_sha1, chunk)
    return {"Content-Type": CHUNK, "Upload-Checksum": f"sha1 {base64.b64encode(digest).decode()}"}


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


def _sha1(chunk: bytes) -> bytes:
    return hashlib.sha1(chunk, usedforsecurity=False).digest()

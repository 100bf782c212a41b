"""Uploads in progress: each part is an object of its own, so that a killed run goes on behind the last one."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

import anyio
from omt_core.api import (
    Chunk,
    CreatedUpload,
    OnlineRefusedError,
    UploadLostError,
    UploadMismatchError,
    UploadRequest,
    sentence,
)
from omt_protocol.errors import BUNDLE_MALFORMED, CONTENT_MISMATCH, OFFSET_MISMATCH, TOO_LARGE, UPLOAD_UNKNOWN
from pydantic import ValidationError

from omt_object_store.migration.landing import Landing
from omt_object_store.store.failures import StoreDamagedError
from omt_object_store.store.layout import UPLOADS, UploadRecord, part_path
from omt_object_store.store.storage import Storage, StoredObject, sha256_of

_ADDRESS: Final = re.compile(rf"{UPLOADS}/[0-9a-f]{{32}}")
_PART: Final = re.compile(rf"{UPLOADS}/[0-9a-f]{{32}}/([0-9]{{20}})-([0-9a-f]{{64}})")


@dataclass(slots=True)
class _Upload:
    """An upload as it stands: its parts in order, path and size. One request at a time works on it."""

    record: UploadRecord
    parts: list[tuple[str, int]]
    lock: anyio.Lock = field(default_factory=anyio.Lock)

    @property
    def offset(self) -> int:
        return sum(size for _, size in self.parts)


class Uploads:
    """The uploads of an open migration."""

    def __init__(self, storage: Storage, landing: Landing, *, bundle_bytes: int) -> None:
        self._storage = storage
        self._landing = landing
        self._bundle_bytes = bundle_bytes
        self._open: dict[str, _Upload] = {}
        self._finding = anyio.Lock()

    async def create(self, request: UploadRequest, first: Chunk) -> CreatedUpload:
        """Create an upload with its first bytes; one that is whole lands at once, and leaves nothing behind."""
        if request.kind == "zstd-bundle":
            raise BUNDLE_MALFORMED.error("Nothing unpacks frames of zstd where the store keeps bundles.")
        if len(first) > request.size or (request.kind == "bundle" and request.size > self._bundle_bytes):
            raise _too_large()
        url = f"{UPLOADS}/{secrets.token_hex(16)}"
        # Lent memory: a request that is cancelled may still be read from by obstore's threads.
        content = bytes(first)
        if len(content) == request.size:
            await self._land_whole(request.kind, request.digest, content)
            return CreatedUpload(url, request.size)
        record = UploadRecord(kind=request.kind, digest=request.digest, size=request.size)
        await self._storage.put_verified(f"{url}/upload.json", record.to_bytes())
        upload = _Upload(record, [])
        if content:
            await self._append(url, upload, content)
        self._open[url] = upload
        return CreatedUpload(url, upload.offset)

    async def offset(self, url: str) -> int:
        """Return how much is verified and durable; one whose parts are all there lands now."""
        upload = await self._find(url)
        async with upload.lock:
            if upload.offset == upload.record.size:
                await self._land(url, upload)
            return upload.offset

    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        """Append a part."""
        upload = await self._find(url)
        async with upload.lock:
            if offset != upload.offset:
                raise OFFSET_MISMATCH.error(
                    sentence("The upload stands at {offset}, not at {asked}.", offset=upload.offset, asked=offset),
                    remedy="Ask for the offset and go on from there.",
                )
            if offset + len(chunk) > upload.record.size:
                raise _too_large()
            if chunk:
                await self._append(url, upload, bytes(chunk))
            if upload.offset == upload.record.size:
                await self._land(url, upload)
            return upload.offset

    async def terminate(self, url: str) -> None:
        """Remove an upload; one that is not known is no error."""
        self._open.pop(url, None)
        if _ADDRESS.fullmatch(url):
            await self._remove([one async for one in self._objects(url)])

    async def sweep(self, lifetime: timedelta) -> None:
        """Remove what nobody has touched for so long, by the store's own clock."""
        uploads: dict[str, list[StoredObject]] = {}
        async for one in self._objects(UPLOADS):
            uploads.setdefault("/".join(one.path.split("/")[:2]), []).append(one)
        for objects in uploads.values():
            age = await self._storage.age(max(objects, key=lambda one: one.modified).path)
            if age is not None and age > lifetime.total_seconds():
                await self._remove(objects)

    async def _append(self, url: str, upload: _Upload, content: bytes) -> None:
        path = part_path(url, upload.offset, await sha256_of(content))
        await self._storage.put_verified(path, content)
        upload.parts.append((path, len(content)))

    async def _land_whole(self, kind: Literal["file", "bundle"], digest: str, content: bytes) -> None:
        if kind == "file":
            await self._landing.file(digest, content)
        else:
            await self._landing.bundle(digest, content)

    async def _land(self, url: str, upload: _Upload) -> None:
        """Land an upload and remove its parts; one that is not what was announced is removed as well."""
        record = upload.record
        try:
            if record.kind == "file":
                await self._landing.composed(record.digest, record.size, lambda: self._blocks(upload.parts))
            else:
                content = b"".join([block async for block in self._blocks(upload.parts)])
                await self._landing.bundle(record.digest, content)
        except StoreDamagedError as error:
            await self.terminate(url)
            raise CONTENT_MISMATCH.error(error.message, remedy="Create the upload anew.") from error
        except (OnlineRefusedError, UploadMismatchError):
            await self.terminate(url)
            raise
        await self.terminate(url)

    async def _blocks(self, parts: Sequence[tuple[str, int]]) -> AsyncIterator[bytes]:
        for path, size in parts:
            async for block in self._storage.blocks(path, 0, size):
                yield block

    async def _find(self, url: str) -> _Upload:
        async with self._finding:
            if url not in self._open:
                self._open[url] = await self._resume(url)
            return self._open[url]

    async def _resume(self, url: str) -> _Upload:
        """Read an upload of an earlier run: its parts as far as they go on without a gap.

        Parts are sent one after another, so that only the last one may have been put and not verified.
        """
        found = await self._storage.read(f"{url}/upload.json") if _ADDRESS.fullmatch(url) else None
        if found is None:
            raise _lost()
        try:
            record = UploadRecord.model_validate_json(found[0])
        except ValidationError:
            raise _lost() from None
        upload = _Upload(record, [])
        named = [(one, match) async for one in self._objects(url) if (match := _PART.fullmatch(one.path))]
        last = ""
        for one, match in sorted(named, key=lambda pair: pair[0].path):
            if int(match[1]) == upload.offset:
                upload.parts.append((one.path, one.size))
                last = match[2]
        if upload.parts and not await self._storage.holds(upload.parts[-1][0], last, upload.parts[-1][1]):
            path, _ = upload.parts.pop()
            await self._storage.delete([path])
        return upload

    async def _objects(self, prefix: str) -> AsyncIterator[StoredObject]:
        async for batch in self._storage.list(prefix):
            for one in batch:
                yield one

    async def _remove(self, objects: Sequence[StoredObject]) -> None:
        # The record goes first: parts without one are no upload, while a record without its parts would be.
        ordered = sorted((one.path for one in objects), key=lambda path: not path.endswith("/upload.json"))
        await self._storage.delete(ordered)


def _lost() -> UploadLostError:
    return UPLOAD_UNKNOWN.error("The store has no such upload.", remedy="Create the upload anew.")


def _too_large() -> OnlineRefusedError:
    return TOO_LARGE.error(
        "More was sent than was announced, or than the store takes at once.", remedy="Create the upload anew."
    )

"""An online side in memory: it checks what it gets as a tenant does, and remembers it when the tool dies."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from omt_core.api.errors import OnlineRefusedError, UploadLostError, UploadMismatchError
from omt_core.api.online import (
    Chunk,
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    ManifestEntry,
    OnlineMigration,
    PartHints,
    StageManifest,
    TransferLimits,
    UploadRequest,
)


@dataclass
class Arriving:
    request: UploadRequest
    received: bytearray = field(default_factory=bytearray)


class MemoryTenant:
    """What is online, and how often each content landed."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.landings: dict[str, int] = {}
        self.uploads: dict[str, Arriving] = {}
        self.committed: dict[str, StageManifest] = {}
        self.commits = 0
        self.bodies: list[int] = []
        self.bundles: list[int] = []
        self.announced: list[ManifestEntry] = []

    def manifest(self, stage: str) -> str:
        return self.contents[self.committed[stage].digest].decode()

    def land(self, upload: Arriving) -> None:
        received = bytes(upload.received)
        if upload.request.kind == "file":
            if hashlib.sha256(received).hexdigest() != upload.request.digest:
                raise UploadMismatchError("content-mismatch", "differs", "again")
            self._store(upload.request.digest, received)
            return
        with tarfile.open(fileobj=io.BytesIO(received), mode="r:") as archive:
            members = archive.getmembers()
            told = b"".join(bytes.fromhex(member.name) for member in members)
            if hashlib.sha256(told).hexdigest() != upload.request.digest:
                raise UploadMismatchError("content-mismatch", "differs", "again")
            self.bundles.append(len(members))
            assert [(member.name, member.size) for member in members] == [
                (content.digest, content.size) for content in upload.request.members
            ]
            for member in members:
                file = archive.extractfile(member)
                assert file is not None
                self._store(member.name, file.read())

    def _store(self, digest: str, content: bytes) -> None:
        assert hashlib.sha256(content).hexdigest() == digest
        self.contents[digest] = content
        self.landings[digest] = self.landings.get(digest, 0) + 1


class MemoryMigration(OnlineMigration, PartHints):
    """A migration at a `MemoryTenant`."""

    def __init__(
        self,
        tenant: MemoryTenant,
        *,
        chunk_bytes: int = 1 << 20,
        bundle_bytes: int = 1 << 20,
        member_bytes: int = 1 << 16,
        known_as: str = "m1",
    ) -> None:
        self.tenant = tenant
        self._id = known_as
        self._limits = TransferLimits(
            bundle_bytes=bundle_bytes,
            member_bytes=member_bytes,
            chunk_bytes=chunk_bytes,
            digests_per_request=7,
            parallel_uploads=2,
        )

    @property
    @override
    def id(self) -> str:
        return self._id

    @property
    @override
    def limits(self) -> TransferLimits:
        return self._limits

    @override
    async def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        assert len(contents) <= self._limits.digests_per_request
        return frozenset(content.digest for content in contents if content.digest not in self.tenant.contents)

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        url = f"/uploads/{len(self.tenant.uploads)}"
        self.tenant.uploads[url] = Arriving(request)
        return CreatedUpload(url, self._append(url, first_chunk))

    @override
    async def offset(self, url: str) -> int:
        return len(self._upload(url).received)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        if offset != len(self._upload(url).received):
            raise UploadMismatchError("offset-mismatch", "elsewhere", "ask")
        return self._append(url, chunk)

    @override
    async def terminate(self, url: str) -> None:
        if url in self.tenant.uploads:
            self.tenant.uploads[url] = Arriving(UploadRequest(kind="file", digest="", size=-1))

    @override
    async def announce(self, entries: Sequence[ManifestEntry]) -> None:
        assert len(entries) <= self._limits.digests_per_request
        assert all(entry.digest in self.tenant.contents for entry in entries)
        self.tenant.announced += entries

    @override
    async def commit(self, manifest: StageManifest) -> None:
        if manifest.digest not in self.tenant.contents:
            raise OnlineRefusedError("contents-missing", "no manifest", "send")
        lines = self.tenant.contents[manifest.digest].decode().splitlines()
        assert len(lines) == manifest.items
        for line in lines:
            digest = line.partition('"digest":')[2].strip('"')[:64]
            if not line.partition('"digest":')[2].startswith("null") and digest not in self.tenant.contents:
                raise OnlineRefusedError("contents-missing", "lacking", "send")
        self.tenant.committed[manifest.stage] = manifest
        self.tenant.commits += 1

    @override
    async def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        yield CompletionProgress(state="done", done=1, total=1)

    @override
    async def result(self, directory: Path) -> CompletedMigration:
        raise NotImplementedError

    @override
    async def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        yield ()

    @override
    async def aclose(self) -> None:
        return

    def _upload(self, url: str) -> Arriving:
        upload = self.tenant.uploads.get(url)
        if upload is None or upload.request.size < 0:
            raise UploadLostError("upload-unknown", "gone", "again")
        return upload

    def _append(self, url: str, chunk: Chunk) -> int:
        assert len(chunk) <= self._limits.chunk_bytes
        upload = self._upload(url)
        assert len(upload.received) + len(chunk) <= upload.request.size
        upload.received += chunk
        self.tenant.bodies.append(len(chunk))
        if len(upload.received) == upload.request.size:
            try:
                self.tenant.land(upload)
            except UploadMismatchError:
                del upload.received[-len(chunk) :]
                raise
        return len(upload.received)

"""A receiver that knows tus and nothing else of our protocol, as the transfer sees it: the seam of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from typing_extensions import override
from yarl import URL

from omt_core.api.online import (
    Chunk,
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    ManifestEntry,
    OnlineMigration,
    StageManifest,
    TransferLimits,
    UploadRequest,
)
from omt_online.client.session import Response, TenantSession
from omt_online.client.tokens import MigrationSecret
from omt_online.client.tus import TusAbilities, TusLine, TusUploads, ask_abilities
from omt_online.settings import ClientSettings

COLLECTION = "/files"


class WithoutLogon(TusLine):
    """The client's own session, but for the token: a plain server gives none."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    @property
    @override
    def host(self) -> str:
        return self._session.host

    @override
    async def send(
        self, method: str, path: str, *, content: Chunk | None = None, headers: Mapping[str, str]
    ) -> Response:
        return await self._session.send(method, path, content=content, headers=headers, open_to_all=True)

    @override
    def local_path(self, location: str, asked: str) -> str:
        return self._session.local_path(location, asked)


@dataclass(frozen=True)
class PlainTus(OnlineMigration):
    """Lacks whatever it is asked for, takes uploads, and can do nothing with a stage."""

    uploads: TusUploads
    abilities: TusAbilities
    chunk_bytes: int
    urls: list[str] = field(default_factory=list)

    @property
    @override
    def id(self) -> str:
        return "plain"

    @property
    @override
    def limits(self) -> TransferLimits:
        # No file is small enough for a bundle, which a plain server could not take apart.
        return TransferLimits(
            bundle_bytes=4_096,
            member_bytes=1,
            chunk_bytes=self.chunk_bytes,
            digests_per_request=100,
            parallel_uploads=2,
        )

    @override
    async def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        return frozenset(content.digest for content in contents)

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        metadata = {"kind": request.kind, "sha256": request.digest, "migration": self.id}
        created = await self.uploads.create(request.size, metadata, first_chunk)
        self.urls.append(created[0])
        return CreatedUpload(*created)

    @override
    async def offset(self, url: str) -> int:
        return await self.uploads.offset(url)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        return await self.uploads.send(url, offset, chunk)

    @override
    async def terminate(self, url: str) -> None:
        await self.uploads.terminate(url)

    @override
    async def commit(self, manifest: StageManifest) -> None:
        raise NotImplementedError

    @override
    def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        raise NotImplementedError

    @override
    async def result(self, directory: Path) -> CompletedMigration:
        raise NotImplementedError

    @override
    def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        raise NotImplementedError

    @override
    async def aclose(self) -> None:
        """Nothing is claimed."""


@asynccontextmanager
async def plain_tus(url: str, *, chunk_bytes: int = 64 << 10) -> AsyncIterator[PlainTus]:
    """Connect to a plain tus server with what the client has for a tenant."""
    session = TenantSession(URL(url), ClientSettings(), MigrationSecret(SecretStr("")), None, None)
    try:
        line = WithoutLogon(session)
        abilities = await ask_abilities(line, COLLECTION)
        yield PlainTus(TusUploads(line, COLLECTION, abilities, {}), abilities, chunk_bytes)
    finally:
        await session.aclose()

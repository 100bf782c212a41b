"""An open migration over http: each method is one call of docs/reference/protocol.md, and repeats nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final
from urllib.parse import quote

from typing_extensions import override

from omt_core.api import (
    Chunk,
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    ManifestEntry,
    OnlineMigration,
    OnlineRefusedError,
    PartHints,
    StageManifest,
    TransferLimits,
    UploadMismatchError,
    UploadRequest,
)
from omt_online.client.answers import MissingAnswer, OpenedMigration
from omt_online.client.completion import CompletionPolls
from omt_online.client.result_files import fetch_result, manifest_entries
from omt_online.client.session import TenantSession
from omt_online.client.tus import TusAbilities, TusUploads
from omt_protocol.errors import BUNDLE_MALFORMED

UPLOADS: Final = "/v1/uploads"
"""Where uploads are created."""


class HttpMigration(TusUploads, OnlineMigration, PartHints):
    """Holds the claim on a migration, whose uploads are those of tus."""

    def __init__(
        self,
        session: TenantSession,
        opened: OpenedMigration,
        abilities: TusAbilities,
        *,
        parallel_uploads: int | None,
        longest_poll: float,
    ) -> None:
        """Take over what was opened; `parallel_uploads` lowers what the tenant allows."""
        allowed = opened.limits.parallel_uploads
        self._session = session
        self._id = opened.id
        self._path = f"/v1/migrations/{quote(opened.id, safe='')}"
        self._claim = {"Omt-Claim": opened.claim}
        super().__init__(session, UPLOADS, abilities, self._claim)
        self._limits = TransferLimits(
            bundle_bytes=opened.limits.bundle_bytes,
            member_bytes=opened.limits.member_bytes,
            chunk_bytes=opened.limits.chunk_bytes,
            digests_per_request=opened.limits.digests_per_request,
            parallel_uploads=allowed if parallel_uploads is None else min(allowed, parallel_uploads),
            encodings=session.encodings,
            bundles=session.bundles,
        )
        self._completion = CompletionPolls(session, f"{self._path}/completion", self._claim, longest_poll)

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
        asked = [(content.digest, content.size) for content in contents]
        answer = await self._session.ask(
            MissingAnswer, "POST", f"{self._path}/missing", json={"contents": asked}, headers=self._claim
        )
        return answer.missing

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        metadata = {"kind": request.kind, "sha256": request.digest, "migration": self._id}
        # The tenant checks each byte of a whole bundle: contents by their sha256, and the form that holds them together
        # to the bit. A checksum over all of it would find nothing more.
        unguarded = request.kind == "bundle" and len(first_chunk) == request.size
        try:
            url, offset = await self.create(request.size, metadata, first_chunk, guarded=not unguarded)
            return CreatedUpload(url, offset)
        except OnlineRefusedError as error:
            if unguarded and error.code == BUNDLE_MALFORMED.code:  # damage on the way may hit what holds it together
                raise UploadMismatchError(error.code, error.message, error.remedy) from error
            raise

    @override
    async def announce(self, entries: Sequence[ManifestEntry]) -> None:
        if not self._session.takes_parts:
            return
        parts = [
            {
                "table": entry.part.table,
                "number": entry.part.number,
                "rows": entry.part.rows,
                "fingerprint": entry.part.fingerprint,
                "last": entry.part.last,
                "digest": entry.digest,
                "size": entry.size,
            }
            for entry in entries
            if entry.part is not None and entry.digest is not None
        ]
        if parts:
            await self._session.send("POST", f"{self._path}/parts", json={"parts": parts}, headers=self._claim)

    @override
    async def commit(self, manifest: StageManifest) -> None:
        await self._session.send(
            "PUT",
            f"{self._path}/stages/{quote(manifest.stage, safe='')}",
            json={
                "manifest": manifest.digest,
                "size": manifest.size,
                "items": manifest.items,
                "snapshot": manifest.snapshot,
            },
            headers=self._claim,
        )

    @override
    async def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        async for progress in self._completion.until_done(None if request is None else asdict(request)):
            yield progress

    @override
    async def result(self, directory: Path) -> CompletedMigration:
        return await fetch_result(self._session, self._path, self._claim, directory)

    @override
    async def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        async for batch in manifest_entries(self._session, f"{self._path}/manifest", self._claim):
            yield batch

    @override
    async def aclose(self) -> None:
        await self._session.send("DELETE", f"{self._path}/claim", headers=self._claim)

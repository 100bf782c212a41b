"""An open migration in a store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import anyio.to_thread
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from omt_core.api import (
    Backpressure,
    Chunk,
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    EventSink,
    ManifestEntry,
    Notice,
    OnlineError,
    OnlineMigration,
    StageManifest,
    TransferLimits,
    UploadRequest,
)
from typing_extensions import override

from omt_object_store.migration.completion import Completion
from omt_object_store.migration.held_migration import HeldMigration
from omt_object_store.migration.landing import Landing
from omt_object_store.migration.result_files import fetch_result, manifest_batches
from omt_object_store.migration.stages import Stages
from omt_object_store.migration.uploads import Uploads
from omt_object_store.settings import ObjectStoreSettings
from omt_object_store.store.catalogue import Catalogue
from omt_object_store.store.storage import Storage

_MEMBER_BYTES: Final = 8 << 20
_DIGESTS_PER_REQUEST: Final = 1_000


class StoredMigration(OnlineMigration, Backpressure):
    """Every call first makes sure that the claim is still this tool's."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        held: HeldMigration,
        settings: ObjectStoreSettings,
        *,
        key: Ed25519PrivateKey,
        workspace: Path | None,
        events: EventSink,
    ) -> None:
        """Take over the claim and the catalogue; both are let go of by `aclose`."""
        self._storage = storage
        self._catalogue = catalogue
        self._held = held
        self._events = events
        self._limits = TransferLimits(
            bundle_bytes=settings.bundle_bytes,
            member_bytes=min(_MEMBER_BYTES, settings.bundle_bytes),
            chunk_bytes=settings.chunk_bytes,
            digests_per_request=_DIGESTS_PER_REQUEST,
            parallel_uploads=settings.parallel_uploads,
        )
        landing = Landing(storage, catalogue, member_bytes=self._limits.member_bytes)
        self._uploads = Uploads(storage, landing, bundle_bytes=settings.bundle_bytes)
        self._stages = Stages(storage, catalogue, held)
        self._completion = Completion(storage, catalogue, held, self._stages, key=key, workspace=workspace)

    @property
    @override
    def id(self) -> str:
        return self._held.state.id

    @property
    @override
    def limits(self) -> TransferLimits:
        return self._limits

    @property
    @override
    def refusals(self) -> int:
        return self._storage.refusals

    @property
    def uploads(self) -> Uploads:
        """The uploads in progress."""
        return self._uploads

    @override
    async def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        await self._held.keep()
        return await self._catalogue.missing(contents)

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        await self._held.keep()
        return await self._uploads.create(request, first_chunk)

    @override
    async def offset(self, url: str) -> int:
        await self._held.keep()
        return await self._uploads.offset(url)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        await self._held.keep()
        return await self._uploads.send(url, offset, chunk)

    @override
    async def terminate(self, url: str) -> None:
        await self._held.keep()
        await self._uploads.terminate(url)

    @override
    async def commit(self, manifest: StageManifest) -> None:
        await self._held.keep()
        await self._stages.commit(manifest)

    @override
    async def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        await self._held.keep()
        if request is not None:
            async for progress in self._completion.complete(request):
                yield progress
        elif self._held.state.over:
            yield CompletionProgress(state="done", done=1, total=1)

    @override
    async def result(self, directory: Path) -> CompletedMigration:
        return await fetch_result(self._storage, self._held.state.completion, directory)

    @override
    async def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        async for batch in manifest_batches(self._storage, self._held.state.completion):
            await self._held.keep()
            yield batch

    @override
    async def aclose(self) -> None:
        try:
            await self._held.release()
        except OnlineError as error:
            # A claim that is not given back lapses by itself, and what was confirmed stays so.
            self._events.emit(Notice(message=f"The claim on the migration could not be given back: {error.message}"))
        finally:
            await anyio.to_thread.run_sync(self._catalogue.close)

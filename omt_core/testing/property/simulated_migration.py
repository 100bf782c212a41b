"""A line on which things happen; the receiver at its end is told what passes over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from typing_extensions import override

from omt_core.api.errors import UploadMismatchError
from omt_core.api.online import (
    Backpressure,
    Chunk,
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    ManifestEntry,
    OnlineMigration,
    SenderPass,
    SenderPasses,
    StageManifest,
    TransferLimits,
    UploadRequest,
)
from omt_core.testing.property.receiver import Receiver
from omt_core.testing.property.simulation import Simulation


class SimulatedMigration(OnlineMigration, Backpressure, SenderPasses):
    """A migration at the other end of the line of a simulation."""

    def __init__(self, simulation: Simulation, migration: OnlineMigration, receiver: Receiver) -> None:
        self._simulation = simulation
        self._migration = migration
        self._receiver = receiver

    @property
    @override
    def id(self) -> str:
        return self._migration.id

    @property
    @override
    def limits(self) -> TransferLimits:
        return self._migration.limits

    @property
    @override
    def refusals(self) -> int:
        return self._migration.refusals if isinstance(self._migration, Backpressure) else 0

    @override
    async def hand_out(self) -> SenderPass | None:
        if not isinstance(self._migration, SenderPasses):
            return None
        return await self._simulation.online(self._migration.hand_out)

    @override
    async def missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        self._receiver.asked(contents)
        return await self._simulation.online(self._migration.missing, contents)

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        self._receiver.begins(request)
        create = self._migration.create_upload
        url, offset = await self._simulation.online(create, request, first_chunk, body=True)
        self._receiver.took(offset)
        return CreatedUpload(url, offset)

    @override
    async def offset(self, url: str) -> int:
        return await self._simulation.online(self._migration.offset, url)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        try:
            reached = await self._simulation.online(self._migration.send, url, offset, chunk, body=True)
        except UploadMismatchError:
            self._receiver.refused(url)
            raise
        self._receiver.took(reached - offset)
        return reached

    @override
    async def terminate(self, url: str) -> None:
        await self._simulation.online(self._migration.terminate, url)

    @override
    async def commit(self, manifest: StageManifest) -> None:
        await self._simulation.online(self._migration.commit, manifest)
        self._receiver.committed(manifest)

    @override
    def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        return self._migration.complete(request)

    @override
    async def result(self, directory: Path) -> CompletedMigration:
        return await self._migration.result(directory)

    @override
    def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        return self._migration.manifest()

    @override
    async def aclose(self) -> None:
        await self._migration.aclose()

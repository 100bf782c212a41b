"""A tenant in memory that keeps count of what came in vain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from typing_extensions import override

from omt_core.api.online import OnlineMigration, UploadRequest
from omt_core.testing.property.receiver import LONGEST_BODY, Receiver
from omt_core.testing.property.simulation import TROUBLES
from tests.plugins.omt_upload.memory_tenant import Arriving, MemoryMigration, MemoryTenant


class MemoryReceiver(Receiver):
    """Everything can happen to it. `name` is that of its migration."""

    mishaps = ("expire", "lose", "another", "begin anew")
    troubles = TROUBLES

    def __init__(self, name: str) -> None:
        super().__init__()
        self._tenant = _CountingTenant()
        self._name = name

    @asynccontextmanager
    @override
    async def open(self) -> AsyncIterator[OnlineMigration]:
        yield MemoryMigration(
            self._tenant, chunk_bytes=LONGEST_BODY, bundle_bytes=1 << 13, member_bytes=2_000, known_as=self._name
        )
        self.lost -= set(self._tenant.contents)

    @property
    @override
    def sizes(self) -> Mapping[str, int]:
        return {digest: len(content) for digest, content in self._tenant.contents.items()}

    @property
    @override
    def unfinished_bytes(self) -> int:
        return sum(len(upload.received) for upload in self._unfinished.values())

    @override
    def reached(self, url: str) -> int | None:
        upload = self._unfinished.get(url)
        return None if upload is None else len(upload.received)

    @override
    def finished(self, url: str) -> bool:
        upload = self._tenant.uploads[url]
        return len(upload.received) == upload.request.size

    @override
    def wasted_bytes(self, known: Sequence[str]) -> int:
        going_on = sum(len(upload.received) for url, upload in self._unfinished.items() if url in known)
        return sum(self._tenant.bodies) - self._tenant.landed_bytes - going_on

    @override
    def expire(self) -> None:
        for url in list(self._unfinished):
            self.refused(url)

    @override
    def lose(self, digest: str) -> None:
        if self._tenant.contents.pop(digest, None) is not None:
            self.lost.add(digest)

    @override
    def refused(self, url: str) -> None:
        self.excused += self.reached(url) or 0
        self._tenant.uploads[url] = Arriving(UploadRequest(kind="file", digest="", size=-1))

    @property
    def _unfinished(self) -> Mapping[str, Arriving]:
        return {url: one for url, one in self._tenant.uploads.items() if len(one.received) < one.request.size}


class _CountingTenant(MemoryTenant):
    def __init__(self) -> None:
        super().__init__()
        self.landed_bytes = 0

    @override
    def land(self, upload: Arriving) -> None:
        super().land(upload)
        self.landed_bytes += upload.request.size

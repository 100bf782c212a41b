"""The other end of a transfer as the state machine sees it: what it holds, and what it was asked and sent."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar, Final

from omt_core.api.online import ContentRef, OnlineMigration, StageManifest, UploadRequest
from omt_core.testing.property.simulation import Trouble

LONGEST_BODY: Final = 1_500
"""What a body is not longer than; a bundle takes several, and so does a large file."""

LIMITS: Final[Mapping[str, int]] = {
    "bundle_bytes": 1 << 13,
    "member_bytes": 2_000,
    "chunk_bytes": LONGEST_BODY,
    "digests_per_request": 7,
}
"""What an online side must take at most, so that a few small files come to all of its limits."""


class Receiver(ABC):
    """`questions` are all digests that were asked for, `bodies` the lengths of what was sent.

    `faults` is what no tool may do; `lost` are contents that were there once; `excused` are bytes that came in vain
    through no fault of the tool. `mishaps` is what can happen to it between runs (unfinished uploads expire, a content
    is lost, another tenant takes its place, a run that was begun anew drops what was committed), `troubles` what can
    happen on the way to it.
    """

    mishaps: ClassVar[tuple[str, ...]]
    troubles: ClassVar[tuple[Trouble, ...]]

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.bodies: list[int] = []
        self.faults: list[str] = []
        self.lost: set[str] = set()
        self.excused = 0
        self.manifests: dict[str, tuple[str, bytes]] = {}

    @asynccontextmanager
    @abstractmethod
    async def open(self) -> AsyncIterator[OnlineMigration]:
        """Be there for one run."""
        raise NotImplementedError
        yield

    @property
    @abstractmethod
    def sizes(self) -> Mapping[str, int]:
        """The sizes of all contents that are there whole, by digest."""

    @property
    @abstractmethod
    def unfinished_bytes(self) -> int:
        """What came of uploads that can go on."""

    @abstractmethod
    def reached(self, url: str) -> int | None:
        """Return how far an unfinished upload is; None when it cannot go on."""

    @abstractmethod
    def finished(self, url: str) -> bool:
        """Tell whether an upload has become whole."""

    @abstractmethod
    def wasted_bytes(self, known: Sequence[str]) -> int:
        """Count what came and is in nothing that is whole, nor in those uploads, which go on."""

    @abstractmethod
    def expire(self) -> None:
        """Forget all uploads that are not whole."""

    @abstractmethod
    def lose(self, digest: str) -> None:
        """Lose a content that was whole, as a disk does."""

    def lines(self, stage: str) -> dict[str, tuple[str | None, str]]:
        """Return digest and reason of each item in the committed manifest, by key."""
        digest, text = self.manifests[stage]
        assert self.sizes[digest] == len(text)
        told = [json.loads(line) for line in text.splitlines()]
        assert [line["key"] for line in told] == sorted(line["key"] for line in told)
        return {line["key"]: (line["digest"], line.get("reason", "")) for line in told}

    # --- what passes over the line

    def asked(self, contents: Sequence[ContentRef]) -> None:
        """Note a question."""
        self.questions += [content.digest for content in contents]

    def begins(self, request: UploadRequest) -> None:
        """Note that an upload is created. An empty content costs nothing, and is not counted."""
        again = [content.digest for content in request.members if content.size and content.digest in self.sizes]
        if again:
            self.faults.append(f"sent again: {again}")

    def took(self, size: int) -> None:
        """Note a body that was taken."""
        self.bodies.append(size)

    @abstractmethod
    def refused(self, url: str) -> None:
        """Note that a body was refused, and the upload with it."""

    def committed(self, manifest: StageManifest) -> None:
        """Note that a stage was committed, with what its file says at that moment."""
        self.manifests[manifest.stage] = (manifest.digest, manifest.path.read_bytes())

"""An open migration over http: each method is one call of docs/reference/protocol.md, and repeats nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final
from urllib.parse import quote

from typing_extensions import override

from omt_core.api import (
    SECRETS,
    Chunk,
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    KnownMissing,
    ManifestEntry,
    OnlineMigration,
    OnlineRefusedError,
    PartHints,
    SenderPass,
    SenderPasses,
    StageManifest,
    TransferLimits,
    UploadMismatchError,
    UploadRequest,
)
from omt_online.client.answers import MissingAnswer, Token
from omt_online.client.completion import CompletionPolls
from omt_online.client.result_files import OpenedAs, fetch_result, manifest_entries
from omt_online.client.session import TenantSession
from omt_online.client.tus import TusAbilities, TusUploads
from omt_protocol.errors import BUNDLE_MALFORMED, SENDER_REFUSED
from omt_protocol.met_contents import MetContents

UPLOADS: Final = "/v1/uploads"
"""Where uploads are created."""


class HttpMigration(TusUploads, OnlineMigration, KnownMissing, PartHints, SenderPasses):
    """Works on a migration under its claim. Its uploads are those of tus."""

    def __init__(
        self,
        session: TenantSession,
        known_as: str,
        limits: TransferLimits,
        abilities: TusAbilities,
        *,
        claim: str | None,
        longest_poll: float,
        opened: OpenedAs | None = None,
        empty: bool = False,
    ) -> None:
        """Take over what was opened, at a tenant that is `empty` or not.

        Without a claim the session's token must stand for one: it is a sender's, for whom there is no result.
        """
        self._session = session
        self._id = known_as
        self._path = f"/v1/migrations/{quote(known_as, safe='')}"
        self._opened = opened
        self._claim = {} if claim is None else {"Omt-Claim": claim}
        super().__init__(session, UPLOADS, abilities, self._claim)
        self._limits = limits
        self._files: dict[str, UploadRequest] = {}
        """Files under way, by the address of their upload, whose digests on the way are known."""
        self._met = MetContents() if empty else None
        self._committed: dict[str, Path] = {}
        """The manifests that were committed, by stage."""
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
        asked = {"contents": list(contents)}  # each a tuple of digest and size, which is what JSON makes a list of
        answer = await self._session.ask(
            MissingAnswer, "POST", f"{self._path}/missing", json=asked, headers=self._claim
        )
        return answer.missing

    @override
    def known_missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        return frozenset() if self._met is None else self._met.never_met(content.digest for content in contents)

    @override
    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        if self._met is not None:
            self._met.add(_digests_of(request))
        metadata = {"kind": request.kind, "sha256": request.digest, "migration": self._id}
        # The tenant checks each byte of what goes whole: contents by their sha256, and the form that holds those of a
        # bundle together to the bit. A checksum over all of it would find nothing more.
        whole = len(first_chunk) == request.size
        so_far = _digest_at(request, len(first_chunk))
        try:
            url, offset = await self.create(request.size, metadata, first_chunk, guarded=not whole, so_far=so_far)
        except OnlineRefusedError as error:
            if whole:  # damage on the way may hit what holds it together
                _raise_mismatch(error)
            raise
        if request.running is not None and offset < request.size:
            self._files[url] = request
        return CreatedUpload(url, offset)

    @override
    async def send(self, url: str, offset: int, chunk: Chunk, so_far: str | None = None) -> int:
        request = self._files.get(url)
        if request is not None:
            so_far = _digest_at(request, offset + len(chunk))
        try:
            reached = await super().send(url, offset, chunk, so_far)
        except OnlineRefusedError as error:
            _raise_mismatch(error)  # another zstd than the one that began a frame has gone on with it
            raise
        if request is not None and reached == request.size:
            del self._files[url]
        return reached

    @override
    async def terminate(self, url: str) -> None:
        self._files.pop(url, None)
        await super().terminate(url)

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
    async def hand_out(self) -> SenderPass | None:
        if not self._session.hands_out_senders:
            return None
        self._met = None  # others may send from now on
        given = await self._session.ask(Token, "POST", f"{self._path}/senders", headers=self._claim)
        SECRETS.add(given.token)
        return SenderPass(
            migration=self._id,
            address=self._session.address,
            limits=self._limits,
            token=given.token,
            seconds=given.expires_in,
        )

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
        self._committed[manifest.stage] = manifest.path

    @override
    async def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        async for progress in self._completion.until_done(None if request is None else asdict(request)):
            yield progress

    @override
    async def result(self, directory: Path) -> CompletedMigration:
        if self._opened is None:
            raise SENDER_REFUSED.error()
        committed = [self._committed[stage] for stage in sorted(self._committed)]
        return await fetch_result(self._session, self._path, self._claim, directory, self._opened, committed=committed)

    @override
    async def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        async for batch in manifest_entries(self._session, f"{self._path}/manifest", self._claim):
            yield batch

    @override
    async def aclose(self) -> None:
        await self._session.send("DELETE", f"{self._path}/claim", headers=self._claim)


def _digests_of(request: UploadRequest) -> Iterable[str]:
    return (request.digest,) if request.kind == "file" else (content.digest for content in request.members)


def _digest_at(request: UploadRequest, end: int) -> str | None:
    """Return the sha256 of the first bytes of a file, if it is known; that of all of them always is."""
    if request.kind != "file" or end == request.size:
        return request.digest if request.kind == "file" else None
    return None if request.running is None else request.running.at(end)


def _raise_mismatch(error: OnlineRefusedError) -> None:
    """Raise `UploadMismatchError` for a bundle that arrived in no form of a bundle: it is to be sent anew."""
    if error.code == BUNDLE_MALFORMED.code:
        raise UploadMismatchError(error.code, error.message, error.remedy) from error

"""Works with an online target as the transfer does, in few words: for suites that try what a target promises."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import anyio

from omt_core.api import (
    CompletedMigration,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    Item,
    Licence,
    MigrationKind,
    OnlineMigration,
    OnlineTarget,
    RecoveryChoice,
    SenderPass,
    StageManifest,
    UploadRequest,
    User,
)
from omt_core.testing.harness import PluginFaultError
from omt_core.testing.samples import SAMPLE_LICENCE

Connect = Callable[[Path], Awaitable[OnlineTarget]]
"""Connects a tool with this workspace to the online side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteDatabase:
    """The exported database of a small simulated CRM: parts of tables with their bytes, and the users in it.

    `few` are the parts of a few tables, some of which have several; `whole` are those of all tables with rows.
    """

    few: Sequence[tuple[Item, bytes]]
    whole: Sequence[tuple[Item, bytes]]
    users: Sequence[User]


class OnlineSuite:
    """The base of suites that work with an online side. What it says of itself decides what can be asked of it."""

    taken_user_name: ClassVar[str | None] = None
    """A user name that somebody else holds at the online side of `online_side`, as it was written there; None where
    nobody else has user names."""

    imports: ClassVar[bool] = True
    """Whether the decisions are applied to what arrives, as `changes` of the receipt then counts; a store that only
    keeps it says False."""

    keeps_files: bool = True
    """Whether it is the target's own doing that files below the folder of `online_side` are durable. A server that the
    tests run for a remote service says False: what that syncs is no matter of the target."""

    def online_side(self, folder: Path) -> AbstractAsyncContextManager[Connect]:
        """Run the online side until the context ends, with all that it keeps below `folder`, which is there already.

        Entered again with the same folder, it is the same online side after a restart. Yields what connects a tool:
        called with a workspace, it returns the target as the hook `connect_online` would.
        """
        raise NotImplementedError

    def sender(self, given: SenderPass) -> AbstractAsyncContextManager[OnlineMigration] | None:
        """Open the migration for one who has nothing but a pass; None where the online side hands out none."""
        del given
        return None


def require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - read as a sentence
    """Fail a test of a suite with a sentence for the plugin's author."""
    if not holds:
        raise PluginFaultError(otherwise)


def sha256(content: bytes) -> str:
    """Return the digest by which a content is known."""
    return hashlib.sha256(content).hexdigest()


def content_of(content: bytes) -> ContentRef:
    """Return what a content is announced as."""
    return ContentRef(digest=sha256(content), size=len(content))


def file_of(content: bytes) -> UploadRequest:
    """Return the announcement of a file."""
    return UploadRequest(kind="file", digest=sha256(content), size=len(content), members=(content_of(content),))


def bundle_of(contents: Sequence[bytes], names: Sequence[str] = ()) -> tuple[UploadRequest, bytes]:
    """Return a bundle and its announcement; `names` are its members' instead of their digests."""
    digests = list(names) or [sha256(content) for content in contents]
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for digest, content in zip(digests, contents, strict=True):
            member = tarfile.TarInfo(digest)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    members = tuple(
        ContentRef(digest=digest, size=len(content)) for digest, content in zip(digests, contents, strict=True)
    )
    whole = hashlib.sha256(b"".join(bytes.fromhex(digest) for digest in digests)).hexdigest()
    return UploadRequest(kind="bundle", digest=whole, size=file.tell(), members=members), file.getvalue()


@asynccontextmanager
async def open_migration(
    connect: Connect,
    workspace: Path,
    kind: MigrationKind = MigrationKind.TEST,
    recovery: RecoveryChoice | None = None,
    *,
    licence: Licence = SAMPLE_LICENCE,
) -> AsyncIterator[OnlineMigration]:
    """Connect a tool and open the migration; both are closed again at the end."""
    await anyio.Path(workspace).mkdir(exist_ok=True)
    target = await connect(workspace)
    try:
        migration = await target.open(licence, kind, recovery)
        try:
            yield migration
        finally:
            await migration.aclose()
    finally:
        await target.aclose()


async def send(migration: OnlineMigration, request: UploadRequest, content: bytes, *, chunk: int = 0) -> None:
    """Send an upload to its end, in chunks of so many bytes, or as long as the online side takes them."""
    length = min(chunk or migration.limits.chunk_bytes, migration.limits.chunk_bytes)
    url, offset = await migration.create_upload(request, content[:length])
    while offset < len(content):
        offset = await migration.send(url, offset, content[offset : offset + length])


async def missing(migration: OnlineMigration, *contents: bytes) -> frozenset[str]:
    """Ask which of these contents are missing."""
    return await migration.missing([content_of(content) for content in contents])


def manifest_line(item: Item, content: bytes | None) -> bytes:
    """Write a line of docs/reference/receipt.md; without a content the item is left behind."""
    line: dict[str, object] = {
        "stage": item.stage,
        "key": item.key,
        "name": item.name,
        "size": len(content or b""),
        "digest": None if content is None else sha256(content),
    }
    if content is None:
        line["reason"] = item.reason or "document-file-missing"
    if item.part is not None:
        part = item.part
        line["part"] = {
            "table": part.table,
            "number": part.number,
            "rows": part.rows,
            "fingerprint": part.fingerprint,
            "last": part.last,
            "omitted_columns": list(part.omitted_columns),
        }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def commit_stage(
    migration: OnlineMigration,
    workspace: Path,
    stage: str,
    lines: Sequence[bytes],
    *,
    snapshot: str = "s1",
    items: int | None = None,
) -> None:
    """Send a stage's manifest and commit it; `items` is what is announced instead of the number of lines."""
    manifest = b"".join(lines)
    if await missing(migration, manifest):
        await send(migration, file_of(manifest), manifest)
    path = workspace / f"{stage}.jsonl"
    await anyio.Path(path).write_bytes(manifest)
    await migration.commit(
        StageManifest(
            stage=stage,
            path=path,
            digest=sha256(manifest),
            size=len(manifest),
            items=len(lines) if items is None else items,
            snapshot=snapshot,
        )
    )


async def send_stage(
    migration: OnlineMigration,
    workspace: Path,
    stage: str,
    items: Sequence[tuple[Item, bytes | None]],
    *,
    snapshot: str = "s1",
) -> None:
    """Send what is missing of a stage's contents, bundled as far as the limits allow, and commit the stage."""
    limits, contents = migration.limits, {sha256(content): content for _, content in items if content is not None}
    told: set[str] = set()
    for begin in range(0, len(contents), limits.digests_per_request):
        told |= await missing(migration, *list(contents.values())[begin : begin + limits.digests_per_request])
    lacking = [content for digest, content in contents.items() if digest in told]
    request, bundle = bundle_of(lacking)
    if (
        max(map(len, lacking), default=limits.member_bytes + 1) <= limits.member_bytes
        and len(bundle) <= limits.bundle_bytes
    ):
        await send(migration, request, bundle)
    else:
        for content in lacking:
            await send(migration, file_of(content), content)
    lines = [manifest_line(item, content) for item, content in items]
    await commit_stage(migration, workspace, stage, lines, snapshot=snapshot)


def documents(*contents: bytes | None) -> list[tuple[Item, bytes | None]]:
    """Make items of the stage `documents`, one for each content; None is one that is missing on site."""
    return [
        (Item(stage="documents", key=f"{number:04d}", name=f"Æ/{number}.docx"), content)
        for number, content in enumerate(contents)
    ]


async def complete(
    migration: OnlineMigration, workspace: Path, request: CompletionRequest | None = None
) -> tuple[Sequence[CompletionProgress], CompletedMigration]:
    """Complete a migration and fetch what came of it."""
    told = [progress async for progress in migration.complete(request or CompletionRequest())]
    return told, await migration.result(workspace)

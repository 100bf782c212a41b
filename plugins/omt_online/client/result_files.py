"""Receipt and manifest of a completed migration, fetched whole and durable, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
from pydantic import BaseModel, ConfigDict, ValidationError

from omt_core.api import CompletedMigration, InputError, ManifestEntry
from omt_core.api.files import WholeFile
from omt_online.client.failures import strange_answer
from omt_online.client.session import TenantSession
from omt_protocol.receipt.manifest import LINE_LIMIT, ManifestLineError, parse_line

_BATCH: Final = 2_000


class _Rows(BaseModel):
    model_config = ConfigDict(extra="ignore")
    rows: int


class _Files(BaseModel):
    model_config = ConfigDict(extra="ignore")
    verified: int


class _Header(BaseModel):
    """What the summary of a completed migration takes from the receipt; `omt verify` reads all of it."""

    model_config = ConfigDict(extra="ignore")
    files: _Files
    tables: tuple[_Rows, ...]


class _Receipt(BaseModel):
    model_config = ConfigDict(extra="ignore")
    header: _Header


async def fetch_result(
    session: TenantSession, path: str, claim: Mapping[str, str], directory: Path
) -> CompletedMigration:
    """Write `receipt.json` and `manifest.jsonl` into `directory`, the receipt last: once it is there, both are."""
    manifest, receipt = directory / "manifest.jsonl", directory / "receipt.json"
    await _fetch(session, f"{path}/manifest", claim, manifest)
    await _fetch(session, f"{path}/receipt", claim, receipt)
    try:
        header = _Receipt.model_validate_json(await anyio.Path(receipt).read_bytes()).header
    except ValidationError as error:
        raise strange_answer(session.host, "the receipt is not one of the format that is known") from error
    return CompletedMigration(
        receipt=receipt,
        manifest=manifest,
        tables=len(header.tables),
        rows=sum(table.rows for table in header.tables),
        files=header.files.verified,
    )


async def manifest_entries(
    session: TenantSession, path: str, claim: Mapping[str, str]
) -> AsyncIterator[Sequence[ManifestEntry]]:
    """Yield the lines of the committed manifest in batches; memory does not grow with it."""
    batch: list[ManifestEntry] = []
    rest = b""
    async with session.stream("GET", path, headers=claim) as response:
        while True:
            with session.named_failures():
                piece = await response.content.readany()
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                try:
                    batch.append(parse_line(line))
                except ManifestLineError as error:
                    raise strange_answer(session.host, f"a line of the manifest: {error.field}: {error}") from error
            if len(rest) > LINE_LIMIT or (not piece and rest):
                raise strange_answer(session.host, "a line of the manifest has no end")
            if len(batch) >= _BATCH or (not piece and batch):
                yield batch
                batch = []
            if not piece:
                return


async def _fetch(session: TenantSession, path: str, claim: Mapping[str, str], target: Path) -> None:
    """Write an answer's body to `target`, whole or not at all; durable on return."""
    try:
        file = await anyio.to_thread.run_sync(WholeFile, target)
        try:
            async with session.stream("GET", path, headers=claim) as answer:
                while True:
                    with session.named_failures():
                        piece = await answer.content.readany()
                    if not piece:
                        break
                    await anyio.to_thread.run_sync(file.write, piece)
            await anyio.to_thread.run_sync(file.finish)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(file.discard)
    except OSError as error:
        raise InputError(
            "workspace-not-writable",
            f"The file {target} cannot be written: {error.strerror}.",
            "Make room and mend the rights in the workspace, then run the same command again.",
        ) from error

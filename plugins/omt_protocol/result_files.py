"""Receipt and manifest of a completed migration in the workspace: whole and durable, or not there at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
from pydantic import BaseModel, ConfigDict

from omt_core.api import WORKSPACE_NOT_WRITABLE, CompletedMigration, Finding, ManifestEntry, sentence
from omt_core.api.files import WholeFile
from omt_protocol.receipt.manifest import LINE_LIMIT, ManifestLineError, parse_line

RECEIPT_FILE: Final = "receipt.json"
MANIFEST_FILE: Final = "manifest.jsonl"
"""The manifest's name beside its receipt."""

_BATCH: Final = 2_000


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Rows(_Model):
    rows: int


class _Files(_Model):
    verified: int


class _Header(_Model):
    files: _Files
    tables: tuple[_Rows, ...]


class _Receipt(_Model):
    """What the summary of a completed migration takes from a receipt; `omt verify` reads all of it."""

    header: _Header


async def write_pieces(target: Path, pieces: AsyncIterator[bytes]) -> None:
    """Write what comes to `target`, whole and durable, or not at all. Raises `InputError`, and what `pieces` raise."""
    try:
        file = await anyio.to_thread.run_sync(WholeFile, target)
        try:
            async for piece in pieces:
                await anyio.to_thread.run_sync(file.write, piece)
            await anyio.to_thread.run_sync(file.finish)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(file.discard)
    except OSError as error:
        raise WORKSPACE_NOT_WRITABLE.error(
            sentence("The file {target} cannot be written: {reason}.", target=target, reason=error.strerror)
        ) from error


async def completed_migration(directory: Path, findings: Sequence[Finding] = ()) -> CompletedMigration:
    """Sum up the receipt that was written to `directory`. Raises ValueError where it is none."""
    receipt = directory / RECEIPT_FILE
    header = _Receipt.model_validate_json(await anyio.Path(receipt).read_bytes()).header
    return CompletedMigration(
        receipt=receipt,
        manifest=directory / MANIFEST_FILE,
        tables=len(header.tables),
        rows=sum(table.rows for table in header.tables),
        files=header.files.verified,
        findings=tuple(findings),
    )


async def manifest_lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[Sequence[bytes]]:
    """Cut a manifest into lines without their line feeds, batch by batch. Raises `ManifestLineError`."""
    rest, batch = b"", list[bytes]()
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LINE_LIMIT or any(len(line) > LINE_LIMIT for line in lines):
            raise ManifestLineError("line", sentence("is too long"))
        batch += lines
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if rest:
        raise ManifestLineError("line", sentence("has no line feed at its end"))
    if batch:
        yield batch


async def manifest_entries(pieces: AsyncIterator[bytes]) -> AsyncIterator[Sequence[ManifestEntry]]:
    """Yield what a manifest says in batches; memory does not grow with it. Raises `ManifestLineError`."""
    async for lines in manifest_lines(pieces):
        yield [parse_line(line) for line in lines]

"""Receipt and manifest of a completion: read from the store, and fetched whole and durable, or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
from omt_core.api import CompletedMigration, ManifestEntry, OnlineRefusedError
from pydantic import BaseModel, ConfigDict, ValidationError

from omt_object_store.failures import StoreDamagedError
from omt_object_store.findings import NOT_IMPORTED
from omt_object_store.layout import Digest, Size
from omt_object_store.manifest_lines import parse_line, split_lines
from omt_object_store.storage import Storage
from omt_object_store.workspace import not_writable, write_whole

MANIFEST_FILE: Final = "manifest.jsonl"
RECEIPT_FILE: Final = "receipt.json"


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Manifest(_Model):
    digest: Digest
    entries: Size


class _Files(_Model):
    verified: Size


class _Table(_Model):
    rows: Size


class ReceiptHeader(_Model):
    """What the tool itself takes from a receipt; `omt verify` reads all of it."""

    snapshot: str
    omitted: tuple[str, ...]
    manifest: _Manifest
    files: _Files
    tables: tuple[_Table, ...]


class Receipt(_Model):
    """A receipt as the store has it."""

    header: ReceiptHeader
    content: bytes = b""


async def read_receipt(storage: Storage, completion: str) -> Receipt:
    """Read the receipt of a completion. Raises `OnlineRefusedError` `receipt-unknown` where nothing was completed."""
    found = await storage.read(f"{completion}/{RECEIPT_FILE}") if completion else None
    if found is None:
        raise OnlineRefusedError(
            "receipt-unknown", "No migration was completed in this store.", "Complete a migration first."
        )
    try:
        receipt = Receipt.model_validate_json(found[0])
    except ValidationError as error:
        raise StoreDamagedError(f"{completion}/{RECEIPT_FILE}", "is not a receipt") from error
    return receipt.model_copy(update={"content": found[0]})


async def manifest_batches(storage: Storage, completion: str) -> AsyncIterator[Sequence[ManifestEntry]]:
    """Yield the manifest of a completion in batches. Raises `OnlineRefusedError`."""
    number = 0
    async for lines in split_lines(_manifest(storage, completion, await read_receipt(storage, completion))):
        if lines:
            entries = [parse_line(line, number + place) for place, line in enumerate(lines, start=1)]
            number += len(entries)
            yield entries


async def fetch_result(storage: Storage, completion: str, directory: Path) -> CompletedMigration:
    """Write receipt and manifest into `directory`, the receipt last: once it is there, both are."""
    receipt = await read_receipt(storage, completion)
    manifest = directory / MANIFEST_FILE
    await _fetch(_manifest(storage, completion, receipt), manifest)
    await anyio.to_thread.run_sync(write_whole, directory / RECEIPT_FILE, receipt.content)
    tables, rows = len(receipt.header.tables), sum(table.rows for table in receipt.header.tables)
    return CompletedMigration(
        receipt=directory / RECEIPT_FILE,
        manifest=manifest,
        tables=tables,
        rows=rows,
        files=receipt.header.files.verified,
        findings=(
            NOT_IMPORTED.finding(
                f"{tables} tables with {rows} rows are stored as Parquet files, verified as files only: {storage.name} "
                "imports nothing. No user has got a plan or a user name.",
                (storage.name,),
            ),
        ),
    )


async def _manifest(storage: Storage, completion: str, receipt: Receipt) -> AsyncIterator[bytes]:
    """Yield a manifest's bytes; raises at the end unless they are those that the receipt names."""
    path, sha256 = f"{completion}/{MANIFEST_FILE}", hashlib.sha256()
    async for block in storage.blocks(path, 0, await storage.size(path) or 0):
        sha256.update(block)
        yield block
    if sha256.hexdigest() != receipt.header.manifest.digest:
        raise StoreDamagedError(path, "is not the manifest that the receipt names")


async def _fetch(blocks: AsyncIterator[bytes], target: Path) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        async with await anyio.open_file(partial, "wb") as file:
            async for block in blocks:
                await file.write(block)
            await file.flush()
            await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
        await anyio.Path(partial).replace(target)
    except OSError as error:
        raise not_writable(target, error) from error

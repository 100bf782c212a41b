"""Receipt and manifest of a completion, read from the store."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import anyio.to_thread
from omt_core.api import CompletedMigration, ManifestEntry, sentence
from omt_protocol.errors import RECEIPT_UNKNOWN
from omt_protocol.receipt import Receipt, ReceiptFormatError, parse_receipt
from omt_protocol.receipt.manifest import ManifestLineError
from omt_protocol.result_files import (
    MANIFEST_FILE,
    RECEIPT_FILE,
    completed_migration,
    has_result,
    manifest_entries,
    write_pieces,
)

from omt_object_store.findings import NOT_IMPORTED
from omt_object_store.store.failures import StoreDamagedError
from omt_object_store.store.storage import Storage


async def read_receipt(storage: Storage, completion: str) -> Receipt:
    """Read the receipt of a completion. Raises `OnlineRefusedError` `receipt-unknown` where nothing was completed."""
    path = f"{completion}/{RECEIPT_FILE}"
    found = await storage.read(path) if completion else None
    if found is None:
        raise RECEIPT_UNKNOWN.error("No migration was completed in this store.")
    try:
        return await anyio.to_thread.run_sync(parse_receipt, found[0])
    except ReceiptFormatError as error:
        raise StoreDamagedError(path, "is not a receipt") from error


async def manifest_batches(storage: Storage, completion: str) -> AsyncIterator[Sequence[ManifestEntry]]:
    """Yield the manifest of a completion in batches. Raises `OnlineRefusedError`."""
    try:
        async for batch in manifest_entries(_manifest(storage, completion, await read_receipt(storage, completion))):
            yield batch
    except ManifestLineError as error:
        raise StoreDamagedError(f"{completion}/{MANIFEST_FILE}", f"has a line that is none: {error}") from error


async def fetch_result(storage: Storage, completion: str, directory: Path) -> CompletedMigration:
    """Have receipt and manifest in `directory`, the receipt last: once it is there, both are."""
    receipt = await read_receipt(storage, completion)
    if not await anyio.to_thread.run_sync(has_result, directory, receipt):
        await write_pieces(directory / MANIFEST_FILE, _manifest(storage, completion, receipt))
        await write_pieces(directory / RECEIPT_FILE, _whole(receipt))
    tables = receipt.header.tables
    rows = sum(table.rows for table in tables)
    not_imported = NOT_IMPORTED.finding(
        sentence(
            "{tables} tables with {rows} rows are stored as Parquet files, verified as files only: {storage} imports"
            " nothing. No user has got a plan or a user name.",
            tables=len(tables),
            rows=rows,
            storage=storage.name,
        ),
        (storage.name,),
    )
    return completed_migration(directory, receipt.header, [not_imported])


async def _whole(receipt: Receipt) -> AsyncIterator[bytes]:
    yield receipt.to_bytes()


async def _manifest(storage: Storage, completion: str, receipt: Receipt) -> AsyncIterator[bytes]:
    """Yield a manifest's bytes; raises at the end unless they are those that the receipt names."""
    path, sha256 = f"{completion}/{MANIFEST_FILE}", hashlib.sha256()
    async for block in storage.blocks(path, 0, await storage.size(path) or 0):
        sha256.update(block)
        yield block
    if sha256.hexdigest() != receipt.header.manifest.digest:
        raise StoreDamagedError(path, "is not the manifest that the receipt names")

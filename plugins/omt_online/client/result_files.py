"""Receipt and manifest of a completed migration, fetched from the tenant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from omt_core.api import CompletedMigration, ManifestEntry, sentence
from omt_online.client.failures import strange_answer
from omt_online.client.session import TenantSession
from omt_protocol import result_files
from omt_protocol.receipt.manifest import ManifestLineError


async def fetch_result(
    session: TenantSession, path: str, claim: Mapping[str, str], directory: Path
) -> CompletedMigration:
    """Write `receipt.json` and `manifest.jsonl` into `directory`, the receipt last: once it is there, both are."""
    for name, call in ((result_files.MANIFEST_FILE, "manifest"), (result_files.RECEIPT_FILE, "receipt")):
        await result_files.write_pieces(directory / name, _pieces(session, f"{path}/{call}", claim))
    try:
        return await result_files.completed_migration(directory)
    except ValueError as error:
        raise strange_answer(session.host, sentence("the receipt is not one of the format that is known")) from error


async def manifest_entries(
    session: TenantSession, path: str, claim: Mapping[str, str]
) -> AsyncIterator[Sequence[ManifestEntry]]:
    """Yield the lines of the committed manifest in batches; memory does not grow with it."""
    try:
        async for batch in result_files.manifest_entries(_pieces(session, path, claim)):
            yield batch
    except ManifestLineError as error:
        raise strange_answer(
            session.host, sentence("a line of the manifest: {field}: {reason}", field=error.field, reason=error)
        ) from error


async def _pieces(session: TenantSession, path: str, claim: Mapping[str, str]) -> AsyncIterator[bytes]:
    async with session.stream("GET", path, headers=claim) as answer:
        while True:
            with session.named_failures():
                piece = await answer.content.readany()
            if not piece:
                return
            yield piece

"""Receipt and manifest of a completed migration, fetched from the tenant."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Final, NamedTuple

import anyio
import anyio.to_thread

from omt_core.api import CompletedMigration, Licence, ManifestEntry, MigrationKind, sentence
from omt_online.client.failures import strange_answer
from omt_online.client.session import TenantSession
from omt_online.errors import RESULT_NOT_GENUINE
from omt_online.verifying.public_key import PinnedKeyDamagedError, key_to_check_with
from omt_protocol.receipt import ManifestLineError, Receipt
from omt_protocol.receipt.signature import RECEIPT_LIMIT
from omt_protocol.result_files import (
    MANIFEST_FILE,
    RECEIPT_FILE,
    NotGenuineError,
    as_signed,
    completed_migration,
    has_result,
    refuse_unsigned,
    well_formed_receipt,
    write_pieces,
)
from omt_protocol.result_files import (
    manifest_entries as entries_of,
)

_PIECE: Final = 1 << 20
"""Bytes of a manifest that are read at once; it has a line for each file of the archive."""


class OpenedAs(NamedTuple):
    """What a migration was opened as, which its receipt must repeat."""

    known_as: str
    licence: Licence
    kind: MigrationKind


async def fetch_result(
    session: TenantSession,
    path: str,
    claim: Mapping[str, str],
    directory: Path,
    opened: OpenedAs,
    *,
    committed: Sequence[Path] = (),
) -> CompletedMigration:
    """Have `receipt.json` and `manifest.jsonl` in `directory`, the receipt last: once it is there, both are.

    What is there already, and is what the tenant hands out, is left as it is. The manifest is made of the `committed`
    ones of all stages, in the order of their names, where that is the one that was signed: it need not come over the
    line again. Raises `OnlineRefusedError` `result-not-genuine`, and keeps nothing, unless the pinned key signed both,
    and for this migration.
    """
    content = bytearray()
    async for piece in _pieces(session, f"{path}/receipt", claim):
        content += piece
        if len(content) > RECEIPT_LIMIT:
            break
    try:
        receipt = await anyio.to_thread.run_sync(_believed, bytes(content), directory, opened)
        if not await anyio.to_thread.run_sync(has_result, directory, receipt):
            is_signed = await anyio.to_thread.run_sync(_digest_of, committed) == receipt.header.manifest.digest
            manifest = _read(committed) if is_signed else _pieces(session, f"{path}/manifest", claim)
            async with aclosing(manifest):
                await write_pieces(directory / MANIFEST_FILE, as_signed(manifest, receipt.header))
            await write_pieces(directory / RECEIPT_FILE, _whole(receipt))
    except NotGenuineError as error:
        raise RESULT_NOT_GENUINE.error(
            sentence(
                "The migration is completed online, but what {host} handed out of it is not what was signed: {reason}.",
                host=session.host,
                reason=error,
            )
        ) from error
    return completed_migration(directory, receipt.header)


async def fetch_files(session: TenantSession, path: str, directory: Path) -> tuple[Path, Path]:
    """Write receipt and manifest into `directory` as the tenant hands them out, unchecked, and return both paths."""
    receipt, manifest = directory / RECEIPT_FILE, directory / MANIFEST_FILE
    for target, call in ((manifest, "manifest"), (receipt, "receipt")):
        await write_pieces(target, _pieces(session, f"{path}/{call}", {}))
    return receipt, manifest


async def manifest_entries(
    session: TenantSession, path: str, claim: Mapping[str, str]
) -> AsyncIterator[Sequence[ManifestEntry]]:
    """Yield the lines of the committed manifest in batches; memory does not grow with it."""
    try:
        async for batch in entries_of(_pieces(session, path, claim)):
            yield batch
    except ManifestLineError as error:
        raise strange_answer(
            session.host, sentence("a line of the manifest: {field}: {reason}", field=error.field, reason=error)
        ) from error


def _believed(content: bytes, directory: Path, opened: OpenedAs) -> Receipt:
    """Return the receipt if the key pinned in `directory` signed it for this migration. Raises `NotGenuineError`."""
    receipt = well_formed_receipt(content)
    try:
        key = key_to_check_with(directory / RECEIPT_FILE, receipt.header, None)
    except PinnedKeyDamagedError as error:
        raise NotGenuineError(str(error)) from error
    refuse_unsigned(receipt, key.public_key)
    header, licence = receipt.header, opened.licence
    for field, said, asked in (
        ("migration", header.migration, opened.known_as),
        ("kind", header.kind.value, opened.kind.value),
        ("owner", header.owner, licence.owner),
        ("serial", header.serial, licence.serial),
    ):
        if said != asked:
            raise NotGenuineError(
                sentence(
                    "receipt: {field} is {found}, but this migration has {asked}",
                    field=f"header.{field}",
                    found=said,
                    asked=asked,
                )
            )
    return receipt


def _digest_of(paths: Sequence[Path]) -> str | None:
    """Return the sha256 of files one behind the other; None where one is not there any more. Blocking."""
    digest = hashlib.sha256()
    try:
        for path in paths:
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()


async def _read(paths: Sequence[Path]) -> AsyncGenerator[bytes, None]:
    for path in paths:
        async with await anyio.open_file(path, "rb") as file:
            while piece := await file.read(_PIECE):
                yield piece


async def _whole(receipt: Receipt) -> AsyncIterator[bytes]:
    yield receipt.to_bytes()


async def _pieces(session: TenantSession, path: str, claim: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
    async with session.stream("GET", path, headers=claim) as answer:
        while True:
            with session.named_failures():
                piece = await answer.content.readany()
            if not piece:
                return
            yield piece

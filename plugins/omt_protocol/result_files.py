"""Receipt and manifest of a completed migration in the workspace: whole and durable, or not there at all."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from omt_core.api import WORKSPACE_NOT_WRITABLE, CompletedMigration, Finding, ManifestEntry, sentence
from omt_core.api.files import WholeFile
from omt_protocol.receipt import (
    ManifestCheck,
    ManifestLineError,
    Mismatch,
    Receipt,
    ReceiptFormatError,
    ReceiptHeader,
    check_signature,
    parse_line,
    parse_receipt,
)
from omt_protocol.receipt.manifest import LINE_LIMIT

RECEIPT_FILE: Final = "receipt.json"
MANIFEST_FILE: Final = "manifest.jsonl"
"""The manifest's name beside its receipt."""

_BATCH: Final = 2_000


class NotGenuineError(ValueError):
    """A receipt, or its manifest, is not what the key's owner signed of a migration; the message says in what."""


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


def well_formed_receipt(content: bytes) -> Receipt:
    """Read a receipt, not yet believed. Raises `NotGenuineError`."""
    try:
        return parse_receipt(content)
    except ReceiptFormatError as error:
        raise NotGenuineError(sentence("the receipt: {reason}", reason=error)) from error


def refuse_unsigned(receipt: Receipt, public_key: str) -> None:
    """Raise `NotGenuineError` unless this key signed the receipt, and it names no other."""
    _refuse(check_signature(receipt, public_key))


async def as_signed(pieces: AsyncIterator[bytes], header: ReceiptHeader) -> AsyncIterator[bytes]:
    """Pass a manifest on; memory does not grow with it.

    Raises `NotGenuineError`, at its end at the latest, unless it is the one that the receipt is about.
    """
    check = ManifestCheck(header)

    def take(lines: Sequence[bytes]) -> bytes:
        for line in lines:
            _refuse(check.take(line, parse_line(line)))
        return b"\n".join((*lines, b""))

    try:
        async for lines in manifest_lines(pieces):
            yield await anyio.to_thread.run_sync(take, lines)
    except ManifestLineError as error:
        raise NotGenuineError(
            sentence("a line of the manifest: {field}: {reason}", field=error.field, reason=error)
        ) from error
    _refuse(check.end())


def has_result(directory: Path, receipt: Receipt) -> bool:
    """Tell whether `directory` holds this receipt and the manifest that it is about. Blocking."""
    try:
        if (directory / RECEIPT_FILE).read_bytes() != receipt.to_bytes():
            return False
        with (directory / MANIFEST_FILE).open("rb") as manifest:
            return hashlib.file_digest(manifest, "sha256").hexdigest() == receipt.header.manifest.digest
    except OSError:
        return False


def _refuse(mismatches: Iterable[Mismatch]) -> None:
    for mismatch in mismatches:
        raise NotGenuineError(str(mismatch))


def completed_migration(directory: Path, header: ReceiptHeader, findings: Sequence[Finding] = ()) -> CompletedMigration:
    """Sum up the receipt that was written to `directory`."""
    return CompletedMigration(
        receipt=directory / RECEIPT_FILE,
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

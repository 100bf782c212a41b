"""The list of a dry run: a row for each file, with whether it would be sent, is there already, or stays behind."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from omt_core.api.drives import refuse_missing
from omt_core.api.files import WholeFile
from omt_core.api.items import ItemRecord, ItemState
from omt_core.api.language import translated
from omt_core.api.sentence import sentence
from omt_core.api.text import one_line, spreadsheet_cell
from omt_core.engine.errors import LIST_NOT_WRITABLE
from omt_core.journal import Journal

COLUMNS: Final = ("stage", "name", "bytes", "what", "reason", "detail", "path")
_WHAT: Final = {
    ItemState.PENDING: "send",
    ItemState.STARTED: "send",
    ItemState.CONFIRMED: "online already",
    ItemState.MISSING: "left behind",
    ItemState.FAILED: "left behind",
    ItemState.SKIPPED: "left behind",
}


async def write_list(journal: Journal, file: Path, language: str) -> None:
    """Write the list, whole or not at all, with details in the language. Raises `InputError` `list-not-writable`."""
    try:
        await anyio.to_thread.run_sync(refuse_missing, file)
        whole = await anyio.to_thread.run_sync(WholeFile, file)
        try:
            await anyio.to_thread.run_sync(whole.write, BOM_UTF8 + _written([COLUMNS]))
            async for batch in journal.items.records():
                await anyio.to_thread.run_sync(whole.write, _written(_rows(batch, language)))
            await anyio.to_thread.run_sync(whole.finish)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(whole.discard)
    except OSError as error:
        raise LIST_NOT_WRITABLE.error(
            sentence("The list cannot be written to {file}: {why}.", file=file, why=error.strerror or error)
        ) from error


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _rows(batch: Sequence[ItemRecord], language: str) -> list[tuple[str, ...]]:
    return [tuple(map(spreadsheet_cell, _cells(item, language))) for item in batch]


def _cells(item: ItemRecord, language: str) -> Iterator[str]:
    yield from (item.stage, one_line(item.name), str(item.size), _WHAT[item.state], item.reason)
    yield from (one_line(translated(item.detail, language)), one_line(item.location or ""))

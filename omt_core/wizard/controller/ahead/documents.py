"""What was sent ahead of the night and is there already, as the first page shows it before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio.to_thread

from omt_core.api.errors import InputError
from omt_core.api.files import temporary_folder
from omt_core.engine import facts
from omt_core.engine.result import file_totals
from omt_core.engine.upload.timings import past_transfers
from omt_core.engine.workspace import JOURNAL_FILE, existing
from omt_core.journal import Journal, copy_journal


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAhead:
    """Files and bytes that are confirmed online, of so many that are known, and when the last of them was sent."""

    files: int
    bytes: int
    files_known: int
    bytes_known: int
    at: datetime


async def sent_ahead(workspace: Path | None) -> SentAhead | None:
    """Read a copy of the journal; None where there is no one migration, or it is beyond its first upload."""
    try:
        folder = existing(workspace)
    except InputError:  # none yet, or several: which is meant is not known before the licence is read
        return None
    with temporary_folder() as temporary:
        copy = temporary / JOURNAL_FILE
        await anyio.to_thread.run_sync(copy_journal, folder / JOURNAL_FILE, copy)
        async with Journal.open(copy) as journal:
            past, pins = await past_transfers(journal), await journal.notes.pins()
            totals = await file_totals(journal)
    files = sum(total.confirmed_items for total in totals)
    if not past or not files or facts.STARTED in pins:
        return None
    return SentAhead(
        files=files,
        bytes=sum(total.confirmed_bytes for total in totals),
        files_known=sum(total.items for total in totals),
        bytes_known=sum(total.bytes for total in totals),
        at=past[-1].ended,
    )

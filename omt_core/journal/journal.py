"""The journal of one migration: everything that a restart needs, in one SQLite file with one writer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from omt_core.journal.file import JournalFile
from omt_core.journal.items import Items
from omt_core.journal.notes import Notes
from omt_core.journal.runs import Runs
from omt_core.journal.uploads import Uploads


class Journal:
    """The journal's four parts. A run begins with `runs.begin`, and what becomes of items belongs to a run.

    `items` and `uploads` are what a transfer works with (`TransferJournal`).
    """

    def __init__(self, file: JournalFile) -> None:
        self.runs = Runs(file)
        self.items = Items(file, self.runs)
        self.uploads = Uploads(file, self.runs, self.items)
        self.notes = Notes(file)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Journal]:
        """Open or make the journal at `path`. Raises `InputError` when it is damaged or of a newer tool."""
        file = JournalFile(path)
        try:
            yield cls(file)
        finally:
            await file.aclose()

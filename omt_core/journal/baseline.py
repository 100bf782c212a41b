"""The baseline of a recovery, read from the journal's file beside whoever writes to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from typing_extensions import override

from omt_core.api.baseline import Baseline, KnownFile
from omt_core.api.items import ItemRecord, ItemState
from omt_core.journal import items as item_rows
from omt_core.journal.connection import to_text

_AT_ONCE: Final = 5_000
_CONFIRMED: Final = """
SELECT coalesce(path, X''), size, mtime_ns, key FROM items WHERE stage = ? AND state = 'confirmed' ORDER BY path
"""
_LEFT: Final = ((ItemState.FAILED, ItemState.MISSING, ItemState.SKIPPED), (ItemState.PENDING, ItemState.STARTED))
"""All states but one, in groups that the journal has an index for."""


class JournalBaseline(Baseline):
    """The items of one stage. Each reading has a connection of its own: it sees the journal as it was at its start."""

    def __init__(self, journal: Path, stage: str) -> None:
        self._journal = journal
        self._stage = stage

    @override
    @contextmanager
    def confirmed(self) -> Iterator[Iterator[KnownFile]]:
        with closing(self._connect()) as connection:
            # SQLite sorts beyond its cache in a file, so that memory does not grow with the number of items.
            yield _files(connection.execute(_CONFIRMED, (self._stage,)))

    @override
    def left(self, limit: int) -> Sequence[ItemRecord]:
        with closing(self._connect()) as connection:
            groups = [item_rows.page(connection, states, stage=self._stage, after=b"", limit=limit) for states in _LEFT]
        return sorted((record for group in groups for record in group), key=lambda record: record.key)[:limit]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self._journal.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("PRAGMA cache_size = -16384")
        return connection


def _files(rows: sqlite3.Cursor) -> Iterator[KnownFile]:
    while batch := rows.fetchmany(_AT_ONCE):
        for path, size, mtime_ns, key in batch:
            yield KnownFile(to_text(path), size, mtime_ns, to_text(key))

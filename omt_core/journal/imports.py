"""Which stages are online as the journal has them: noted when an import is done, forgotten with the first change."""

from __future__ import annotations

import sqlite3


def note_all(connection: sqlite3.Connection) -> None:
    """Note that the tenant has imported every stage as it stands."""
    connection.execute("INSERT OR IGNORE INTO imported (stage) SELECT name FROM stages")


def forget(connection: sqlite3.Connection, stage: str) -> None:
    """Note that a stage is not what was imported any more. In the transaction that changes it."""
    connection.execute("DELETE FROM imported WHERE stage = ?", (stage,))


def is_imported(connection: sqlite3.Connection, stage: str) -> bool:
    """Tell whether nothing of a stage has changed since it was imported."""
    return connection.execute("SELECT 1 FROM imported WHERE stage = ?", (stage,)).fetchone() is not None

"""The shape of a journal: what it holds and how it stands, in numbers, without any name of an item or a person."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from omt_core.api.files import sqlite_uri

_COUNTED = """
SELECT stage, state, reason, count(*), coalesce(sum(size), 0) FROM items GROUP BY stage, state, reason ORDER BY 1, 2, 3
"""


def shape_of(path: Path) -> dict[str, Any]:
    """Return the schema with the number of rows, items by stage, state and reason, runs with their phases. Blocking."""
    with closing(sqlite3.connect(sqlite_uri(path.absolute()), uri=True)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return {
            "schema_version": version,
            "tables": [_table(connection, name) for name in _names(connection)],
            "items": [
                dict(zip(("stage", "state", "reason", "count", "bytes"), row, strict=True))
                for row in connection.execute(_COUNTED)
            ],
            "pins": [name for (name,) in connection.execute("SELECT name FROM pins ORDER BY name")],
            "runs": _runs(connection),
        }


def _names(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in found if not name.startswith("sqlite_")]


def _table(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
    (rows,) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
    return {"name": name, "columns": columns, "rows": rows}


def _runs(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    told = connection.execute(
        "SELECT number, started, finished, seconds, mode, baseline, exit_code, sent_bytes, error FROM runs"
        " ORDER BY number"
    ).fetchall()
    return [
        {
            "number": number,
            "started": started,
            "finished": finished,
            "seconds": seconds,
            "mode": mode,
            "baseline_only": bool(baseline),
            "exit_code": exit_code,
            "sent_bytes": sent_bytes,
            "error": error.partition(":")[0],  # its code; the words after it may name anybody
            "phases": [
                {"phase": phase, "started": since, "finished": until, "seconds": lasted}
                for phase, since, until, lasted in connection.execute(
                    "SELECT phase, started, finished, seconds FROM phases WHERE run = ? ORDER BY position", (number,)
                )
            ],
        }
        for number, started, finished, seconds, mode, baseline, exit_code, sent_bytes, error in told
    ]

"""Items in the journal, and what becomes of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from omt_core.api.errors import OmtError
from omt_core.api.items import ItemRecord, ItemState, TablePart
from omt_core.api.journal import ItemId, Outcome
from omt_core.api.stages import StageTotals
from omt_core.journal import imports
from omt_core.journal.connection import to_blob, to_text
from omt_core.journal.model import may_move

GONE_SHOWN: Final = 1_000
"""How many items that an inventory did not find any more are told one by one."""

_COLUMNS: Final = (
    "items.stage, key, items.name, path, size, mtime_ns, state, reason, detail, digest, attempt, part, candidates, "
    "coalesce(stages.plugin, '')"
)
_FROM: Final = "FROM items LEFT JOIN stages ON stages.name = items.stage"

_STATES: Final = {state.value: state for state in ItemState}

_COUNTS: Final = (
    "items", "bytes", "confirmed_items", "confirmed_bytes", "sent_items", "skipped_items", "skipped_bytes", "missing",
    "failed", "left_out",
)  # fmt: skip


def read_items(connection: sqlite3.Connection, condition: str, parameters: Sequence[object]) -> Sequence[ItemRecord]:
    """Return the items for which a condition in SQL holds, in the order that it names."""
    return _records(connection.execute(f"SELECT {_COLUMNS} {_FROM} WHERE {condition}", parameters))


def page(
    connection: sqlite3.Connection, states: Sequence[ItemState], *, stage: str, after: bytes, limit: int
) -> Sequence[ItemRecord]:
    """Return the next items of a stage in these states (all when none is named), in the order of their keys."""
    # Sorted, as in the conditions of the indexes: SQLite compares these as they are written.
    chosen = f"AND {_is_one_of(sorted(states))}" if states else ""
    return read_items(connection, f"stage = ? AND key > ? {chosen} ORDER BY key LIMIT ?", (stage, after, limit))


def named(connection: sqlite3.Connection, stage: str, keys: Sequence[str]) -> Sequence[ItemRecord]:
    """Return those of these items that are known, sorted by key."""
    marks = ", ".join("?" * len(keys))
    return read_items(connection, f"stage = ? AND key IN ({marks}) ORDER BY key", (stage, *map(to_blob, keys)))


# From each stage to the next by the key, instead of through all items.
_STAGES: Final = """
WITH RECURSIVE names (stage) AS (
  SELECT min(stage) FROM items
  UNION ALL SELECT (SELECT min(stage) FROM items WHERE stage > names.stage) FROM names WHERE stage IS NOT NULL
)
SELECT stage FROM names WHERE stage IS NOT NULL
"""


def stages_with_items(connection: sqlite3.Connection) -> Sequence[str]:
    """Return the names of all stages that have items, sorted."""
    return [name for (name,) in connection.execute(_STAGES)]


def note_digests(connection: sqlite3.Connection, found: Mapping[ItemId, tuple[str, int, int]]) -> None:
    """Note digest, size and time as they were read."""
    connection.executemany(
        "UPDATE items SET digest = ?, size = ?, mtime_ns = ? WHERE stage = ? AND key = ?",
        (
            (bytes.fromhex(digest), size, mtime_ns, stage, to_blob(key))
            for (stage, key), (digest, size, mtime_ns) in found.items()
        ),
    )


_SETTLE: Final = """
UPDATE items SET state = :state, reason = :reason, detail = :detail, digest = coalesce(:digest, digest),
  size = coalesce(:size, size), mtime_ns = coalesce(:mtime_ns, mtime_ns),
  confirmed_run = CASE
    WHEN :state <> 'confirmed' THEN confirmed_run
    WHEN confirmed_digest IS coalesce(:digest, digest) AND NOT :sent THEN confirmed_run
    ELSE :run END,
  confirmed_digest = CASE WHEN :state = 'confirmed' THEN coalesce(:digest, digest) ELSE confirmed_digest END
WHERE stage = :stage AND key = :key AND {before}
"""


def settle(connection: sqlite3.Connection, run: int, outcomes: Iterable[Outcome]) -> None:
    """Note what became of items, all of them or none.

    Content that was confirmed before under the same digest and was not sent again keeps the run that confirmed it.
    Raises `OmtError` `journal-move-not-allowed` for an unknown item or an impossible change of state, which is a fault
    of the caller.
    """
    by_state: dict[ItemState, list[Outcome]] = {}
    for outcome in outcomes:
        by_state.setdefault(outcome.state, []).append(outcome)
    for stage in {stage for settled in by_state.values() for stage, _ in (outcome.id for outcome in settled)}:
        imports.forget(connection, stage)
    for state, settled in by_state.items():
        statement = _SETTLE.format(before=_is_one_of([one for one in ItemState if may_move(one, state)]))
        changed = connection.executemany(statement, (_outcome_row(outcome, run) for outcome in settled)).rowcount
        if changed != len(settled):
            raise OmtError(
                "journal-move-not-allowed",
                f"{len(settled) - changed} items cannot become {state.value} from where they are.",
                "This is a fault in a transfer plugin; please report it with the log file.",
            )


def mark_started(connection: sqlite3.Connection, ids: Iterable[ItemId]) -> None:
    """Note that an attempt to send these items begins."""
    connection.executemany(
        """
        UPDATE items SET state = 'started', attempt = attempt + 1
        WHERE stage = ? AND key = ? AND state <> 'confirmed'
        """,
        ((stage, to_blob(key)) for stage, key in ids),
    )


def forget_stage(connection: sqlite3.Connection, stage: str) -> None:
    """Forget all items of a stage."""
    imports.forget(connection, stage)
    connection.execute("DELETE FROM items WHERE stage = ?", (stage,))


def adopt(connection: sqlite3.Connection, entries: Sequence[tuple[str, str, str, int, str | None, str]]) -> None:
    """Take over manifest lines (stage, key, name, size, digest, reason) that only the tenant still knows.

    The time on disk is not in a manifest, so that the next inventory hashes each file once and then skips it.
    """
    for stage in {entry[0] for entry in entries}:
        imports.forget(connection, stage)
    connection.executemany(
        """
        INSERT OR REPLACE INTO items (stage, key, name, size, mtime_ns, state, reason, detail, digest, confirmed_digest,
          confirmed_run, seen_run) VALUES (?, ?, ?, ?, -1, ?, ?, X'', ?, ?, 0, 0)
        """,
        (
            (
                stage,
                to_blob(key),
                to_blob(name),
                size,
                (ItemState.MISSING if digest is None else ItemState.CONFIRMED).value,
                reason,
                None if digest is None else bytes.fromhex(digest),
                None if digest is None else bytes.fromhex(digest),
            )
            for stage, key, name, size, digest, reason in entries
        ),
    )


def totals(connection: sqlite3.Connection, run: int, stage: str) -> Mapping[str, StageTotals]:
    """Count items and bytes of a stage, as `run` sees them; the answer is empty if it has none."""
    rows = connection.execute(
        """
        SELECT stage, count(*), sum(size),
          sum(state = 'confirmed'), sum(iif(state = 'confirmed', size, 0)),
          sum(state = 'confirmed' AND confirmed_run = :run),
          sum(state = 'confirmed' AND confirmed_run < :run),
          sum(iif(state = 'confirmed' AND confirmed_run < :run, size, 0)),
          sum(state = 'missing'), sum(state = 'failed'), sum(state = 'skipped')
        FROM items WHERE stage = :stage GROUP BY stage
        """,
        {"run": run, "stage": stage},
    )
    return {name: StageTotals(stage=name, **dict(zip(_COUNTS, counts, strict=True))) for name, *counts in rows}


def _is_one_of(states: Sequence[ItemState]) -> str:
    """Return the condition as the indexes have it: SQLite puts a list into a temporary table, row by row."""
    alternatives = " OR ".join(f"state = '{state.value}'" for state in states)
    return f"({alternatives})"


def _outcome_row(outcome: Outcome, run: int) -> dict[str, object]:
    stage, key = outcome.id
    return {
        "state": outcome.state.value,
        "reason": outcome.reason,
        "detail": to_blob(outcome.detail),
        "digest": None if outcome.digest is None else bytes.fromhex(outcome.digest),
        "size": outcome.size,
        "mtime_ns": outcome.mtime_ns,
        "sent": outcome.sent,
        "run": run,
        "stage": stage,
        "key": to_blob(key),
    }


def _records(rows: Iterable[tuple[Any, ...]]) -> Sequence[ItemRecord]:
    return [_record_of(row) for row in rows]


def _record_of(row: tuple[Any, ...]) -> ItemRecord:
    stage, key, name, path, size, mtime_ns, state, reason, detail, digest, attempt, part, candidates, plugin = row
    return ItemRecord(
        stage,
        to_text(key),
        to_text(name),
        None if path is None else to_text(path),
        size,
        mtime_ns,
        _STATES[state],
        reason,
        to_text(detail) if detail else "",
        None if digest is None else digest.hex(),
        attempt,
        plugin,
        None if part is None else _part(json.loads(part)),
        () if candidates is None else tuple(json.loads(candidates)),
    )


def _part(fields: dict[str, Any]) -> TablePart:
    return TablePart(**{**fields, "omitted_columns": tuple(fields["omitted_columns"])})

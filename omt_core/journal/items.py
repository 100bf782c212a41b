"""Items in the journal: what the inventory saw, and what became of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, Final

from omt_core.api.errors import OmtError
from omt_core.api.items import Item, ItemRecord, ItemState, Presence, StageTotals, TablePart
from omt_core.api.journal import ItemId, Outcome
from omt_core.journal.connection import to_blob, to_text
from omt_core.journal.model import STATE_OF_PRESENCE, may_move

_GONE_SHOWN: Final = 1_000
_COLUMNS: Final = (
    "items.stage, key, items.name, path, size, mtime_ns, state, reason, detail, digest, attempt, part, candidates, "
    "coalesce(stages.plugin, '')"
)
_FROM: Final = "FROM items LEFT JOIN stages ON stages.name = items.stage"

# A found item that is confirmed and unchanged stays confirmed; a digest is kept as long as size and time are.
_RECORD: Final = """
INSERT INTO items (stage, key, name, path, size, mtime_ns, state, reason, detail, seen_run, part, candidates)
VALUES (:stage, :key, :name, :path, :size, :mtime_ns, :state, :reason, :detail, :run, :part, :candidates)
ON CONFLICT (stage, key) DO UPDATE SET
  name = excluded.name, path = excluded.path, seen_run = excluded.seen_run, part = excluded.part,
  state = CASE WHEN size = excluded.size AND mtime_ns = excluded.mtime_ns AND state = 'confirmed'
               THEN 'confirmed' ELSE excluded.state END,
  digest = CASE WHEN size = excluded.size AND mtime_ns = excluded.mtime_ns THEN digest END,
  size = excluded.size, mtime_ns = excluded.mtime_ns, reason = excluded.reason, detail = excluded.detail,
  candidates = excluded.candidates
"""
# What is verified online is not lost because its file is gone from the disk, or cannot be read, now.
_RECORD_ABSENT: Final = f"{_RECORD} WHERE items.state <> 'confirmed'"

_COUNTS: Final = (
    "items", "bytes", "confirmed_items", "confirmed_bytes", "sent_items", "skipped_items", "skipped_bytes", "missing",
    "failed", "left_out",
)  # fmt: skip


def record(connection: sqlite3.Connection, run: int, items: Sequence[Item], *, baseline_only: bool) -> Sequence[Item]:
    """Note one batch of one stage; returns those not noted because no earlier run knew them."""
    unknown: list[Item] = []
    if baseline_only and items:
        known = _known_keys(connection, items[0].stage, [item.key for item in items])
        unknown = [item for item in items if item.key not in known and item.presence is not Presence.ORPHAN]
        left = {item.key for item in unknown}
        items = [item for item in items if item.key not in left]
    found = [item for item in items if item.presence is Presence.FOUND]
    absent = [item for item in items if item.presence is not Presence.FOUND]
    connection.executemany(_RECORD, (_row(item, run) for item in found))
    connection.executemany(_RECORD_ABSENT, (_row(item, run) for item in absent))
    if absent:
        connection.executemany(
            "UPDATE items SET seen_run = ? WHERE stage = ? AND key = ?",
            ((run, item.stage, to_blob(item.key)) for item in absent),
        )
    return unknown


def forget_unseen(connection: sqlite3.Connection, run: int, stage: str, *, keep: bool) -> Sequence[ItemRecord]:
    """Return the first items of a stage that `run` has not seen; forget them all unless they are to be kept."""
    gone = _records(
        connection.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE stage = ? AND seen_run < ? ORDER BY key LIMIT ?",
            (stage, run, _GONE_SHOWN),
        )
    )
    if not keep:
        connection.execute("DELETE FROM items WHERE stage = ? AND seen_run < ?", (stage, run))
    return gone


def page(
    connection: sqlite3.Connection, states: Sequence[ItemState], *, stage: str, after: bytes, limit: int
) -> Sequence[ItemRecord]:
    """Return the next items of a stage in these states (all when none is named), in the order of their keys."""
    marks = ", ".join(f"'{state.value}'" for state in states)
    chosen = f"AND state IN ({marks})" if marks else ""
    return _records(
        connection.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE stage = ? AND key > ? {chosen} ORDER BY key LIMIT ?",
            (stage, after, limit),
        )
    )


def stages_with_items(connection: sqlite3.Connection) -> Sequence[str]:
    """Return the names of all stages that have items, sorted."""
    return [name for (name,) in connection.execute("SELECT DISTINCT stage FROM items ORDER BY stage")]


def note_digests(connection: sqlite3.Connection, found: Mapping[ItemId, tuple[str, int, int]]) -> None:
    """Note digest, size and time as they were read."""
    connection.executemany(
        "UPDATE items SET digest = ?, size = ?, mtime_ns = ? WHERE stage = ? AND key = ?",
        (
            (bytes.fromhex(digest), size, mtime_ns, stage, to_blob(key))
            for (stage, key), (digest, size, mtime_ns) in found.items()
        ),
    )


def confirmed_digests(connection: sqlite3.Connection, digests: Sequence[str]) -> frozenset[str]:
    """Return those of the digests that a confirmed item has."""
    rest = iter(digests)
    known: set[str] = set()
    while chunk := list(islice(rest, 500)):
        marks = ", ".join("?" * len(chunk))
        rows = connection.execute(
            f"SELECT DISTINCT digest FROM items WHERE state = 'confirmed' AND digest IN ({marks})",
            [bytes.fromhex(digest) for digest in chunk],
        )
        known.update(digest.hex() for (digest,) in rows)
    return frozenset(known)


_SETTLE: Final = """
UPDATE items SET state = :state, reason = :reason, detail = :detail, digest = coalesce(:digest, digest),
  size = coalesce(:size, size), mtime_ns = coalesce(:mtime_ns, mtime_ns),
  confirmed_run = CASE
    WHEN :state <> 'confirmed' THEN confirmed_run
    WHEN confirmed_digest IS coalesce(:digest, digest) AND NOT :sent THEN confirmed_run
    ELSE :run END,
  confirmed_digest = CASE WHEN :state = 'confirmed' THEN coalesce(:digest, digest) ELSE confirmed_digest END
WHERE stage = :stage AND key = :key AND state IN ({before})
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
    for state, settled in by_state.items():
        before = ", ".join(f"'{one.value}'" for one in ItemState if may_move(one, state))
        statement = _SETTLE.format(before=before)
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


def adopt(connection: sqlite3.Connection, entries: Iterable[tuple[str, str, str, int, str | None, str]]) -> None:
    """Take over manifest lines (stage, key, name, size, digest, reason) that only the tenant still knows.

    The time on disk is not in a manifest, so that the next inventory hashes each file once and then skips it.
    """
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


def totals(connection: sqlite3.Connection, run: int) -> Mapping[str, StageTotals]:
    """Count items and bytes of each stage, as `run` sees them."""
    rows = connection.execute(
        """
        SELECT stage, count(*), sum(size),
          sum(state = 'confirmed'), sum(iif(state = 'confirmed', size, 0)),
          sum(state = 'confirmed' AND confirmed_run = :run),
          sum(state = 'confirmed' AND confirmed_run < :run),
          sum(iif(state = 'confirmed' AND confirmed_run < :run, size, 0)),
          sum(state = 'missing'), sum(state = 'failed'), sum(state = 'skipped')
        FROM items GROUP BY stage
        """,
        {"run": run},
    )
    return {stage: StageTotals(stage=stage, **dict(zip(_COUNTS, counts, strict=True))) for stage, *counts in rows}


def _known_keys(connection: sqlite3.Connection, stage: str, keys: Sequence[str]) -> frozenset[str]:
    rest = iter(keys)
    known: set[str] = set()
    while chunk := list(islice(rest, 500)):
        marks = ", ".join("?" * len(chunk))
        rows = connection.execute(
            f"SELECT key FROM items WHERE stage = ? AND key IN ({marks})", [stage, *map(to_blob, chunk)]
        )
        known.update(to_text(key) for (key,) in rows)
    return frozenset(known)


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


def _row(item: Item, run: int) -> dict[str, object]:
    return {
        "stage": item.stage,
        "key": to_blob(item.key),
        "name": to_blob(item.name),
        "path": None if item.path is None else to_blob(str(item.path)),
        "size": item.size,
        "mtime_ns": item.mtime_ns,
        "state": STATE_OF_PRESENCE[item.presence].value,
        "reason": item.reason,
        "detail": to_blob(item.detail),
        "run": run,
        "part": None if item.part is None else json.dumps(asdict(item.part)),
        "candidates": json.dumps(item.candidates) if item.candidates else None,
    }


def _records(rows: Iterable[tuple[Any, ...]]) -> Sequence[ItemRecord]:
    return [_record_of(row) for row in rows]


def _record_of(row: tuple[Any, ...]) -> ItemRecord:
    stage, key, name, path, size, mtime_ns, state, reason, detail, digest, attempt, part, candidates, plugin = row
    return ItemRecord(
        stage=stage,
        key=to_text(key),
        name=to_text(name),
        path=None if path is None else Path(to_text(path)),
        size=size,
        mtime_ns=mtime_ns,
        state=ItemState(state),
        reason=reason,
        detail=to_text(detail),
        digest=None if digest is None else digest.hex(),
        attempt=attempt,
        plugin=plugin,
        part=None if part is None else _part(json.loads(part)),
        candidates=() if candidates is None else tuple(json.loads(candidates)),
    )


def _part(fields: dict[str, Any]) -> TablePart:
    return TablePart(**{**fields, "omitted_columns": tuple(fields["omitted_columns"])})

"""Items as the journal has them: one by one by their keys, counted by stage, and as the baseline of a recovery."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from omt_core.api.files import sqlite_uri
from omt_core.api.items import Expected, ItemRecord, ItemState, SettledItem, TablePart
from omt_core.api.sentence import Sentence, parts_of, sentence_of
from omt_core.api.stages import Baseline, KnownFile, KnownFolders, StageTotals
from omt_core.journal.file import to_blob, to_text
from omt_core.journal.imported import known_folders, totals_of
from omt_core.journal.states import UNCONFIRMED, is_one_of

_COLUMNS: Final = (
    "items.stage, key, items.name, path, size, mtime_ns, state, reason, detail, digest, attempt, part, candidates, "
    "expected, coalesce(stages.plugin, '')"
)
_FROM: Final = "FROM items LEFT JOIN stages ON stages.name = items.stage"

_STATES: Final = {state.value: state for state in ItemState}


def read_items(connection: sqlite3.Connection, condition: str, parameters: Sequence[object]) -> Sequence[ItemRecord]:
    """Return the items for which a condition in SQL holds, in the order that it names."""
    rows = connection.execute(f"SELECT {_COLUMNS} {_FROM} WHERE {condition}", parameters)
    return [_record_of(row) for row in rows]


def page(
    connection: sqlite3.Connection, states: Sequence[ItemState], *, stage: str, after: bytes, limit: int
) -> Sequence[ItemRecord]:
    """Return the next items of a stage in these states (all when none is named), in the order of their keys."""
    conditions = [is_one_of(states) if states else "TRUE"]
    if states and ItemState.CONFIRMED not in states:
        # By the conditions of the indexes, word for word: SQLite finds few among a million by nothing else.
        kept = {group: [state for state in group if state in states] for group in UNCONFIRMED}
        conditions = [f"{is_one_of(group)} AND {is_one_of(some)}" for group, some in kept.items() if some]
    found = [
        record
        for condition in conditions
        for record in read_items(
            connection, f"stage = ? AND key > ? AND {condition} ORDER BY key LIMIT ?", (stage, after, limit)
        )
    ]
    return sorted(found, key=attrgetter("key"))[:limit]


_SETTLED: Final = """
SELECT key, name, size, state, reason, digest, part FROM items WHERE stage = ? AND key > ? ORDER BY key LIMIT ?
"""


def settled_page(connection: sqlite3.Connection, *, stage: str, after: bytes, limit: int) -> Sequence[SettledItem]:
    """Return the next items of a stage as its manifest tells them, in the order of their keys."""
    return [
        SettledItem(
            stage,
            to_text(key),
            to_text(name),
            size,
            _STATES[state],
            reason,
            None if digest is None else digest.hex(),
            None if part is None else _part(json.loads(part)),
        )
        for key, name, size, state, reason, digest, part in connection.execute(_SETTLED, (stage, after, limit))
    ]


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


_TOTALS: Final = """
SELECT stage, count(*), sum(size),
  sum(state = 'confirmed'), sum(iif(state = 'confirmed', size, 0)),
  sum(state = 'confirmed' AND confirmed_run = :run),
  sum(state = 'confirmed' AND confirmed_run < :run),
  sum(iif(state = 'confirmed' AND confirmed_run < :run, size, 0)),
  sum(state = 'missing'), sum(state = 'failed'), sum(state = 'skipped'),
  sum(iif(state IN ('missing', 'failed', 'skipped'), size, 0))
FROM items WHERE stage = :stage GROUP BY stage
"""
_COUNTS: Final = (
    "items", "bytes", "confirmed_items", "confirmed_bytes", "sent_items", "skipped_items", "skipped_bytes", "missing",
    "failed", "left_out", "left_behind_bytes",
)  # fmt: skip


def counted(connection: sqlite3.Connection, run: int, stage: str) -> StageTotals | None:
    """Count the items of a stage as `run` sees them; None where there are none."""
    row = connection.execute(_TOTALS, {"run": run, "stage": stage}).fetchone()
    return None if row is None else StageTotals(stage=row[0], **dict(zip(_COUNTS, row[1:], strict=True)))


class Counts:
    """The totals of one run, which alone changes items; with a million items a count takes a second.

    Counted once, and again only after a change. To be used on the journal's thread only.
    """

    def __init__(self) -> None:
        self._run = 0
        self._known: dict[str, StageTotals] = {}

    def changed(self, stages: Iterable[str]) -> None:
        """Forget what was counted of these stages, in the transaction that changes their items."""
        for stage in stages:
            self._known.pop(stage, None)

    def of(self, connection: sqlite3.Connection, run: int, stages: Iterable[str]) -> Mapping[str, StageTotals]:
        """Return the totals of those of these stages that have items, as `run` sees them."""
        if run != self._run:
            self._run, self._known = run, {}
        for stage in stages:
            if stage not in self._known:
                found = totals_of(connection, run, stage) or counted(connection, run, stage)
                if found is not None:
                    self._known[stage] = found
        return {stage: self._known[stage] for stage in stages if stage in self._known}


_AT_ONCE: Final = 5_000
_CONFIRMED: Final = """
SELECT coalesce(path, X''), size, mtime_ns, key, ctime_ns FROM items
WHERE stage = ? AND state = 'confirmed' ORDER BY path
"""
_CONFIRMED_IN: Final = """
SELECT coalesce(path, X''), size, mtime_ns, key, ctime_ns FROM items
WHERE stage = ? AND state = 'confirmed' AND ({places}) ORDER BY path
"""
_FOLDERS_AT_ONCE: Final = 16
"""Of more folders all files are read: SQLite compares each path with each of these."""


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
    @contextmanager
    def confirmed_in(self, folders: Collection[str]) -> Iterator[Iterator[KnownFile]]:
        if not folders:
            yield iter(())
            return
        wanted = frozenset(folders)
        statement, bounds = _CONFIRMED, []
        if len(wanted) <= _FOLDERS_AT_ONCE:
            # Between a folder's separator and what comes behind that lies all that is in it, at whatever depth.
            bounds = [to_blob(folder + end) for folder in sorted(wanted) for end in (os.sep, chr(ord(os.sep) + 1))]
            statement = _CONFIRMED_IN.format(places=" OR ".join(["path > ? AND path < ?"] * len(wanted)))
        with closing(self._connect()) as connection:
            files = _files(connection.execute(statement, (self._stage, *bounds)))
            yield (file for file in files if file.path.rpartition(os.sep)[0] in wanted)

    @override
    def folders(self) -> KnownFolders | None:
        with closing(self._connect()) as connection:
            return known_folders(connection, self._stage)

    @override
    def left(self, limit: int) -> Sequence[ItemRecord]:
        with closing(self._connect()) as connection:
            return page(connection, tuple(chain(*UNCONFIRMED)), stage=self._stage, after=b"", limit=limit)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(sqlite_uri(self._journal.absolute()), uri=True, timeout=10)
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("PRAGMA cache_size = -16384")
        return connection


def _files(rows: sqlite3.Cursor) -> Iterator[KnownFile]:
    while batch := rows.fetchmany(_AT_ONCE):
        for path, size, mtime_ns, key, ctime_ns in batch:
            yield KnownFile(to_text(path), size, mtime_ns, to_text(key), ctime_ns)


def _record_of(row: tuple[Any, ...]) -> ItemRecord:
    stage, key, name, path, size, mtime_ns, state, reason, detail, digest, attempt, part, *last = row
    candidates, expected, plugin = last
    return ItemRecord(
        stage,
        to_text(key),
        to_text(name),
        None if path is None else to_text(path),
        size,
        mtime_ns,
        _STATES[state],
        reason,
        _words(detail) if detail else "",
        None if digest is None else digest.hex(),
        attempt,
        plugin,
        None if part is None else _part(json.loads(part)),
        () if candidates is None else tuple(json.loads(candidates)),
        None if expected is None else Expected(**json.loads(expected)),
    )


def stored_words(words: str) -> bytes | str:
    """Return the detail of an item as it is stored: JSON of how a sentence was made, or else the words as a blob."""
    if not words:
        return b""
    if not isinstance(words, Sentence):
        return to_blob(words)
    return json.dumps({"text": words, **(parts_of(words) or {})})


def _words(stored: bytes | str) -> str:
    if isinstance(stored, bytes):
        return to_text(stored)
    parts = json.loads(stored)
    return sentence_of(parts["text"], parts)


def _part(fields: dict[str, Any]) -> TablePart:
    return TablePart(**{**fields, "omitted_columns": tuple(fields["omitted_columns"])})

"""The inventory in the journal: what is new, what has changed, what is as it was, and what is gone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice, repeat
from typing import Any, Final, TypeAlias

from omt_core.api.items import FoundFiles, InventoryState, Item, ItemRecord, ItemState
from omt_core.journal.file import to_blob, to_text
from omt_core.journal.item_rows import read_items, stored_words
from omt_core.journal.states import STATE_OF_PRESENCE

_ROWS_ASKED: Final = 500

_Told: TypeAlias = tuple[Any, ...]
"""What an inventory tells of an item, in the order of `_TOLD` and encoded as it is stored."""

_TOLD: Final = "name, path, size, mtime_ns, state, reason, part, candidates, ctime_ns, detail, expected"
_STATE: Final = 4
_STATE_OF: Final = {presence: state.value for presence, state in STATE_OF_PRESENCE.items()}
_PLACE: Final = slice(0, 4)
"""Name, path, size and time: by these a found item that is confirmed is the one that was confirmed."""

_PART, _CHANGE, _WORDS, _CONFIRMED_RUN = 6, 8, 9, 11

# A stage that tells of a key twice is known by what it told last.
_INSERT: Final = (
    f"INSERT OR REPLACE INTO items (stage, key, seen_run, {_TOLD}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

# A found item that is confirmed and unchanged stays confirmed; a digest is kept as long as size and times are. A time
# of change of 0 is not known. What is to be compared by content is read again whatever its stamp.
_UNCHANGED: Final = "size = ?6 AND mtime_ns = ?7 AND (ctime_ns = ?12 OR ctime_ns = 0 OR ?12 = 0) AND NOT ?15"
_UPDATE: Final = f"""
UPDATE items SET seen_run = ?3, name = ?4, path = ?5, part = ?10, candidates = ?11, reason = ?9, detail = ?13,
  state = CASE WHEN {_UNCHANGED} AND state = 'confirmed' THEN 'confirmed' ELSE ?8 END,
  digest = CASE WHEN {_UNCHANGED} THEN digest END, size = ?6, mtime_ns = ?7, ctime_ns = ?12,
  expected = ?14
WHERE stage = ?1 AND key = ?2
"""
_OF_NOBODY: Final = "state = 'skipped' AND path IS NOT NULL"
"""A file that is left on site; what the database refers to and is left has no path."""

_ANEW: Final = "UPDATE items SET detail = ?, expected = ? WHERE stage = ? AND key = ?"
_SEEN: Final = "UPDATE items SET seen_run = ? WHERE stage = ? AND key = ?"


def record(
    connection: sqlite3.Connection, run: int, items: Sequence[Item], *, baseline_only: bool, by_content: bool = False
) -> Sequence[Item]:
    """Note one batch of one stage; returns those not noted because no earlier run knew them.

    An item that is as the journal has it costs a look, and leaves the stage's manifest as it is.
    """
    if not items:
        return ()
    files = items if isinstance(items, FoundFiles) else None
    stage = items[0].stage if files is None else files.stage
    keys = list(map(to_blob, (item.key for item in items) if files is None else files.keys))
    before = _before(connection, stage, keys)
    unknown: list[Item] = []
    added: list[_Told] = []
    changed: list[tuple[Any, ...]] = []
    seen: list[tuple[int, str, bytes]] = []
    told_anew: list[tuple[Any, ...]] = []
    for place, (key, told) in enumerate(
        zip(keys, map(_told, items) if files is None else _told_of(files), strict=True)
    ):
        known = before.get(key)
        if known is None and baseline_only and items[place].presence is not InventoryState.ORPHAN:
            unknown.append(items[place])
        elif known is None:
            added.append((stage, key, run, *told))
        elif _is_as_before(known, told, trusted=not by_content or known[_CONFIRMED_RUN] == run):
            seen.append((run, stage, key))
            if known[_WORDS:_CONFIRMED_RUN] != told[_WORDS:] and known[_STATE] != ItemState.CONFIRMED.value:
                # What is said of a file that stays behind changes nothing that is online: the import stays as it is.
                told_anew.append((*told[_WORDS:], stage, key))
        else:
            changed.append((stage, key, run, *told, by_content))
    if added or changed:
        invalidate_import(connection, stage)
    connection.executemany(_INSERT, added)
    connection.executemany(_UPDATE, changed)
    connection.executemany(_SEEN, seen)
    connection.executemany(_ANEW, told_anew)
    return unknown


def finish(connection: sqlite3.Connection, run: int, stage: str, *, keep: bool, shown: int) -> Sequence[ItemRecord]:
    """Return the first `shown` items of a stage that `run` has not seen; forget all such unless they are to be kept.

    Files that belonged to nobody are forgotten in any case: nothing online refers to them.
    """
    if keep:
        unseen = connection.execute(
            f"SELECT key FROM items WHERE stage = ? AND seen_run < ? AND {_OF_NOBODY}", (stage, run)
        ).fetchall()
        forget_files_of_nobody(connection, stage, [to_text(key) for (key,) in unseen])
    gone = read_items(connection, "stage = ? AND seen_run < ? ORDER BY key LIMIT ?", (stage, run, shown))
    if gone and not keep:
        invalidate_import(connection, stage)
        connection.execute("DELETE FROM items WHERE stage = ? AND seen_run < ?", (stage, run))
    return gone


def forget_files_of_nobody(connection: sqlite3.Connection, stage: str, keys: Iterable[str]) -> None:
    """Forget those of these items that are files which belonged to nothing in the database."""
    forgotten = 0
    for some in _portions(map(to_blob, keys)):
        places = ", ".join("?" * len(some))
        forgotten += connection.execute(
            f"DELETE FROM items WHERE stage = ? AND {_OF_NOBODY} AND key IN ({places})", (stage, *some)
        ).rowcount
    if forgotten:
        invalidate_import(connection, stage)


def invalidate_import(connection: sqlite3.Connection, stage: str) -> None:
    """Note that a stage is not what was imported any more. In the transaction that changes it."""
    connection.execute("DELETE FROM imported WHERE stage = ?", (stage,))


def _before(connection: sqlite3.Connection, stage: str, keys: Sequence[bytes]) -> Mapping[bytes, _Told]:
    (last,) = connection.execute("SELECT max(key) FROM items WHERE stage = ?", (stage,)).fetchone()
    if last is None or last < min(keys):  # as in a first upload, batch after batch
        return {}
    return {
        row[0]: row[1:]
        for some in _portions(keys)
        for row in connection.execute(
            f"SELECT key, {_TOLD}, confirmed_run FROM items WHERE stage = ? AND key IN ({', '.join('?' * len(some))})",
            (stage, *some),
        )
    }


def _portions(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(keys)
    while some := list(islice(rest, _ROWS_ASKED)):
        yield some


def _is_as_before(known: _Told, told: _Told, *, trusted: bool) -> bool:
    if known[_STATE] == ItemState.CONFIRMED.value:
        # What is verified online is not lost because its file is gone from the disk, or cannot be read, now.
        return told[_STATE] != _STATE_OF[InventoryState.FOUND] or (
            trusted
            and known[_PLACE] == told[_PLACE]
            and known[_PART] == told[_PART]
            and (known[_CHANGE] == told[_CHANGE] or 0 in {known[_CHANGE], told[_CHANGE]})
        )
    return known[:_WORDS] == told[:_WORDS]


def _told_of(files: FoundFiles) -> Iterator[_Told]:
    """Return of each file what `_told` returns of its item."""
    found = (repeat(_STATE_OF[InventoryState.FOUND]), repeat(""), repeat(None), repeat(None))
    where = (map(to_blob, files.names), map(to_blob, files.locations))
    return zip(*where, files.sizes, files.mtimes_ns, *found, files.ctimes_ns, repeat(b""), repeat(None))


def _told(item: Item) -> _Told:
    return (
        to_blob(item.name),
        None if item.path is None else to_blob(str(item.path)),
        item.size,
        item.mtime_ns,
        _STATE_OF[item.presence],
        item.reason,
        None if item.part is None else json.dumps(asdict(item.part)),
        json.dumps(item.candidates) if item.candidates else None,
        item.ctime_ns,
        stored_words(item.detail),
        None if item.expected is None else json.dumps(asdict(item.expected)),
    )

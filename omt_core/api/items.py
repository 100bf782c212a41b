"""Items: the single files (or parts of tables) that a migration moves, and the stages that group them (W73)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal


class Presence(StrEnum):
    """What the inventory says of an item on site. Only `FOUND` is uploaded; every other one carries a reason."""

    FOUND = "found"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"
    ORPHAN = "orphan"


class ItemState(StrEnum):
    """How far an item has come. Allowed moves: `omt_core/journal/model.py`."""

    PENDING = "pending"
    STARTED = "started"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    MISSING = "missing"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to move, as the inventory sees it.

    `key` identifies it within its stage for ever (a document id, an attachment id, a relative path); `name` is what it
    is called online (a relative path with `/`). `size` in bytes and `mtime_ns` in nanoseconds since 1970 are those on
    disk and tell a change; both are 0 unless the item was found. `reason` is a finding code where presence is not
    `FOUND`, and `detail` says it about this item; `candidates` are the nearest files for a missing one.
    `part` is set on database parts only.
    """

    stage: str
    key: str
    name: str
    path: Path | None = None
    size: int = 0
    mtime_ns: int = 0
    presence: Presence = Presence.FOUND
    reason: str = ""
    detail: str = ""
    candidates: tuple[str, ...] = ()
    part: TablePart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """What a Parquet part holds: `rows` of `table`, and their fingerprint (docs/reference/fingerprint.md).

    `fingerprint` is 32 hexadecimal digits; the fingerprint of a table is the sum of its parts' modulo 2^128.
    `last` marks the part after which no other part of the table comes.
    """

    table: str
    number: int
    rows: int
    fingerprint: str
    last: bool
    omitted_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """An item as the journal knows it. `digest` is the sha256 of its content, 64 hexadecimal digits, or None."""

    stage: str
    key: str
    name: str
    path: Path | None
    size: int
    mtime_ns: int
    state: ItemState
    reason: str
    detail: str
    digest: str | None
    attempt: int
    plugin: str
    part: TablePart | None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStage:
    """A row of the upload table that a plugin brings (W73).

    `items` is called when the stage begins and yields batches of items (at most a few thousand each) until all are
    told; it may be slow and produce files as it goes. A stage of kind `database` is fed from the snapshot and its items
    are never compared with an earlier run's; items of a stage of kind `files` count as archive files in the result.
    `order` places the row on the screen, ties by name. `removes_sources`: a confirmed item's file is a spooled copy
    below the workspace and is deleted once it is confirmed. `takes_new`: recovery also sends files that no earlier run
    knew, since no row of the migrated database needs to refer to them.
    """

    name: str
    title: str
    order: int
    plugin: str
    items: Callable[[], AsyncIterator[Sequence[Item]]]
    kind: Literal["files", "database"] = "files"
    removes_sources: bool = False
    takes_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTotals:
    """How a stage stands, counted from the journal. Bytes are those of the files, not of the wire."""

    stage: str
    items: int = 0
    bytes: int = 0
    confirmed_items: int = 0
    confirmed_bytes: int = 0
    sent_items: int = 0
    skipped_items: int = 0
    skipped_bytes: int = 0
    missing: int = 0
    failed: int = 0
    left_out: int = 0

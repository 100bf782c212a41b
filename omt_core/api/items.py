"""Items: the single files, or parts of tables, that a migration moves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, overload

from typing_extensions import override

_LEADS_OUT: Final = re.compile(r"\A\Z|\A[/\\]|\A[A-Za-z]:[/\\]|(?:\A|[/\\])\.\.(?:[/\\]|\Z)|\0")
_FIRST_OF_PATHS: Final = frozenset({"", "/", "\\"})


class InventoryState(StrEnum):
    """What the inventory says of an item on site. Only `FOUND` is uploaded; every other one carries a reason."""

    FOUND = "found"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"
    ORPHAN = "orphan"


class ItemState(StrEnum):
    """How far an item has come. Allowed moves: `omt_core/journal/states.py`."""

    PENDING = "pending"
    STARTED = "started"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    MISSING = "missing"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known of a file that is not there: its whole path as on site, and what the database tells of it.

    `size` in bytes, None where the database has none; `date` in ISO 8601 as the database has it, or empty.
    """

    path: str
    size: int | None = None
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to move, as the inventory sees it.

    `key` identifies it within its stage for ever (a document id, an attachment id, a relative path); `name` is what it
    is called online (a relative path with `/`). `size` in bytes, `mtime_ns` and `ctime_ns` in nanoseconds since 1970
    are those on disk, as `modification_time` and `change_time` of `omt_core.api.plain` read them, and tell a change;
    all are 0 unless the item was found. `ctime_ns` is when anything of the file was changed last, which no program can
    set back; 0 where the system does not tell it. `reason` is a finding code where presence is not `FOUND`, and
    `detail` says it about this item; `candidates` are the nearest files for a missing one, and `expected` says where it
    should be. `part` is set on database parts only.
    `recalled`: the content is in the cloud or on tape, and reading fetches it first, so that it is read last.
    """

    stage: str
    key: str
    name: str
    path: Path | None = None
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    presence: InventoryState = InventoryState.FOUND
    reason: str = ""
    detail: str = ""
    candidates: tuple[str, ...] = ()
    part: TablePart | None = None
    recalled: bool = False
    expected: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFiles(Sequence[Item]):
    """Items of one stage that are all `FOUND` and not `recalled`, in columns of the same length.

    A stage may tell a batch so, since there are as many as files; an item by itself is made for the one that is looked
    at. `locations` are the paths as text, and the other columns as the fields of `Item`. Raises ValueError for columns
    of several lengths.
    """

    stage: str
    keys: Sequence[str]
    names: Sequence[str]
    locations: Sequence[str]
    sizes: Sequence[int]
    mtimes_ns: Sequence[int]
    ctimes_ns: Sequence[int]

    def __post_init__(self) -> None:
        columns = (self.keys, self.names, self.locations, self.sizes, self.mtimes_ns, self.ctimes_ns)
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns of a batch of files have several lengths")

    @override
    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...

    @override
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return Item(
            stage=self.stage,
            key=self.keys[index],
            name=self.names[index],
            path=Path(self.locations[index]),
            size=self.sizes[index],
            mtime_ns=self.mtimes_ns[index],
            ctime_ns=self.ctimes_ns[index],
        )


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


class ItemRecord(NamedTuple):
    """An item as the journal knows it. `digest` is the sha256 of its content, 64 hexadecimal digits, or None.

    `location` is its path as text: there are as many records as files, and most are opened by that. A tuple, because
    making a frozen dataclass of so many fields takes longer than reading them.
    """

    stage: str
    key: str
    name: str
    location: str | None
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
    expected: Expected | None = None

    @property
    def path(self) -> Path | None:
        """Where it lies on site, if anywhere."""
        return None if self.location is None else Path(self.location)


class SettledItem(NamedTuple):
    """What a manifest says of an item, in the order of `ItemRecord`'s fields; the state is why it may say so."""

    stage: str
    key: str
    name: str
    size: int
    state: ItemState
    reason: str
    digest: str | None
    part: TablePart | None


def leads_out(name: str) -> bool:
    r"""Tell whether a name is not one of something within a folder: empty, absolute, or with a part `..`."""
    # Asked of every file: most names have nothing of what the rule is about.
    if ".." not in name and "\0" not in name and name[:1] not in _FIRST_OF_PATHS and name[1:2] != ":":
        return False
    return _LEADS_OUT.search(name) is not None

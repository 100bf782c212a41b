"""What a process did to its files and told others, as values, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Entry: TypeAlias = tuple[int, str]
"""A name in a folder: the folder's number, and the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """Names that change together: a file or folder is made, linked, renamed or removed.

    `changes` says for each entry which file it leads to afterwards, None for none. An fsync of the folder `sure_by`
    makes it sure. `path` is for people.
    """

    changes: tuple[tuple[Entry, int | None], ...]
    sure_by: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Bytes that were written to a file at an offset."""

    file: int
    offset: int
    content: bytes = field(repr=False)
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resizing:
    """A file that was cut, or grew by zeros."""

    file: int
    size: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Syncing:
    """An fsync begins: what was done to this file or folder before this is sure once `Synced` says so."""

    number: int
    node: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """The fsync of this number has returned."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Bytes that leave the process: by `channel`, a TCP connection `local->remote`, or `stdout`.

    It stands where the call begins, since from then on somebody may act on them.
    """

    process: int
    channel: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Bytes that a process has received by a TCP connection `local->remote`."""

    process: int
    channel: str
    content: bytes = field(repr=False)


Change: TypeAlias = Renaming | Writing | Resizing
"""What a power loss may undo."""

Operation: TypeAlias = Change | Syncing | Synced | Sending | Receiving


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All operations below some folders, and what was there before.

    `roots` has the number of each watched folder, which itself is taken for durable; `start` what each file held and
    `entries` each name at the beginning; `folders` the numbers that are folders, also of those made later.
    """

    roots: Mapping[str, int]
    start: Mapping[int, bytes] = field(repr=False)
    entries: Mapping[Entry, int] = field(repr=False)
    folders: frozenset[int] = field(repr=False)
    operations: tuple[Operation, ...] = field(repr=False)

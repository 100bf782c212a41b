"""The baseline of a recovery: what the migrated snapshot's inventory had, so that only differences need to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from omt_core.api.items import Item, ItemRecord


class KnownFile(NamedTuple):
    """A file that is confirmed online: where it lay, with its size in bytes and times in nanoseconds then.

    `path` is empty where the journal does not know it, since it was rebuilt from what the tenant holds.
    """

    path: str
    size: int
    mtime_ns: int
    key: str
    ctime_ns: int = 0


class Baseline(Protocol):
    """The items of one stage as earlier runs left them. Reading blocks: to be used in a thread."""

    def confirmed(self) -> AbstractContextManager[Iterator[KnownFile]]:
        """Lend all that is confirmed, sorted by path; memory does not grow with its number."""
        ...

    def left(self, limit: int) -> Sequence[ItemRecord]:
        """Return up to `limit` items that are not confirmed, sorted by key."""
        ...


@dataclass(frozen=True, slots=True)
class Differences:
    """What is not as the baseline has it: `items` as they are now, and keys of what is `gone` from the CRM."""

    items: Sequence[Item]
    gone: Sequence[str] = ()

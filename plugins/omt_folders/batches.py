"""Items in batches, as a stage tells them: files that are there in columns, since most are, all others one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeAlias

import anyio.to_thread
from anyio import CapacityLimiter

from omt_core.api import FoundFiles, InventoryState, Item
from omt_folders.disk import Examination


class FoundFile(NamedTuple):
    """An item that is `FOUND` and not `recalled`, as a row of `FoundFiles`: an `Item` takes longer to make."""

    stage: str
    key: str
    name: str
    location: str
    size: int
    mtime_ns: int
    ctime_ns: int


Told: TypeAlias = Item | FoundFile
"""What an inventory says of one item."""


def told(stage: str, key: str, name: str, location: str, seen: Examination) -> Told:
    """Tell of a file as it was examined."""
    presence, size, mtime_ns, reason, detail, ctime_ns, recalled = seen
    if presence is InventoryState.FOUND and not recalled:
        return FoundFile(stage, key, name, location, size, mtime_ns, ctime_ns)
    return Item(
        stage=stage, key=key, name=name, path=Path(location), size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns,
        presence=presence, reason=reason, detail=detail, recalled=recalled,
    )  # fmt: skip


async def in_batches(
    items: Iterator[Item | FoundFile], *, size: int, limiter: CapacityLimiter
) -> AsyncIterator[Sequence[Item]]:
    """Yield the items of one stage, each `size` of them taken in a thread of the limiter, as `as_batches` has them."""

    def take() -> Sequence[Sequence[Item]]:
        return as_batches(list(islice(items, size)))

    while batches := await anyio.to_thread.run_sync(take, limiter=limiter):
        for batch in batches:
            yield batch


def as_batches(items: Sequence[Item | FoundFile]) -> Sequence[Sequence[Item]]:
    """Return the items of one stage in up to two batches: the rows of files as columns, then all others in order."""
    found = [item for item in items if isinstance(item, FoundFile)]
    others = [item for item in items if isinstance(item, Item)]
    batches: list[Sequence[Item]] = []
    if found:
        columns = FoundFiles(
            stage=found[0].stage,
            keys=[file.key for file in found],
            names=[file.name for file in found],
            locations=[file.location for file in found],
            sizes=[file.size for file in found],
            mtimes_ns=[file.mtime_ns for file in found],
            ctimes_ns=[file.ctime_ns for file in found],
        )
        batches.append(columns)
    return [*batches, others] if others else batches

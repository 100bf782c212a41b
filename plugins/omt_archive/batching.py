"""Blocking iterators, run in a thread and handed to the event loop in batches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from itertools import islice

import anyio.to_thread
from anyio import CapacityLimiter

from omt_core.api import Item, Row


async def in_batches(items: Iterator[Item], *, size: int, limiter: CapacityLimiter) -> AsyncIterator[Sequence[Item]]:
    """Yield the items in batches, each made in a thread of the limiter."""

    def take() -> list[Item]:
        return list(islice(items, size))

    while batch := await anyio.to_thread.run_sync(take, limiter=limiter):
        yield batch


async def joined(
    rows: AsyncIterator[Sequence[Row]],
    feed: Callable[[Sequence[Row]], Iterator[Item]],
    finish: Callable[[], Iterator[Item]],
    *,
    size: int,
    limiter: CapacityLimiter,
) -> AsyncIterator[Sequence[Item]]:
    """Yield the items of an inventory that is fed with rows and asked for the rest once there are no more."""
    try:
        async for some in rows:
            async for batch in in_batches(feed(some), size=size, limiter=limiter):
                yield batch
    finally:
        if isinstance(rows, AsyncGenerator):
            await rows.aclose()  # others may read the database then, whatever ended the inventory
    async for batch in in_batches(finish(), size=size, limiter=limiter):
        yield batch

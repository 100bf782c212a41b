"""Turning batches of items into bytes beside the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio

from omt_core.api import ItemRecord


async def serialised(function: Callable[[Sequence[ItemRecord]], bytes], batch: Sequence[ItemRecord]) -> bytes:
    """Run a function over one batch in a thread: a million items take a while, and progress must still be shown."""
    return await anyio.to_thread.run_sync(function, batch, limiter=anyio.CapacityLimiter(1))

"""The one thread that a connection belongs to (DESIGN section 4), and waiting for it without blocking the loop."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import anyio
from anyio.from_thread import run_sync
from anyio.lowlevel import current_token

T = TypeVar("T")


class Pending(Generic[T]):
    """Work under way on the thread."""

    def __init__(self, future: Future[T], interrupt: Callable[[], None]) -> None:
        self._future = future
        self._interrupt = interrupt
        self._done = anyio.Event()
        token = current_token()
        future.add_done_callback(lambda _: run_sync(self._done.set, token=token))

    async def result(self) -> T:
        """Wait for the work; when cancelled, stop it by `interrupt` and wait until it has let go of the connection."""
        try:
            await self._done.wait()
        except anyio.get_cancelled_exc_class():
            await self.settled(interrupt=True)
            raise
        return self._future.result()

    async def settled(self, *, interrupt: bool = False) -> None:
        """Wait until the thread is free again, whatever came of the work."""
        if interrupt and not self._future.done():
            self._interrupt()
        with anyio.CancelScope(shield=True):
            await self._done.wait()


class ConnectionThread:
    """Runs everything that touches a connection, one after another. `interrupt` is called from another thread."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="omt-database")
        self._interrupt = interrupt

    def start(self, work: Callable[[], T]) -> Pending[T]:
        """Begin work and return at once."""
        return Pending(self._executor.submit(work), self._interrupt)

    async def run(self, work: Callable[[], T]) -> T:
        """Begin work and wait for it."""
        return await self.start(work).result()

    def close(self) -> None:
        """Let the thread end once what was started is done."""
        self._executor.shutdown(wait=False)

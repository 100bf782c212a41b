"""A thread of its own for work in turn, and waiting for it without blocking the loop: a connection belongs to one."""

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

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._outcome: Future[T] = Future()
        self._interrupt = interrupt
        self._done = anyio.Event()
        self._token = current_token()

    def run(self, work: Callable[[], T]) -> None:
        """Do the work, on the thread, and tell the event loop.

        Not by a callback of the future: that runs on the event loop itself, and blocks it, when the work is done first.
        """
        try:
            self._outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is waited for
            self._outcome.set_exception(error)
        run_sync(self._done.set, token=self._token)

    @property
    def done(self) -> bool:
        """Whether the work is over, whatever came of it."""
        return self._outcome.done()

    async def result(self) -> T:
        """Wait for the work; when cancelled, stop it by `interrupt` and wait until it has let go of the connection."""
        try:
            await self._done.wait()
        except anyio.get_cancelled_exc_class():
            await self.settled(interrupt=True)
            raise
        return self._outcome.result()

    async def settled(self, *, interrupt: bool = False) -> None:
        """Wait until the thread is free again, whatever came of the work."""
        if interrupt and not self._outcome.done():
            self._interrupt()
        with anyio.CancelScope(shield=True):
            await self._done.wait()


class WorkThread:
    """Runs its work one after another. `interrupt`, which stops what is under way, is called from another thread."""

    def __init__(self, interrupt: Callable[[], None] = lambda: None) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="omt-database")
        self._interrupt = interrupt

    def start(self, work: Callable[[], T]) -> Pending[T]:
        """Begin work and return at once."""
        pending = Pending[T](self._interrupt)
        self._executor.submit(pending.run, work)
        return pending

    async def run(self, work: Callable[[], T]) -> T:
        """Begin work and wait for it."""
        return await self.start(work).result()

    def close(self) -> None:
        """Let the thread end once what was started is done."""
        self._executor.shutdown(wait=False)

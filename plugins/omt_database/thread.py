"""A thread of its own for work in turn, and waiting for it without blocking the loop: a connection belongs to one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, Generic, TypeVar

import anyio
from anyio.from_thread import run_sync
from anyio.lowlevel import current_token

T = TypeVar("T")

LETTING_GO: Final = 5.0
"""Seconds that work which was interrupted has to end by itself, before its thread is given up."""


class ThreadLostError(Exception):
    """The thread hangs in what nothing can interrupt, and was given up."""


class Pending(Generic[T]):
    """Work under way on the thread."""

    def __init__(self, thread: WorkThread) -> None:
        self._outcome: Future[T] = Future()
        self._thread = thread
        self._lock = Lock()
        self._done = anyio.Event()
        self._token = current_token()

    def run(self, work: Callable[[], T]) -> None:
        """Do the work, on the thread, and tell the event loop.

        Not by a callback of the future: that runs on the event loop itself, and blocks it, when the work is done first.
        """
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - raised again where the result is waited for
            error = raised
        with self._lock:
            if self._outcome.done():
                return  # given up meanwhile, and perhaps the loop has ended
            if error is not None:
                self._outcome.set_exception(error)
            else:
                self._outcome.set_result(result)  # type: ignore[arg-type] # what the work returned
        # The loop may have ended while the work went on.
        with suppress(RuntimeError):
            run_sync(self._done.set, token=self._token)

    def give_up(self) -> None:
        """Wait no longer: whoever does gets `ThreadLostError`. Called on the event loop."""
        with self._lock:
            if not self._outcome.done():
                self._outcome.set_exception(ThreadLostError())
        self._done.set()

    @property
    def done(self) -> bool:
        """Whether the work is over, whatever came of it."""
        return self._outcome.done()

    async def over(self, seconds: float) -> bool:
        """Wait so long at most, and tell whether the work is over. When cancelled, stop the work as `result` does."""
        try:
            with anyio.move_on_after(seconds):
                await self._done.wait()
        except anyio.get_cancelled_exc_class():
            await self.settled(interrupt=True)
            raise
        return self._done.is_set()

    async def result(self) -> T:
        """Wait for the work; when cancelled, interrupt it and wait until it has let go of the connection.

        What does not let go in `LETTING_GO` seconds is given up with its thread.
        """
        try:
            await self._done.wait()
        except anyio.get_cancelled_exc_class():
            await self.settled(interrupt=True)
            raise
        return self._outcome.result()

    async def settled(self, *, interrupt: bool = False) -> None:
        """Wait until the thread is free again, whatever came of the work."""
        with anyio.CancelScope(shield=True):
            if interrupt and not self._outcome.done():
                self._thread.interrupt()
                with anyio.move_on_after(self._thread.letting_go):
                    await self._done.wait()
                if not self._done.is_set():
                    self._thread.give_up()
            await self._done.wait()


class WorkThread:
    """Runs its work one after another. `interrupt`, which stops what is under way, is called on another thread.

    `rest` is called on the thread whenever it had nothing to do for `resting` seconds. The thread keeps no program from
    ending.
    """

    letting_go = LETTING_GO

    def __init__(
        self,
        interrupt: Callable[[], None] = lambda: None,
        *,
        rest: Callable[[], None] = lambda: None,
        resting: float | None = None,
    ) -> None:
        self._interrupt = interrupt
        self._rest = rest
        self._resting = resting
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._under_way: set[Pending[object]] = set()
        self._thread: Thread | None = None
        self.lost = False

    def start(self, work: Callable[[], T]) -> Pending[T]:
        """Begin work and return at once; of a thread that was given up, what is never done."""
        pending = Pending[T](self)
        if self.lost:
            pending.give_up()
            return pending
        if self._thread is None:
            self._thread = Thread(target=self._loop, name="omt-database", daemon=True)
            self._thread.start()
        self._under_way = {other for other in self._under_way if not other.done}
        self._under_way.add(pending)  # type: ignore[arg-type] # only ever given up
        self._queue.put(lambda: pending.run(work))
        return pending

    async def run(self, work: Callable[[], T]) -> T:
        """Begin work and wait for it."""
        return await self.start(work).result()

    def interrupt(self) -> None:
        """Stop what is under way. On a thread of its own: to interrupt may hang as the work does."""
        Thread(target=self._interrupt, name="omt-database-interrupt", daemon=True).start()

    def give_up(self) -> None:
        """Leave the thread to itself: what is under way and what is asked of it from now on is lost."""
        self.lost = True
        self._queue.put(None)
        for pending in self._under_way:
            pending.give_up()

    def close(self) -> None:
        """Let the thread end once what was started is done."""
        self._queue.put(None)

    def _loop(self) -> None:
        while True:
            try:
                work = self._queue.get(timeout=self._resting)
            except Empty:
                self._rest()
                continue
            if work is None:
                return
            work()

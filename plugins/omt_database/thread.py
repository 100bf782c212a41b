"""A thread of its own for work in turn, and waiting for it without blocking the loop: a connection belongs to one.

Whoever starts work waits for it, or stops it and waits until it is over. What work opens is closed on the same thread:
nothing else may touch it, and what was cancelled may still come to have opened something.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, Final, Generic, TypeVar

import anyio
from anyio.from_thread import run_sync
from anyio.lowlevel import current_token

T = TypeVar("T")

LETTING_GO: Final = 5.0
"""Seconds that work which was interrupted has to end by itself, before its thread is given up."""

AGAIN: Final = 0.1
"""Seconds after which work that goes on is interrupted again: a statement that was about to begin hears nothing."""


class ThreadLostError(Exception):
    """The thread hangs in what nothing can interrupt, and was given up."""


class _Here(threading.local):
    """The `WorkThread` that the current thread is."""

    thread: WorkThread | None = None


_here = _Here()


@contextmanager
def stoppable(stop: Callable[[], None]) -> Iterator[None]:
    """Let `stop`, which is called on another thread, end what runs in this context. Elsewhere than in work: nothing.

    The context does not end while `stop` runs, so that what it uses is still there, and nothing else is stopped.
    """
    thread = _here.thread
    if thread is None:
        yield
        return
    with thread.lock:
        outer, thread.stop = thread.stop, stop
    try:
        yield
    finally:
        with thread.lock:
            thread.stop = outer


def pause(seconds: float) -> None:
    """Let the thread sleep, unless its work is stopped."""
    awake = Event()
    with stoppable(awake.set):
        awake.wait(seconds)


class Pending(Generic[T]):
    """Work that was started on a thread."""

    def __init__(self, thread: WorkThread) -> None:
        self._outcome: Future[T] = Future()
        self._thread = thread
        self._lock = Lock()
        self._done = anyio.Event()
        self._token = current_token()

    def run(self, work: Callable[[], T]) -> None:
        """Do the work, on the thread, and tell the event loop; nothing where it was withdrawn or given up.

        Not by a callback of the future: that runs on the event loop itself, and blocks it, when the work is done first.
        """
        with self._lock:
            if self._outcome.done():
                return
            self._outcome.set_running_or_notify_cancel()
        with self._thread.lock:
            self._thread.at = self
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - raised again where the result is waited for
            error = raised
        with self._thread.lock:
            self._thread.at = None
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
        """Wait so long at most, and tell whether the work is over."""
        with anyio.move_on_after(seconds):
            await self._done.wait()
        return self._done.is_set()

    async def result(self) -> T:
        """Wait for the work and return what it returned; when cancelled, stop it."""
        await self.settled()
        return self._outcome.result()

    async def settled(self) -> None:
        """Wait until the work is over, whatever came of it; when cancelled, stop it."""
        try:
            await self._done.wait()
        except anyio.get_cancelled_exc_class():
            await self.stopped()
            raise

    async def stopped(self) -> None:
        """Withdraw the work if it has not begun, else interrupt it and wait until it has let go of what it uses.

        What does not let go in `LETTING_GO` seconds is given up with its thread.
        """
        with self._lock:
            if self._outcome.cancel():
                self._done.set()
                return
        if not self._outcome.done():
            # On a thread of its own: to interrupt may hang as the work does.
            Thread(target=self._interrupt, name="omt-database-interrupt", daemon=True).start()
        with anyio.CancelScope(shield=True):
            if not await self.over(self._thread.letting_go):
                self._thread.give_up()

    def _interrupt(self) -> None:
        while not self._outcome.done():
            with self._thread.lock:
                if self._thread.at is self and self._thread.stop is not None:
                    self._thread.stop()
            wait_for([self._outcome], AGAIN)


class WorkThread:
    """Runs its work one after another.

    `rest` is called on the thread whenever it had nothing to do for `resting` seconds, and `let_go` when the thread was
    given up and yet comes back from what it hung in. The thread keeps no program from ending.
    """

    letting_go = LETTING_GO

    def __init__(
        self,
        *,
        rest: Callable[[], None] = lambda: None,
        resting: float | None = None,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self._rest = rest
        self._resting = resting
        self._let_go = let_go
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._under_way: set[Pending[Any]] = set()
        self._thread: Thread | None = None
        self._closed = False
        self.lost = False
        self.lock = Lock()
        """Held by whoever changes or uses `at` and `stop`."""

        self.at: Pending[Any] | None = None
        """The work that runs."""

        self.stop: Callable[[], None] | None = None
        """What ends that which the work is at just now."""

    def start(self, work: Callable[[], T]) -> Pending[T]:
        """Begin work and return at once; of a thread that was given up, what is never done."""
        pending = Pending[T](self)
        if self.lost:
            pending.give_up()
            return pending
        if self._closed:
            raise RuntimeError("Nothing can be asked any more of what is closed.")
        if self._thread is None:
            self._thread = Thread(target=self._loop, name="omt-database", daemon=True)
            self._thread.start()
        self._under_way = {other for other in self._under_way if not other.done}
        self._under_way.add(pending)
        self._queue.put(lambda: pending.run(work))
        return pending

    async def run(self, work: Callable[[], T]) -> T:
        """Begin work and wait for it."""
        return await self.start(work).result()

    def give_up(self) -> None:
        """Leave the thread to itself: what is under way and what is asked of it from now on is lost."""
        self.lost = True
        self._queue.put(self._let_go)
        self._queue.put(None)
        for pending in self._under_way:
            pending.give_up()

    def close(self) -> None:
        """Let the thread end once what was started is done."""
        self._closed = True
        self._queue.put(None)

    def _loop(self) -> None:
        _here.thread = self
        while True:
            try:
                work = self._queue.get(timeout=self._resting)
            except Empty:
                self._rest()
                continue
            if work is None:
                return
            work()

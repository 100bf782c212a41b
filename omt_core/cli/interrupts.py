"""Ctrl-C: once asks an upload to stop when what is in flight is done, twice stops it now. Also on Windows.

Whatever else is under way, such as a question that the database does not answer, is stopped at the first.

A terminal that goes away asks the same, unless the tool was started to outlive it (`nohup`).
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import anyio

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP") if hasattr(signal, name))


@contextmanager
def interrupts(
    stop: anyio.Event, scope: anyio.CancelScope, heeded: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """Set `stop` at the first signal and cancel `scope` at the second, for as long as the context lasts.

    Where nothing is under way that heeds `stop`, the first cancels too.

    Plain signal handlers, since Windows' event loop has no `add_signal_handler`; to be used in the main thread.
    """
    loop = asyncio.get_running_loop()

    def act() -> None:
        if stop.is_set() or not heeded():
            scope.cancel()
        stop.set()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        loop.call_soon_threadsafe(act)

    before = {number: signal.signal(number, on_signal) for number in SIGNALS if not _to_be_outlived(number)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _to_be_outlived(number: int) -> bool:
    return number == getattr(signal, "SIGHUP", None) and signal.getsignal(number) is signal.SIG_IGN

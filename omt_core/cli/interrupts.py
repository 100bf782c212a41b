"""Ctrl-C: once asks the run to stop when what is in flight is done, twice stops it now. Also on Windows."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import anyio

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))


@contextmanager
def interrupts(stop: anyio.Event, scope: anyio.CancelScope) -> Iterator[None]:
    """Set `stop` at the first signal and cancel `scope` at the second, for as long as the context lasts.

    Plain signal handlers, since Windows' event loop has no `add_signal_handler`; to be used in the main thread.
    """
    loop = asyncio.get_running_loop()

    def act() -> None:
        if stop.is_set():
            scope.cancel()
        else:
            stop.set()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        loop.call_soon_threadsafe(act)

    before = {number: signal.signal(number, on_signal) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Says which plugin holds up the event loop, from a thread of its own, since nothing else can speak then."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from omt_core.api.sentence import sentence
from omt_core.plugin_host.blame import Blame

_log = logging.getLogger("omt.plugins")


@contextmanager
def watchdog(blame: Blame, tell: Callable[[str], None], *, seconds: float) -> Iterator[None]:
    """Tell of every plugin that holds up the event loop of this thread for longer than so many seconds, once each time.

    `tell` is called in the watchdog's thread.
    """
    loop, ident, done = asyncio.get_running_loop(), threading.get_ident(), threading.Event()
    answered = threading.Event()

    def watch() -> None:
        while not done.wait(seconds / 4):
            answered.clear()
            asked = time.monotonic()
            try:
                loop.call_soon_threadsafe(answered.set)
            except RuntimeError:  # the loop has ended
                return
            if answered.wait(seconds) or done.is_set():
                continue
            words = blame.words(sys._current_frames().get(ident))  # noqa: SLF001 - the one way to another thread's stack
            _log.warning("the event loop has been held up for %.0f s by %s", time.monotonic() - asked, words)
            if words is not None:
                tell(
                    sentence(
                        "{plugin} has held up everything for {seconds:g} seconds. Nothing goes on until it returns.",
                        plugin=words,
                        seconds=seconds,
                    )
                )
            while not answered.wait(seconds / 4) and not done.is_set():
                pass

    thread = threading.Thread(target=watch, name="omt-watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        answered.set()
        thread.join()

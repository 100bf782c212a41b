"""Says that the tenant says nothing, long before patience is over, and that it answers again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from omt_core.api import Event, EventSink, Notice, OnlineSilent, quantity, sentence

NOTICED_AFTER: Final = 10.0
"""Seconds in which nothing moved on any connection until it is said."""


class Silence:
    """Watches all requests to one tenant together: as long as one of them moves, the tenant is there."""

    def __init__(self, host: str, events: EventSink | None, after: float = NOTICED_AFTER) -> None:
        self._host = host
        self._events = events
        self._after = after
        self._waiting = 0
        self._moved_at = 0.0
        self._is_told = False
        self._is_silent = False
        """As `_is_told`, but until something moves, also where what was asked failed meanwhile."""
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch a request until its answer has come; how one failed is said by who repeats it."""
        self._waiting += 1
        if self._waiting == 1:
            self._moved_at = asyncio.get_running_loop().time()
            self._look_in(self._after)
        try:
            yield
            self.moved()
        except BaseException:
            self._is_told = False
            raise
        finally:
            self._waiting -= 1
            if not self._waiting and self._timer is not None:
                self._timer.cancel()

    def moved(self) -> None:
        """Take note that the line took something, or gave something."""
        now = asyncio.get_running_loop().time()
        if self._is_silent:
            self._is_silent = False
            self._emit(OnlineSilent(silent=False))
        if self._is_told:
            self._is_told = False
            waited = quantity(round(now - self._moved_at), "second")
            self._tell(sentence("{host} answers again, after {waited}.", host=self._host, waited=waited))
        self._moved_at = now

    def _look(self) -> None:
        silent = asyncio.get_running_loop().time() - self._moved_at
        if silent < self._after:
            self._look_in(self._after - silent)
            return
        if not self._is_told:
            self._is_told = True
            waited = quantity(round(silent), "second")
            self._tell(sentence("{host} has not answered for {waited}.", host=self._host, waited=waited))
            self._is_silent = True
            self._emit(OnlineSilent(silent=True))
        self._look_in(self._after)

    def _look_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _tell(self, message: str) -> None:
        self._emit(Notice(message=message))

    def _emit(self, event: Event) -> None:
        if self._events is not None:
            self._events.emit(event)

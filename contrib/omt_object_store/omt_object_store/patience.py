"""Patience: tries again what may be tried again."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import stamina
from omt_core.api import EventSink, Notice, OnlineUnavailableError

from omt_object_store.failures import BUSY

T = TypeVar("T")

_FIRST_WAIT: Final = 0.5


class Patience:
    """Repeats a call that failed with `OnlineUnavailableError` for `total` seconds, and says so each time.

    `refusals` counts how often the store asked for less at a time.
    """

    def __init__(self, total: float, longest_wait: float, events: EventSink) -> None:
        self.refusals = 0
        self._total = total
        self._longest_wait = longest_wait
        self._events = events

    async def again(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what the call returns, the last time it is tried; it must do no harm to call it twice."""
        async for attempt in stamina.retry_context(
            on=OnlineUnavailableError,
            attempts=None if self._total else 1,
            timeout=self._total or None,
            wait_initial=_FIRST_WAIT,
            wait_max=self._longest_wait,
            wait_jitter=_FIRST_WAIT,
        ):
            with attempt:
                try:
                    return await call()
                except OnlineUnavailableError as error:
                    self.refusals += error.code == BUSY
                    wait = math.ceil(attempt.next_wait)
                    self._events.emit(Notice(message=f"{error.message} Trying again in {wait} s."))
                    raise
        raise AssertionError  # stamina returns or raises

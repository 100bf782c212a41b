"""What the page is told as it happens: numbered messages, so that a page that was away is told what it missed."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import anyio

_KEPT: Final = 500
"""Messages that are kept for a page that comes back; one that missed more is told the whole state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `id` is the feed's own name and a number that grows by one; `data` is JSON on one line."""

    id: str
    event: str
    data: str


class EventStream:
    """All messages of a process, in one order, for any number of listeners. To be used from the event loop's thread."""

    def __init__(self) -> None:
        # Another process has another name, so that its numbers are not taken for ours.
        self.name = secrets.token_hex(4)
        self._number = 0
        self._kept: deque[tuple[int, Message]] = deque(maxlen=_KEPT)
        self._news = anyio.Event()
        self._closed = False

    def publish(self, event: str, data: str) -> None:
        """Tell all listeners."""
        self._number += 1
        self._kept.append((self._number, Message(id=f"{self.name}-{self._number}", event=event, data=data)))
        self._wake()

    def close(self) -> None:
        """End all listeners once they have heard what was published."""
        self._closed = True
        self._wake()

    def knows(self, last: str | None) -> bool:
        """Tell whether everything after the message `last` is still here."""
        number = self._number_of(last)
        return number is not None and (number == self._number or (bool(self._kept) and self._kept[0][0] <= number + 1))

    def after(self, last: str | None) -> AsyncIterator[Message]:
        """Return every message after `last`, or from this call on if that is not known, until the feed is closed.

        A listener so slow that messages are gone before it reads them is left without: the state says all.
        """
        number = self._number_of(last)
        return self._after(self._number if number is None else number)

    async def _after(self, at: int) -> AsyncIterator[Message]:
        while True:
            news = self._news
            for there, message in tuple(self._kept):
                if there > at:
                    at = there
                    yield message
            if self._closed:
                return
            if at >= self._number:
                await news.wait()

    def _number_of(self, last: str | None) -> int | None:
        name, _, number = (last or "").partition("-")
        return int(number) if name == self.name and number.isdecimal() and int(number) <= self._number else None

    def _wake(self) -> None:
        news, self._news = self._news, anyio.Event()
        news.set()

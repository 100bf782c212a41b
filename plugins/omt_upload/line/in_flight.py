"""Which contents are being sent at this moment, so that none is sent twice at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import anyio


class ContentsInFlight:
    """Lends each digest to one sender at a time; the others may wait until it was given back."""

    def __init__(self) -> None:
        self._senders: dict[str, anyio.Event] = {}

    def take(self, digests: Iterable[str]) -> Collection[str]:
        """Take those digests that nobody else has, and return them. They are given back all at once."""
        taken = frozenset(digests).difference(self._senders)
        self._senders |= dict.fromkeys(taken, anyio.Event())
        return taken

    def give_back(self, digests: Collection[str]) -> None:
        """Let others have these digests, whether they were sent or not."""
        for event in {self._senders.pop(digest) for digest in digests}:
            event.set()

    async def wait(self, digests: Iterable[str]) -> None:
        """Wait until each of these has been given back. Whoever waits must hold none, so that none waits in a ring."""
        for event in {self._senders[digest] for digest in digests if digest in self._senders}:
            await event.wait()

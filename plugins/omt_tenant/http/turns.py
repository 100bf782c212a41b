"""One request at a time works on an upload, and a newer one takes over from an older one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from aiohttp import StreamReader

from omt_protocol.protocol_error import ProtocolError


@dataclass(slots=True)
class _Turn:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    newest: StreamReader | None = None
    requests: int = 0


class UploadTurns:
    """Gives out turns on uploads; `parallel` bodies at most are received at the same time."""

    def __init__(self, parallel: int) -> None:
        self._parallel = parallel
        self._receiving = 0
        self._turns: dict[str, _Turn] = {}

    @asynccontextmanager
    async def take(self, uid: str, stream: StreamReader | None = None) -> AsyncIterator[None]:
        """Work on an upload alone, receiving `stream` if there is one.

        A request that is still receiving when another one comes for the same upload has lost its client (who would not
        ask otherwise): it is made to stop, as if its connection had been cut.
        """
        turn = self._turns.setdefault(uid, _Turn())
        turn.requests += 1
        if turn.newest is not None:
            turn.newest.set_exception(ConnectionAbortedError("another request for this upload came"))
        turn.newest = stream
        try:
            async with turn.lock:
                yield
        finally:
            if turn.newest is stream:
                turn.newest = None
            turn.requests -= 1
            if not turn.requests:
                del self._turns[uid]

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[None]:
        """Receive a body; raises ProtocolError `busy` when as many are under way as the limits allow."""
        if self._receiving >= self._parallel:
            raise ProtocolError(
                503,
                "busy",
                f"{self._parallel} uploads are being received already.",
                "Keep to parallel_uploads of the limits, and try again.",
                headers={"Retry-After": "1"},
            )
        self._receiving += 1
        try:
            yield
        finally:
            self._receiving -= 1

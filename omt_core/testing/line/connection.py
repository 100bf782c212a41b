"""One connection through the fault proxy."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from typing import Final

import anyio

from omt_core.testing.faults import BlackHole, Cut, Delay, Direction, Fault, Refuse, Reset, Throttle
from omt_core.testing.line import sockets
from omt_core.testing.line.moments import Moments

_CHUNK: Final = 64 * 1024


class Connection:
    """Passes bytes both ways until one side or its fault ends it.

    `moments` are told of what goes through. `healed` returns the event that ends a black hole.
    """

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        fault: Fault | None,
        *,
        chance: random.Random,
        healed: Callable[[], anyio.Event],
        moments: Moments,
    ) -> None:
        self._client = client
        self._server = server
        self._fault = fault
        self._chance = chance
        self._healed = healed
        self._moments = moments

    async def run(self) -> None:
        """Pass bytes until both directions have ended."""
        try:
            async with anyio.create_task_group() as directions:
                directions.start_soon(self._pump, Direction.TO_SERVER, self._client, self._server)
                directions.start_soon(self._pump, Direction.TO_CLIENT, self._server, self._client)
        finally:
            self.end(by_reset=False)

    def end(self, *, by_reset: bool) -> None:
        """End it now, towards both sides."""
        sockets.end(self._client, by_reset=by_reset)
        sockets.end(self._server, by_reset=by_reset)

    async def _pump(self, direction: Direction, source: socket.socket, sink: socket.socket) -> None:
        done = 0
        try:
            while chunk := await sockets.receive(source, self._room(direction, done)):
                fault = self._fault
                if fault is not None and fault.direction is direction and done >= fault.after:
                    await self._strike(fault, len(chunk))
                done += len(chunk)
                while chunk:
                    room = self._moments.room(direction, chunk)
                    await sockets.send(sink, chunk[:room])
                    self._moments.count(direction, room)
                    chunk = chunk[room:]
            sink.shutdown(socket.SHUT_WR)
        except anyio.ClosedResourceError:
            return  # ended from this side: by a fault, or by the test
        except OSError:
            self.end(by_reset=True)

    def _room(self, direction: Direction, done: int) -> int:
        """Return how much to read at once, so that a fault strikes at its very byte."""
        fault = self._fault
        if fault is None or fault.direction is not direction or done >= fault.after:
            return _CHUNK
        return min(_CHUNK, fault.after - done)

    async def _strike(self, fault: Fault, size: int) -> None:
        match fault:
            case Cut() | Reset():
                self.end(by_reset=isinstance(fault, Reset))
                raise anyio.ClosedResourceError
            case Refuse(answer=answer):
                await self._answer(answer)
                raise anyio.ClosedResourceError
            case BlackHole():
                await self._healed().wait()
                self._fault = None
            case Delay(seconds=seconds, jitter=jitter):
                await anyio.sleep(seconds + self._chance.uniform(0, jitter))
            case Throttle(bytes_per_second=rate):
                await anyio.sleep(size / rate)
            case _:
                raise TypeError(f"{type(fault).__name__} is not a fault that a connection knows")

    async def _answer(self, answer: bytes) -> None:
        """Answer in the server's place, and hear the client out: a close before that would take the answer from it."""
        sockets.end(self._server)
        await sockets.send(self._client, answer)
        self._client.shutdown(socket.SHUT_WR)
        while await sockets.receive(self._client, _CHUNK):
            pass

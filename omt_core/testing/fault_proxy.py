"""A TCP proxy on loopback between a client and a server under test, which misbehaves as it is told."""

from __future__ import annotations

import random
import socket
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import anyio
from anyio.abc import TaskGroup

from omt_core.testing.faults import Direction, Fault
from omt_core.testing.line import sockets
from omt_core.testing.line.connection import Connection
from omt_core.testing.line.moments import Act, Moments

_HOST: Final = "127.0.0.1"


class FaultProxy:
    """A way to a server that can be made bad while it is used; made by `fault_proxy`.

    Give the client `url` or `port` instead of the server's own. A new connection takes the next fault of `plan`, else
    that of `always`, else none. `refuse`, `accept`, `break_connections` and `heal` act at once, and what is given to
    `when_passed` or `when_said` happens at its moment. `connections` and `passed` count what went through.
    """

    def __init__(self, port: int, tasks: TaskGroup, *, seed: int) -> None:
        self.connections = 0
        self.port = 0
        self._target = port
        self._tasks = tasks
        self._chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._plan: deque[Fault | None] = deque()
        self._always: Fault | None = None
        self._healed = anyio.Event()
        self._moments = Moments()
        self._open: set[Connection] = set()
        self._listener: socket.socket | None = None
        self.accept()

    @property
    def url(self) -> str:
        """The address that clients connect to, for http. It stays the same through `refuse` and `accept`."""
        return f"http://{_HOST}:{self.port}"

    @property
    def passed(self) -> Mapping[Direction, int]:
        """How many bytes went through so far, each way, over all connections."""
        return self._moments.passed

    def when_passed(self, size: int, act: Act, *, direction: Direction = Direction.TO_SERVER) -> None:
        """Call `act` once `size` bytes of all connections went through, and before any more of them do.

        Bytes count from the proxy's start. With several connections a few more may be under way.
        """
        self._moments.at_byte(direction, size, act)

    def when_said(self, text: str, act: Act, *, nth: int = 1, direction: Direction = Direction.TO_SERVER) -> None:
        """Call `act` when a text, such as the first line of a request, comes by for the nth time, before it passes."""
        self._moments.at_text(direction, text.encode(), nth, act)

    def plan(self, faults: Iterable[Fault | None]) -> None:
        """Give the next connections these faults, one each; None lets a connection be."""
        self._plan.extend(faults)

    def always(self, fault: Fault | None) -> None:
        """Give this fault to each new connection that the plan has none for."""
        self._always = fault

    def heal(self) -> None:
        """Forget all faults to come, and let black holes give back what they hold."""
        self._plan.clear()
        self._always = None
        self._healed.set()
        self._healed = anyio.Event()

    def break_connections(self, *, by_reset: bool = True) -> None:
        """End all connections that there are, by a reset or in good order."""
        for connection in tuple(self._open):
            connection.end(by_reset=by_reset)

    def refuse(self) -> None:
        """Let the operating system refuse new connections, as if the server had stopped. Open ones stay."""
        if self._listener is not None:
            sockets.end(self._listener)
            self._listener = None

    def accept(self) -> None:
        """Take new connections again."""
        if self._listener is None:
            self._listener = sockets.listen(_HOST, self.port)
            self.port = self._listener.getsockname()[1]
            self._tasks.start_soon(self._accept, self._listener)

    async def _accept(self, listener: socket.socket) -> None:
        try:
            while True:
                client = await sockets.accept(listener)
                self.connections += 1
                fault = self._plan.popleft() if self._plan else self._always
                self._tasks.start_soon(self._serve, client, fault)
        except anyio.ClosedResourceError:
            return  # refused from now on

    async def _serve(self, client: socket.socket, fault: Fault | None) -> None:
        try:
            server = await sockets.connect(_HOST, self._target)
        except OSError:
            sockets.end(client, by_reset=True)
            return
        connection = Connection(
            client, server, fault, chance=self._chance, healed=lambda: self._healed, moments=self._moments
        )
        self._open.add(connection)
        try:
            await connection.run()
        finally:
            self._open.discard(connection)


@asynccontextmanager
async def fault_proxy(port: int, *, seed: int = 0) -> AsyncIterator[FaultProxy]:
    """Run a proxy to `port` on loopback until the context ends. `seed` decides all chance there is."""
    async with anyio.create_task_group() as tasks:
        proxy = FaultProxy(port, tasks, seed=seed)
        try:
            yield proxy
        finally:
            proxy.refuse()
            proxy.break_connections()
            tasks.cancel_scope.cancel()

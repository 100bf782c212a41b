"""A long line on loopback: passes bytes on, each a fixed time after it came, at next to no processor time.

As a program: `python benchmarks/delay_proxy.py TARGET_PORT SECONDS [RATE [FILE]]` delays each direction by half of the
seconds of a round trip, and prints its port. With a rate each direction carries so many bytes a second in all, whatever
the number of connections; to the file it adds a line for each second in which something went to the target: the second
since 1970, and how many bytes left on the line in it.
"""

from __future__ import annotations

import heapq
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from processes import first_line, running_script

_HOST = "127.0.0.1"
_PIECE = 256 << 10
_AHEAD = 32 << 20
"""Bytes that a direction may have on its way where the line itself is as fast as the machine."""

_QUEUE_SECONDS = 0.05
"""What a line with a rate holds of each connection besides what is on its way, as the buffers of routers do."""


class Wire:
    """What all connections share in one direction: at `rate` bytes a second, or at once where it is 0."""

    def __init__(self, rate: float, account: Path | None = None) -> None:
        self._rate = rate
        self._account = account
        self._free = 0.0
        self._second = self._bytes = 0

    def gone(self, size: int, now: float) -> float:
        """Return when so many bytes have left, behind all that came before."""
        self._free = max(self._free, now) + (size / self._rate if self._rate else 0.0)
        self._count(size)
        return self._free

    def _count(self, size: int) -> None:
        second = int(time.time() + self._free - time.monotonic())
        if second != self._second:
            if self._bytes and self._account is not None:
                with self._account.open("a") as file:
                    file.write(f"{self._second} {self._bytes}\n")
            self._second, self._bytes = second, 0
        self._bytes += size


class Direction:
    """One direction of a connection: what came from `source` and is not with `sink` yet."""

    def __init__(self, source: socket.socket, sink: socket.socket, wire: Wire) -> None:
        self.wire = wire
        self.source = source
        self.sink = sink
        self.waiting: deque[tuple[float, memoryview]] = deque()
        self.size = 0
        self.ended = False
        self.blocked = False


class DelayProxy:
    """Everything in one thread, with buffers that are used again."""

    def __init__(self, port: int, round_trip: float, rate: float = 0.0, account: Path | None = None) -> None:
        self._target = port
        self._up, self._down = Wire(rate, account), Wire(rate)
        self._ahead = int(rate * (round_trip + _QUEUE_SECONDS)) if rate else _AHEAD
        self._piece = min(_PIECE, max(1, self._ahead // 4))
        self._delay = round_trip / 2
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server((_HOST, 0), backlog=256)
        self._listener.settimeout(0)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._reading: dict[socket.socket, Direction] = {}
        self._writing: dict[socket.socket, Direction] = {}
        self._due: list[tuple[float, int, Direction]] = []
        self._number = count()
        self._free: list[bytearray] = []

    @property
    def port(self) -> int:
        """Where clients connect to."""
        port: int = self._listener.getsockname()[1]
        return port

    def run(self) -> None:
        """Pass bytes on for ever."""
        while True:
            timeout = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            for key, events in self._selector.select(timeout):
                if key.fileobj is self._listener:
                    self._accept()
                    continue
                assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - nothing else is registered
                if events & selectors.EVENT_READ and key.fileobj in self._reading:
                    self._receive(self._reading[key.fileobj])
                if events & selectors.EVENT_WRITE and key.fileobj in self._writing:
                    self._send(self._writing[key.fileobj])
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                self._send(heapq.heappop(self._due)[2])

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection((_HOST, self._target))
        for end in (client, server):
            end.settimeout(0)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink, wire in ((client, server, self._up), (server, client, self._down)):
            direction = Direction(source, sink, wire)
            self._reading[source] = self._writing[sink] = direction
        for end in (client, server):
            self._selector.register(end, selectors.EVENT_READ)

    def _receive(self, direction: Direction) -> None:
        buffer = self._free.pop() if self._free else bytearray(self._piece)
        try:
            came = direction.source.recv_into(buffer)
        except BlockingIOError:
            self._free.append(buffer)
            return
        except OSError:
            came = 0
        direction.ended = not came
        direction.size += came
        due = direction.wire.gone(came, time.monotonic()) + self._delay
        direction.waiting.append((due, memoryview(buffer)[:came]))
        heapq.heappush(self._due, (due, next(self._number), direction))
        self._watch(direction)

    def _send(self, direction: Direction) -> None:
        now = time.monotonic()
        direction.blocked = False
        while direction.waiting and direction.waiting[0][0] <= now:
            due, piece = direction.waiting.popleft()
            if not piece:
                with suppress(OSError):
                    direction.sink.shutdown(socket.SHUT_WR)
                self._close_if_over(direction)
                return
            try:
                sent = direction.sink.send(piece)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._drop(direction)
                return
            direction.size -= sent
            if sent < len(piece):
                direction.waiting.appendleft((due, piece[sent:]))
                direction.blocked = True
                break
            if isinstance(piece.obj, bytearray):
                self._free.append(piece.obj)
        self._watch(direction)

    def _watch(self, direction: Direction) -> None:
        """Read on while there is room, and write on when the sink takes more."""
        back = self._reading.get(direction.sink)
        for end, reads, writes in (
            (direction.source, direction, self._writing.get(direction.source)),
            (direction.sink, back, direction),
        ):
            events = 0
            if reads is not None and not reads.ended and reads.size < self._ahead:
                events |= selectors.EVENT_READ
            if writes is not None and writes.blocked:
                events |= selectors.EVENT_WRITE
            self._listen(end, events)

    def _listen(self, end: socket.socket, events: int) -> None:
        registered = end.fileno() >= 0 and end in self._selector.get_map()
        if registered and not events:
            self._selector.unregister(end)
        elif registered and self._selector.get_key(end).events != events:
            self._selector.modify(end, events)
        elif not registered and events and end.fileno() >= 0:
            self._selector.register(end, events)

    def _close_if_over(self, direction: Direction) -> None:
        back = self._reading.get(direction.sink)
        if back is None or (back.ended and not back.waiting):
            self._drop(direction)

    def _drop(self, direction: Direction) -> None:
        for end in (direction.source, direction.sink):
            self._listen(end, 0)
            end.close()
            self._reading.pop(end, None)
            self._writing.pop(end, None)
        direction.waiting.clear()


@contextmanager
def long_line(port: int, round_trip: float, rate: float = 0.0, account: Path | None = None) -> Iterator[int]:
    """Put a long line before a port; yields the port to use instead.

    `round_trip` in seconds, `rate` in bytes a second, 0 without one; both 0 is no line at all. `account` is a file that
    is told how many bytes went to the port in each second.
    """
    if not round_trip and not rate:
        yield port
        return
    words = [] if account is None else [str(account)]
    with running_script("delay_proxy.py", str(port), str(round_trip), str(rate), *words) as process:
        yield int(first_line(process))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    proxy = DelayProxy(int(arguments[0]), *map(float, arguments[1:3]), *map(Path, arguments[3:]))
    print(proxy.port, flush=True)
    proxy.run()

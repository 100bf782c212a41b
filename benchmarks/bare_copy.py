"""The least that copies an archive with what we promise of it: read, hashed, sent, hashed again, written and synced.

As a program: `python benchmarks/bare_copy.py serve FOLDER PORT`, and the same with `send`. It has a process for each
connection, so that none waits for Python's lock, and nothing else: no journal, no resumption, no HTTP, no questions, no
manifest, no index. A file that changes is not noticed, and each byte is read once.

A body is the number of its files, and of each its size, its content and its sha256; it is kept as it came, in a file of
its own, and answered with one byte once it is held against the sha256 and synced. A file of 16 MiB or more is a body.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import socket
import socketserver
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

_BODY = 16 << 20
_PIECE = 256 << 10
_SENDERS = 4
"""Bodies under way at once: more than this machine has cores, since one waits for the disk in the end."""

_COUNT = struct.Struct("!I")
_SIZE = struct.Struct("!Q")
_DIGEST = hashlib.sha256().digest_size
_DONE = b"\1"


class _Incoming(socketserver.BaseRequestHandler):
    """Takes the bodies of one connection, each into a file of its own below the server's folder."""

    server: _Server

    def handle(self) -> None:
        """Take bodies until the other end has no more."""
        self._room = memoryview(bytearray(_PIECE))
        self._at = self._end = self._bodies = 0
        self._file: BinaryIO | None = None
        while self._more():
            self._take_body()
            self.request.sendall(_DONE)

    def _take_body(self) -> None:
        (count,) = _COUNT.unpack(self._whole(_COUNT.size))
        for _ in range(count):
            (size,) = _SIZE.unpack(self._whole(_SIZE.size))
            sha256 = hashlib.sha256()
            for part in self._parts(size):
                sha256.update(part)
            if self._whole(_DIGEST) != sha256.digest():
                raise SystemExit("What arrived is not what was read.")
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            os.fsync(self.server.handle)  # its name must last as well

    def _whole(self, size: int) -> bytes:
        return b"".join(map(bytes, self._parts(size)))  # each before the next one takes its place

    def _parts(self, size: int) -> Iterator[memoryview]:
        while size:
            if self._at == self._end and not self._more():
                raise SystemExit("A body was cut off.")
            part = self._room[self._at : min(self._at + size, self._end)]
            self._at += len(part)
            size -= len(part)
            yield part

    def _more(self) -> bool:
        """Receive what is there, and write it down; False at the end."""
        self._at, self._end = 0, self.request.recv_into(self._room)
        if self._end and self._file is None:
            self._bodies += 1
            self._file = (self.server.folder / f"{os.getpid()}-{self._bodies}").open("wb", buffering=0)
        if self._file is not None:
            self._file.write(self._room[: self._end])
        return bool(self._end)


class _Server(socketserver.ForkingTCPServer):
    allow_reuse_address = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Incoming)
        self.folder = folder
        self.handle = os.open(folder, os.O_RDONLY)


def _send(bodies: Sequence[Sequence[tuple[str, int]]], port: int) -> None:
    """Send bodies over one connection."""
    room = memoryview(bytearray(_BODY + _PIECE))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for body in bodies:
            connection.sendall(_COUNT.pack(len(body)))
            if len(body) == 1:
                _send_file(connection, *body[0], room[:_PIECE])
            else:
                _send_files(connection, body, room)
            if connection.recv(len(_DONE)) != _DONE:
                raise SystemExit("A body was not taken.")


def _send_file(connection: socket.socket, path: str, size: int, room: memoryview) -> None:
    sha256 = hashlib.sha256()
    connection.sendall(_SIZE.pack(size))
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path costs more
        while came := file.readinto(room):
            sha256.update(room[:came])
            connection.sendall(room[:came])
    connection.sendall(sha256.digest())


def _send_files(connection: socket.socket, body: Sequence[tuple[str, int]], room: memoryview) -> None:
    at = 0
    for path, size in body:
        _SIZE.pack_into(room, at, size)
        content = room[at + _SIZE.size : at + _SIZE.size + size]
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path costs more
            file.readinto(content)
        at += _SIZE.size + size + _DIGEST
        room[at - _DIGEST : at] = hashlib.sha256(content).digest()
    connection.sendall(room[:at])


def _bodies(folder: str) -> Iterator[Sequence[tuple[str, int]]]:
    """Put small files together, until a body is full."""
    body: list[tuple[str, int]] = []
    filled = 0
    for path, size in _files(folder):
        if filled + size + _SIZE.size + _DIGEST > _BODY and body:
            yield body
            body, filled = [], 0
        body.append((path, size))
        filled += size + _SIZE.size + _DIGEST
    yield body


def _files(folder: str) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            else:
                yield entry.path, entry.stat().st_size


def main() -> None:
    """Serve, or send."""
    way, folder, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if way == "serve":
        _Server(Path(folder), port).serve_forever(poll_interval=0.02)
        return
    bodies = list(_bodies(folder))
    fork = multiprocessing.get_context("fork")
    senders = [fork.Process(target=_send, args=(bodies[first::_SENDERS], port)) for first in range(_SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
        if sender.exitcode:
            raise SystemExit(1)


if __name__ == "__main__":
    main()

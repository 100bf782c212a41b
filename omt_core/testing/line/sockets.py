"""Sockets that do not block, and that can end in the two ways a connection ends."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import anyio

_LINGER: Final = "hh" if sys.platform == "win32" else "ii"
"""The layout of the option: on, and for how many seconds. On with 0 seconds closes by a reset."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
        listener.settimeout(0)
    except OSError:
        listener.close()
        raise
    return listener


async def accept(listener: socket.socket) -> socket.socket:
    """Return the next connection. Raises `ClosedResourceError` once the listener is closed by `end`."""
    while True:
        await _until(anyio.wait_readable, listener)
        try:
            client, _ = listener.accept()
        except (BlockingIOError, ConnectionError):
            continue  # the client went away before its turn came
        client.settimeout(0)
        return client


async def connect(host: str, port: int) -> socket.socket:
    """Return a connection. Raises `OSError`."""
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        client.settimeout(0)
        try:
            client.connect((host, port))
        except BlockingIOError:
            await _until(anyio.wait_writable, client)
            error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, "the server does not take the connection") from None
    except BaseException:
        client.close()
        raise
    return client


async def receive(source: socket.socket, most: int) -> bytes:
    """Return at least one byte, or none at the end of the stream."""
    while True:
        await _until(anyio.wait_readable, source)
        try:
            return source.recv(most)
        except BlockingIOError:
            continue


async def send(sink: socket.socket, content: bytes) -> None:
    """Send all of it."""
    rest = memoryview(content)
    while rest:
        try:
            rest = rest[sink.send(rest) :]
        except BlockingIOError:
            await _until(anyio.wait_writable, sink)


def end(one: socket.socket, *, by_reset: bool = False) -> None:
    """Close a socket and wake whoever waits for it; by a reset the other side learns of it as an error."""
    if one.fileno() < 0:
        return
    anyio.notify_closing(one)
    if by_reset:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
    one.close()


async def _until(ready: Callable[[socket.socket], Awaitable[None]], one: socket.socket) -> None:
    """Wait for a socket. Raises `ClosedResourceError` when it was ended, also before this was called."""
    if one.fileno() < 0:
        raise anyio.ClosedResourceError
    await ready(one)

"""A forward proxy on loopback, as companies have one: CONNECT for https, absolute addresses for plain http."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import cast

from typing_extensions import override
from yarl import URL

LONGEST_HEAD = 64 * 1024
PIECE = 64 * 1024
PATIENCE = 60
"""Seconds after which a connection on which nothing happens is dropped, so that no test hangs on it."""


class ForwardProxy(socketserver.ThreadingTCPServer):
    """`requests` is what was asked for, as (method, target), in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Way)
        self.requests: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        """What `online.proxy` has to say."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def forward_proxy() -> Iterator[ForwardProxy]:
    """Run a proxy until the context ends."""
    with ForwardProxy() as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


class _Way(socketserver.BaseRequestHandler):
    """One connection: a tunnel, or one request."""

    @override
    def handle(self) -> None:
        client: socket.socket = self.request
        client.settimeout(PATIENCE)
        head, rest = _read_head(client)
        if not head:
            return
        method, target, version = head[0].split(" ")
        cast("ForwardProxy", self.server).requests.append((method, target))
        url = URL(f"//{target}") if method == "CONNECT" else URL(target)
        assert url.host is not None
        assert url.port is not None
        with closing(socket.create_connection((url.host, url.port), timeout=PATIENCE)) as server:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                kept = [line for line in head[1:] if not line.lower().startswith(("connection:", "proxy-"))]
                lines = [f"{method} {url.raw_path_qs} {version}", *kept, "Connection: close", "", ""]
                server.sendall("\r\n".join(lines).encode("latin-1"))
            server.sendall(rest)
            back = threading.Thread(target=_pass, args=(server, client), daemon=True)
            back.start()
            _pass(client, server)
            back.join()


def _read_head(client: socket.socket) -> tuple[list[str], bytes]:
    """Return the lines of a request's head, and what came behind it; nothing when the client went away."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = client.recv(PIECE)
        if not piece or len(got) > LONGEST_HEAD:
            return [], b""
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(PIECE):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)

"""The wizard is there for this machine alone, and ends whatever is open."""

from __future__ import annotations

import anyio
import psutil
import pytest

from omt_core.wizard.server import listen
from tests.core.wizard.serving import served

pytestmark = pytest.mark.anyio


async def test_it_listens_on_loopback_and_nowhere_else() -> None:
    async with served() as wizard:
        listening = {
            (connection.laddr.ip, connection.laddr.port)
            for connection in psutil.Process().net_connections("inet")
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == wizard.port
        }
        assert listening == {("127.0.0.1", wizard.port)}


def test_the_system_chooses_the_port() -> None:
    with listen() as one, listen() as other:
        assert one.getsockname()[1] != other.getsockname()[1]


async def test_an_open_stream_does_not_keep_it_from_ending() -> None:
    async with served() as wizard:
        stream = await anyio.connect_tcp("127.0.0.1", wizard.port)
        request = f"GET {wizard.access.home}/api/stream HTTP/1.1\r\nHost: 127.0.0.1:{wizard.port}\r\n"
        await stream.send(f"{request}Cookie: {wizard.cookie['Cookie']}\r\n\r\n".encode())
        answer = b""
        while b": here" not in answer:
            answer += await stream.receive()
    async with stream:
        assert [part async for part in stream] == [], "the stream is cut"
    with pytest.raises(OSError, match=r"connect|refused"):
        await anyio.connect_tcp("127.0.0.1", wizard.port)


async def test_what_is_no_http_is_refused_and_kept_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as wizard, await anyio.connect_tcp("127.0.0.1", wizard.port) as stream:
        await stream.send(b"GET / HTTP/1.1\r\n: planted\r\n\r\n")
        assert (await stream.receive()).startswith(b"HTTP/1.0 400 ")
    assert "planted" not in caplog.text

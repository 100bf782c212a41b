"""An event stream ends with its session and with its page, and makes no noise about it."""

from __future__ import annotations

import logging

import anyio
import pytest
from anyio.abc import ByteStream

from tests.core.wizard.serving import IDLE_SECONDS, Served, served

pytestmark = pytest.mark.anyio


async def listening(wizard: Served) -> ByteStream:
    """Open the stream as a page does, and read as far as the first state."""
    stream = await anyio.connect_tcp("127.0.0.1", wizard.port)
    request = f"GET {wizard.access.home}/api/events HTTP/1.1\r\nHost: 127.0.0.1:{wizard.port}\r\n"
    await stream.send(f"{request}Cookie: {wizard.cookie['Cookie']}\r\n\r\n".encode())
    answer = b""
    while b"event: state" not in answer:
        answer += await stream.receive()
    return stream


async def test_it_ends_when_the_session_expires() -> None:
    async with served() as wizard, await listening(wizard) as stream:
        wizard.clock.now += IDLE_SECONDS
        wizard.access.look()
        rest = b""
        while not rest.endswith(b"0\r\n\r\n"):  # the last chunk: the answer is whole, nothing was cut
            rest += await stream.receive()


async def test_a_page_that_was_closed_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with served() as wizard:
        await (await listening(wizard)).aclose()
        for _ in range(3):
            wizard.controller.events.publish("notice", "{}")
            await anyio.wait_all_tasks_blocked()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []

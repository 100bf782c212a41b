"""A tenant that says nothing is told of long before patience is over, and so is that it is back."""

from __future__ import annotations

import anyio
import pytest

from omt_core.api.events import Event, Notice, OnlineSilent
from omt_online.client.silence import Silence

pytestmark = pytest.mark.anyio


class Told:
    """Keeps what was told, and wakes who waits for it."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.silent: list[bool] = []
        self._news = anyio.Event()

    def emit(self, event: Event) -> None:
        if isinstance(event, OnlineSilent):
            self.silent.append(event.silent)
            return
        assert isinstance(event, Notice)
        self.messages.append(str(event.message))
        self._news.set()

    async def one(self) -> str:
        await self._news.wait()
        self._news = anyio.Event()
        return self.messages[-1]


async def test_silence_is_told_once_and_its_end_with_the_first_thing_that_moves() -> None:
    told = Told()
    silence = Silence("t.example.com", told, after=0.01)
    with silence.watched():
        assert (await told.one()).startswith("t.example.com has not answered for ")
        silence.moved()
        assert told.messages[1].startswith("t.example.com answers again, after ")
    assert len(told.messages) == 2
    assert told.silent == [True, False]


async def test_a_tenant_that_answers_one_of_many_requests_is_there() -> None:
    told = Told()
    silence = Silence("t.example.com", told, after=3600)
    with silence.watched(), silence.watched():
        silence.moved()
    assert told.messages == []


async def test_a_request_that_failed_is_no_answer() -> None:
    """Who repeats it says so."""
    told = Told()
    silence = Silence("t.example.com", told, after=0.01)

    async def fail() -> None:
        with silence.watched():
            await told.one()
            raise OSError("reset")

    with pytest.raises(OSError, match="reset"):
        await fail()
    with silence.watched():
        silence.moved()
    assert not any("answers again" in message for message in told.messages)
    assert told.silent == [True, False]  # whoever said so: it is heard again

"""A page that was away is told what it missed; one that missed too much is told all."""

from __future__ import annotations

import anyio
import pytest

from omt_core.wizard.controller.events import EventStream

pytestmark = pytest.mark.anyio


async def heard(feed: EventStream, last: str | None = None) -> list[str]:
    return [message.data async for message in feed.after(last)]


async def ids(feed: EventStream) -> list[str]:
    return [message.id async for message in feed.after(None)]


async def test_a_listener_hears_everything_from_when_it_came_in_order() -> None:
    feed = EventStream()
    feed.publish("state", "before")
    told: list[str] = []

    async def listen() -> None:
        told.extend(await heard(feed))

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        await anyio.wait_all_tasks_blocked()
        for number in range(3):
            feed.publish("row", str(number))
        await anyio.wait_all_tasks_blocked()
        feed.publish("row", "3")
        feed.close()
    assert told == ["0", "1", "2", "3"]


async def test_a_listener_that_comes_back_hears_what_it_missed() -> None:
    feed, last = EventStream(), ""

    async def listen() -> None:
        nonlocal last
        async for message in feed.after(None):
            last = message.id
            return

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        await anyio.wait_all_tasks_blocked()
        feed.publish("row", "heard")
    feed.publish("row", "missed")
    feed.close()
    assert feed.knows(last)
    assert await heard(feed, last) == ["missed"]


async def test_what_is_of_another_process_or_too_long_ago_is_not_known() -> None:
    feed = EventStream()
    for number in range(1_000):
        feed.publish("row", str(number))
    feed.close()
    name = feed.name
    assert not feed.knows(None)
    assert not feed.knows("other-5")
    assert not feed.knows(f"{name}-5")
    assert not feed.knows(f"{name}-2000")
    assert not feed.knows(f"{name}-x")
    assert feed.knows(f"{name}-999")
    assert feed.knows(f"{name}-1000")


async def test_nothing_is_heard_after_the_end() -> None:
    feed = EventStream()
    feed.close()
    assert await heard(feed) == []
    assert await ids(feed) == []

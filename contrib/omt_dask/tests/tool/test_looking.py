"""A worker that hangs when it is looked at holds up nobody else's, and is looked at again."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import anyio
import pytest

from omt_dask.messages.answers import Machine
from omt_dask.settings import DaskSettings
from omt_dask.tool.fleet import Fleet

pytestmark = pytest.mark.anyio


class HangingClient:
    """A scheduler with one worker, which says nothing the first time that it is asked."""

    def __init__(self) -> None:
        self.scheduler = self
        self.asked: list[Sequence[str]] = []

    async def identity(self) -> Mapping[str, object]:
        return {"workers": {"tcp://a": {"last_seen": time.time()}}}

    async def processing(self) -> Mapping[str, Sequence[str]]:
        return {}

    async def run(self, look: object, run: str, *, workers: Sequence[str], on_error: str) -> Mapping[str, Machine]:
        self.asked.append(workers)
        if len(self.asked) == 1:
            await anyio.sleep_forever()
        return {"tcp://a": Machine(name="a", resources={}, unseen=(), key=bytes(32))}


async def test_one_that_says_nothing_is_waited_for_no_longer_than_the_settings_say() -> None:
    fleet = Fleet(cast("Any", None), DaskSettings(wait_for_workers=0.01))
    client = HangingClient()
    fleet._known_client = cast("Any", client)  # pyright: ignore[reportPrivateUsage]
    assert await fleet._looked() == {}  # pyright: ignore[reportPrivateUsage]
    assert list((await fleet._looked()).values()) == [2]  # pyright: ignore[reportPrivateUsage]
    assert client.asked == [["tcp://a"], ["tcp://a"]]

"""What is under way behind a stop is cut off in a while."""

from __future__ import annotations

import math

import anyio
import pytest

from omt_dask.messages.draining import Drain

pytestmark = pytest.mark.anyio


async def test_what_is_under_way_is_cut_off_and_so_is_what_begins_behind_it() -> None:
    drain = Drain()
    with drain.lent() as before, before:
        drain.begin(0)
        await anyio.sleep_forever()
    with drain.lent() as behind, behind:
        await anyio.sleep_forever()
    assert before.cancelled_caught
    assert behind.cancelled_caught


async def test_it_is_not_put_off_by_what_is_said_later() -> None:
    drain = Drain()
    with drain.lent() as scope:
        drain.begin(100)
        first = scope.deadline
        drain.begin(200)
        assert scope.deadline == first
        drain.begin(0)
        assert scope.deadline < first


async def test_what_goes_on_after_all_is_not_cut_off() -> None:
    drain = Drain()
    with drain.lent() as scope:
        drain.begin(100)
        drain.undo()
        assert scope.deadline == math.inf
    with drain.lent() as behind:
        assert behind.deadline == math.inf

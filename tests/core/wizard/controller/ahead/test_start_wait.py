"""The wait for a planned start, apart from what is to begin."""

from __future__ import annotations

from datetime import timedelta

import anyio
import pytest

from omt_core.engine.upload import wakefulness
from omt_core.wizard.controller.ahead.start_wait import StartWait
from tests.core.wizard.controller.ahead.night import Night

pytestmark = pytest.mark.anyio


async def test_the_machine_is_kept_awake_while_a_start_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def tell(state: int) -> bool:
        told.append(state)
        return True

    async def begin() -> None:
        begun.set()
        await anyio.sleep_forever()

    monkeypatch.setattr(wakefulness, "_tell_windows", tell)
    night, begun = Night(), anyio.Event()
    async with anyio.create_task_group() as group:
        wait = StartWait(group, begin, night)
        wait.plan(night.now() + timedelta(hours=3))
        await anyio.wait_all_tasks_blocked()
        assert told == [0x8000_0001]
        wait.cancel()
        await anyio.wait_all_tasks_blocked()
        assert told == [0x8000_0001, 0x8000_0000]
        wait.plan(night.now() + timedelta(hours=3))
        night.falls.set()
        await begun.wait()
        assert told[2:] == [0x8000_0001], "also while everything is checked again"
        group.cancel_scope.cancel()
    assert told[2:] == [0x8000_0001, 0x8000_0000]

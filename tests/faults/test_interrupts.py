"""Ctrl-C once and twice, SIGTERM, and a terminal that goes away, at the very byte: the same command goes on."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import anyio.to_thread
import pytest

from omt_core.testing.fault_proxy import fault_proxy
from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like, assert_journal_says_no_more_than_is_true
from tests.faults.processes import ServedTenant, run, start
from tests.faults.sites import FaultySite

pytestmark = pytest.mark.anyio

_chance = random.Random(5)
SIGNALS = [
    (signal.SIGINT, 1, _chance.uniform(0.05, 0.9)),
    (signal.SIGINT, 1, _chance.uniform(0.05, 0.9)),
    (signal.SIGINT, 2, _chance.uniform(0.05, 0.9)),
    (signal.SIGINT, 2, _chance.uniform(0.05, 0.9)),
    (signal.SIGTERM, 1, _chance.uniform(0.05, 0.9)),
    (signal.SIGHUP, 1, _chance.uniform(0.05, 0.9)),
]


@pytest.mark.parametrize(("number", "times", "share"), SIGNALS)
async def test_a_signal_ends_the_run_with_130_and_the_same_command_goes_on(  # noqa: PLR0917 - fixtures and cases
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, number: int, times: int, share: float
) -> None:
    workspace = tmp_path / "work"
    async with fault_proxy(tenant.port) as way:
        command, settings = site.migrate(workspace), site.settings(tenant, url=way.url)
        running = start(*command, folder=tmp_path, extra=settings)
        for nth in range(times):
            way.when_passed(int(calm.sent * share) + nth, lambda: running.signal(number))
        stopped = await anyio.to_thread.run_sync(running.ended)
        assert (stopped.code, stopped.result["error"]["code"]) == (130, "interrupted")
        assert "same command" in stopped.result["error"]["remedy"]
        assert stopped.result["receipt"] is None
        assert_journal_says_no_more_than_is_true(workspace, tenant)
        ended = await anyio.to_thread.run_sync(lambda: run(*command, folder=tmp_path, extra=settings))
        await anyio.to_thread.run_sync(assert_ended_like, calm.end, ended, workspace, tenant)

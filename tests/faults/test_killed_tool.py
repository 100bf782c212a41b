"""kill -9 of the tool at the very byte, or as a request goes out: the next run ends as if nothing had happened."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import anyio.to_thread
import pytest

from omt_core.testing.fault_proxy import FaultProxy, fault_proxy
from omt_core.testing.faults import Direction
from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like, assert_journal_says_no_more_than_is_true
from tests.faults.processes import Running, ServedTenant, start
from tests.faults.sites import HEADS, PIECE, WORKERS, FaultySite

pytestmark = pytest.mark.anyio

BYTES = random.Random(1).sample(range(3_000, 97_000), 8)
"""Where to kill while bodies go over the line, in 1,000ths of a percent of what the calm run sends."""

SAID = [
    ("PUT /v1/migrations/", Direction.TO_SERVER, 1),
    ("PUT /v1/migrations/", Direction.TO_SERVER, 4),
    ("204 No Content", Direction.TO_CLIENT, 2),
    ("/completion HTTP", Direction.TO_SERVER, 1),
    ("202 Accepted", Direction.TO_CLIENT, 1),
    ('{"state":"', Direction.TO_CLIENT, 1),
    ("/receipt HTTP", Direction.TO_SERVER, 1),
]
"""What goes by when the tool dies: commits, completion, import, and what comes behind it."""


class Killing:
    """Runs the migration through a proxy, dies at the moment given, and runs again."""

    def __init__(self, site: FaultySite, tenant: ServedTenant, way: FaultProxy, workspace: Path) -> None:
        self._start = lambda: start(
            *site.migrate(workspace), folder=workspace.parent, extra=site.settings(tenant, url=way.url)
        )
        self.running: Running = self._start()

    def kill(self) -> None:
        self.running.signal()

    async def killed(self) -> None:
        """Wait until it is dead, and start anew."""
        assert await anyio.to_thread.run_sync(self.running.end) == -signal.SIGKILL
        self.running = self._start()


async def killed_and_resumed(
    calm: Calm, site: FaultySite, tenant: ServedTenant, folder: Path, when: tuple[str, Direction, int] | int
) -> None:
    workspace = folder / "work"
    async with fault_proxy(tenant.port) as way:
        killing = Killing(site, tenant, way, workspace)
        if isinstance(when, int):
            way.when_passed(when, killing.kill)
        else:
            text, direction, nth = when
            way.when_said(text, killing.kill, nth=nth, direction=direction)
        await killing.killed()
        assert_journal_says_no_more_than_is_true(workspace, tenant)
        ended = await anyio.to_thread.run_sync(killing.running.ended)
        await anyio.to_thread.run_sync(assert_ended_like, calm.end, ended, workspace, tenant)
        at_most = calm.sent + calm.idle_sent + WORKERS * (PIECE + HEADS)
        assert way.passed[Direction.TO_SERVER] <= at_most


@pytest.mark.parametrize("share", BYTES)
async def test_it_goes_on_from_what_was_confirmed(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, share: int
) -> None:
    await killed_and_resumed(calm, site, tenant, tmp_path, calm.sent * share // 100_000)


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said[0]} {said[2]}")
async def test_it_goes_on_from_commit_completion_and_import(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, said: tuple[str, Direction, int]
) -> None:
    await killed_and_resumed(calm, site, tenant, tmp_path, said)

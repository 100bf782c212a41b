"""kill -9 of the tenant at the very byte, and a start on the same port: it is waited for, and believed no more than it
made durable."""

from __future__ import annotations

import random
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from omt_core.api.calls import TransferSummary
from omt_core.testing.fault_proxy import FaultProxy, fault_proxy
from omt_core.testing.faults import Direction
from tests.faults.conftest import Calm
from tests.faults.end_state import assert_ended_like, assert_journal_says_no_more_than_is_true
from tests.faults.processes import ServedTenant, run
from tests.faults.sites import HEADS, PIECE, WORKERS, FaultySite
from tests.faults.transfers import Transfers, transfer

pytestmark = pytest.mark.anyio


class Deaths:
    """Kills the tenant when told, and starts it again once it was looked at what it left."""

    def __init__(self, tenant: ServedTenant, workspace: Path) -> None:
        self.count = 0
        self._tenant = tenant
        self._workspace = workspace
        self._dead = anyio.Event()

    def kill(self) -> None:
        self._tenant.running.signal()
        self._dead.set()

    async def bring_back(self) -> None:
        """Do so until cancelled."""
        while True:
            await self._dead.wait()
            self._dead = anyio.Event()
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._tenant.kill)
                await anyio.to_thread.run_sync(assert_journal_says_no_more_than_is_true, self._workspace, self._tenant)
                await anyio.to_thread.run_sync(self._tenant.start_again)
                self.count += 1


@pytest.mark.parametrize("seed", range(6))
async def test_while_bodies_go_over_the_line_twice_in_one_transfer(
    transfers: Transfers, tenant: ServedTenant, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    async with fault_proxy(tenant.port) as way, anyio.create_task_group() as tasks:
        deaths = Deaths(tenant, tmp_path)
        tasks.start_soon(deaths.bring_back)
        for share in (chance.uniform(0.02, 0.5), chance.uniform(0.5, 0.98)):
            way.when_passed(int(transfers.sent * share), deaths.kill)
        assert await transfer(transfers.archive, tmp_path, tenant, way) == TransferSummary()
        tasks.cancel_scope.cancel()
    assert deaths.count == 2
    await transfers.assert_same(tmp_path, tenant)
    assert way.passed[Direction.TO_SERVER] <= transfers.sent + 2 * WORKERS * (PIECE + HEADS)


SAID = [
    ("PUT /v1/migrations/", Direction.TO_SERVER, 2),
    ("/completion HTTP", Direction.TO_SERVER, 1),
    ("/completion HTTP", Direction.TO_SERVER, 2),
    ("202 Accepted", Direction.TO_CLIENT, 1),
    ('{"state":"', Direction.TO_CLIENT, 1),
    ("/receipt HTTP", Direction.TO_SERVER, 1),
]
"""What goes by when it dies: a commit, the completion, the question how far it is, its answers, the receipt."""


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said[0]} {said[2]}")
async def test_while_it_commits_and_imports(
    calm: Calm, site: FaultySite, tenant: ServedTenant, tmp_path: Path, said: tuple[str, Direction, int]
) -> None:
    workspace = tmp_path / "work"
    text, direction, nth = said

    async def migrated(way: FaultProxy) -> None:
        command, settings = site.migrate(workspace), site.settings(tenant, url=way.url)
        ended = await anyio.to_thread.run_sync(lambda: run(*command, folder=tmp_path, extra=settings))
        await anyio.to_thread.run_sync(assert_ended_like, calm.end, ended, workspace, tenant)

    async with fault_proxy(tenant.port) as way, anyio.create_task_group() as tasks:
        deaths = Deaths(tenant, workspace)
        tasks.start_soon(deaths.bring_back)
        way.when_said(text, deaths.kill, nth=nth, direction=direction)
        await migrated(way)
        tasks.cancel_scope.cancel()
    assert deaths.count == 1

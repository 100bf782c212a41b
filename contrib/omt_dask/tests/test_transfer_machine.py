"""The state machine of transfers with a fleet: workers die, hang, are cut off, join, and do a batch twice.

How to run it for longer: `omt_core/testing/property/effort.py`.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

import anyio
import dask.config
import pytest
from distributed import Client, Scheduler
from forked_site import ForkedSite, forked_site
from omt_core.api import OnlineTarget
from omt_core.api.calls import ConnectOnline, Transfer, TransferSummary
from omt_core.testing.online_side import Connect
from omt_core.testing.property.effort import tries
from omt_core.testing.property.receiver import LIMITS, Receiver
from omt_core.testing.property.served_receiver import ServedReceiver
from omt_core.testing.property.simulation import Elsewhere
from omt_core.testing.property.transfer_machine import PAGE, SETTINGS, TransferMachine
from omt_core.testing.recording import RecordingContext
from omt_online.client import ClientSettings, connect
from omt_tenant.embedded import serve_tenant
from omt_tenant.holdings import TenantHoldings
from omt_tenant.settings import TenantSettings
from omt_upload import batches
from omt_upload.lanes.batch_sender import Batch, BatchResult
from typing_extensions import override

from omt_dask.settings import DaskSettings
from omt_dask.tool import transfer as transfer_module
from omt_dask.tool.fleet import Fleet

pytestmark = pytest.mark.timeout(900)  # what fails is made as short as can be, which takes longer than all tries

A_WHILE = 0.3
"""Seconds for which a worker hangs that goes on then: a scheduler does not count it as dead."""


class FleetMachine(TransferMachine):
    """Beside the tool there is a fleet, whose processes last from one run to the next, as far as they live."""

    threads = True
    furthest = 12
    elsewhere = (
        Elsewhere("kill"),
        Elsewhere("hang"),
        Elsewhere("cut"),
        Elsewhere("twice"),
        Elsewhere("join"),
        Elsewhere("lose the scheduler", harmless=False),
    )
    there: ClassVar[ForkedSite]

    def __init__(self) -> None:
        super().__init__()
        self.random = random.Random(0)
        self.twice = 0
        self.client: Client | None = None
        self.cutting: list[asyncio.Future[None]] = []

    @override
    def new_tenant(self, number: int) -> Receiver:
        folder, settings = self.folder / f"tenant {number}", TenantSettings.model_validate(LIMITS)

        @asynccontextmanager
        async def serve() -> AsyncGenerator[Connect]:
            async with serve_tenant(folder, settings=settings) as tenant:
                online = ClientSettings(url=tenant.url, token_file=tenant.token_file, retry_total=0)

                async def connected(workspace: Path) -> OnlineTarget:
                    return await connect(online, ConnectOnline(run=RecordingContext(workspace)))

                yield connected

        return ServedReceiver(serve, TenantHoldings(folder, settings), self.folder / "work")

    @override
    async def transfer(self, call: Transfer) -> TransferSummary:
        machine = self

        class Watched(Fleet):
            """Does a batch twice where it is to, and does nothing any more once the tool is dead."""

            @override
            async def begin(self, client: Client) -> None:
                machine.client = client
                await super().begin(client)

            @override
            async def sent(self, home: str, batch: Batch) -> BatchResult:
                if not machine.twice:
                    result = await super().sent(home, batch)
                else:
                    machine.twice -= 1
                    result = await machine.one_of(super().sent, home, batch)
                machine.tenant.took(result.sent)
                return result

            @override
            async def end(self) -> None:
                if machine.simulation is None or not machine.simulation.dead:
                    await super().end()

        self.there.begin()
        settings = DaskSettings.model_validate(
            {"scheduler": self.there.address, "upload": SETTINGS, "online": {"retry_total": 0}}
        )
        try:
            with patch.object(batches, "_PAGE", PAGE), patch.object(transfer_module, "Fleet", Watched):
                return await transfer_module.transfer_by_fleet(call, settings)
        finally:
            self.twice, self.client = 0, None
            for name in self.there.workers:
                self.there.send(name, signal.SIGCONT)

    @override
    def happen(self, what: Elsewhere) -> None:
        name = self.random.choice(self.there.workers)
        match what.what:
            case "kill":
                self.there.kill(name)
                self.there.join(name)  # as whoever watches over it would
            case "hang":
                self.there.send(name, signal.SIGSTOP)
                asyncio.get_running_loop().call_later(A_WHILE, self.there.send, name, signal.SIGCONT)
            case "cut":
                self.cut(name)
            case "twice":
                self.twice += 1
            case "join":
                self.there.join()
            case _:
                self.there.kill("scheduler")

    def cut(self, name: str) -> None:
        """Break the scheduler's connection to a worker."""
        if self.client is not None:
            self.cutting.append(asyncio.ensure_future(self.client.run_on_scheduler(breaking(name))))

    async def one_of(
        self, sent: Callable[[str, Batch], Awaitable[BatchResult]], home: str, batch: Batch
    ) -> BatchResult:
        """Have a batch sent twice at once; return what came of either."""
        results: list[BatchResult] = []

        async def again() -> None:
            results.append(await sent(home, batch))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(again)
            tasks.start_soon(again)
        return self.random.choice(results)


def breaking(name: str) -> Callable[..., None]:
    """Return what breaks a scheduler's connection to a worker, without a word to it."""

    def break_connection(dask_scheduler: Scheduler) -> None:
        for address, comm in dask_scheduler.stream_comms.items():
            if dask_scheduler.workers[address].name == name:
                comm.abort()

    return break_connection  # of here, so that it is sent as it is: a scheduler knows no module of tests


@pytest.fixture(autouse=True, scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # A scheduler that was killed is not waited for as long as one that may only be slow.
    patience = dask.config.set({"distributed.comm.timeouts.connect": "5s"})
    with patience, forked_site(tmp_path_factory.mktemp("site")) as running:
        FleetMachine.there = running
        yield


TestTransferByAFleet = FleetMachine.TestCase
TestTransferByAFleet.settings = tries(8, 5)

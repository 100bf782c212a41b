"""The same machine over sockets: the client, the reference tenant with its store, and the threads of both.

How to run it for longer: `omt_core/testing/property/effort.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typing_extensions import override

from omt_core.api.calls import ConnectOnline
from omt_core.api.online import OnlineTarget
from omt_core.testing.online_side import Connect
from omt_core.testing.property.effort import tries
from omt_core.testing.property.receiver import LIMITS, Receiver
from omt_core.testing.property.served_receiver import ServedReceiver
from omt_core.testing.recording import RecordingContext
from omt_online.client import ClientSettings, connect
from omt_tenant.embedded import serve_tenant
from omt_tenant.holdings import TenantHoldings
from omt_tenant.settings import TenantSettings
from tests.property.plain_transfer import PlainTransferMachine

pytestmark = pytest.mark.timeout(900)  # what fails is made as short as can be, which takes longer than all tries


class TenantMachine(PlainTransferMachine):
    """With threads and sockets: what is done first may differ from one try to the next."""

    threads = True
    furthest = 80

    @override
    def new_tenant(self, number: int) -> Receiver:
        folder, settings = self.folder / f"tenant {number}", TenantSettings.model_validate(LIMITS)

        @asynccontextmanager
        async def serve() -> AsyncIterator[Connect]:
            async with serve_tenant(folder, settings=settings) as tenant:
                online = ClientSettings(url=tenant.url, token_file=tenant.token_file, retry_total=0)

                async def connected(workspace: Path) -> OnlineTarget:
                    return await connect(online, ConnectOnline(run=RecordingContext(workspace)))

                yield connected

        return ServedReceiver(serve, TenantHoldings(folder, settings), self.folder / "work")


TestTransferToTheTenant = TenantMachine.TestCase
TestTransferToTheTenant.settings = tries(6, 6)

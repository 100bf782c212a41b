"""The client with the embedded tenant, held to what every online target must keep to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from typing_extensions import override

from omt_core.api.calls import ConnectOnline
from omt_core.api.online import OnlineMigration, OnlineTarget, SenderPass
from omt_core.testing.online_conformance import OnlineConformance
from omt_core.testing.online_side import Connect
from omt_core.testing.recording import RecordingContext
from omt_online.client import ClientSettings, connect
from omt_online.client.sender import sender
from omt_tenant.embedded import serve_tenant


class TestOnlineConformance(OnlineConformance):
    """What every online target must keep to."""

    taken_user_name = "Held.Elsewhere@Example.com"

    @asynccontextmanager
    async def online_side(self, folder: Path) -> AsyncIterator[Connect]:
        async with serve_tenant(folder / "tenant", taken=[self.taken_user_name]) as tenant:
            settings = ClientSettings(url=tenant.url, token_file=tenant.token_file, retry_total=0.0)

            async def connect_tool(workspace: Path) -> OnlineTarget:
                return await connect(settings, ConnectOnline(run=RecordingContext(workspace)))

            yield connect_tool

    @override
    def sender(self, given: SenderPass) -> AbstractAsyncContextManager[OnlineMigration]:
        async def passes() -> SenderPass:
            return given

        return sender(ClientSettings(retry_total=0.0), passes, RecordingContext(None))

"""A client connected to a tenant in the same process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from typing_extensions import override

from omt_core.api.calls import ConnectOnline
from omt_core.api.context import RunContext
from omt_core.api.events import Event
from omt_core.api.installation import Licence
from omt_core.api.online import OnlineTarget
from omt_online.client import ClientSettings, connect
from omt_tenant.embedded import RunningTenant

LICENCE = Licence(owner="Uno Ltd", serial="1234567890", version="8.5")


class Watcher(RunContext):
    def __init__(self, workspace: Path | None = None) -> None:
        self._workspace = workspace
        self.events: list[Event] = []

    @property
    @override
    def workspace(self) -> Path | None:
        return self._workspace

    @override
    def emit(self, event: Event) -> None:
        self.events.append(event)


def settings_for(tenant: RunningTenant, **changed: Any) -> ClientSettings:
    return ClientSettings(**{"url": tenant.url, "token_file": tenant.token_file, "retry_total": 0.0, **changed})


@asynccontextmanager
async def connected(
    tenant: RunningTenant, workspace: Path | None = None, *, watcher: Watcher | None = None, **changed: Any
) -> AsyncIterator[OnlineTarget]:
    target = await connect(settings_for(tenant, **changed), ConnectOnline(run=watcher or Watcher(workspace)))
    try:
        yield target
    finally:
        await target.aclose()

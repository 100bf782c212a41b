"""The plugin and its target, held to OMT's own conformance suites."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from object_stores import Server, connect_tool
from omt_core.api import OnlineTarget
from omt_core.testing.conformance import PluginConformance
from omt_core.testing.online_conformance import OnlineConformance
from omt_core.testing.online_side import Connect
from typing_extensions import override

from omt_object_store import ObjectStorePlugin


class TestPlugin(PluginConformance):
    """What every plugin must keep to."""

    plugin_class = ObjectStorePlugin
    name = "object_store"


class TestTarget(OnlineConformance):
    """What every online target must keep to, in a folder, in S3 and in Azure Blob."""

    imports = False

    @pytest.fixture(autouse=True)
    def _store(self, store: Server) -> None:
        self.store = store
        # What moto and Azurite sync is their own matter.
        self.keeps_files = store.scheme == "file"

    @override
    @asynccontextmanager
    async def online_side(self, folder: Path) -> AsyncGenerator[Connect, None]:
        settings = self.store.settings_for(folder)

        async def connect(workspace: Path) -> OnlineTarget:
            return await connect_tool(settings, workspace)

        yield connect

"""What every online target must keep to, as tests that a plugin's author gets for a few lines.

    class TestMyTarget(OnlineConformance):
        @asynccontextmanager
        async def online_side(self, folder):
            async with my_server(folder) as server:
                yield lambda workspace: connect(MySettings(url=server.url), workspace)

The suite works with the target as the transfer does, with the database of a simulated CRM, and through restarts of the
online side. It needs a target that takes live migrations as well as tests.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import anyio
import pytest

from omt_core.api import Item
from omt_core.testing.crm import build_crm, export_database
from omt_core.testing.online.completion import CompletionConformance
from omt_core.testing.online.opening import OpeningConformance
from omt_core.testing.online.stages import StageConformance
from omt_core.testing.online.uploads import UploadConformance

TABLES: Final = 8
"""How many tables the database of the suite has: enough to be one, few enough to be imported often."""


@pytest.mark.anyio
class OnlineConformance(OpeningConformance, UploadConformance, StageConformance, CompletionConformance):
    """Derive from this, name the class Test..., and say in `online_side` how your target is reached."""

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Run on the backend that the tool runs on."""
        return "asyncio"

    @pytest.fixture(scope="class")
    @classmethod
    def database(cls) -> Sequence[tuple[Item, bytes]]:
        """Export a few tables with rows of a small database, once for all suites."""
        return _database()


@cache
def _database() -> Sequence[tuple[Item, bytes]]:
    async def export(folder: Path) -> Sequence[tuple[Item, bytes]]:
        return await export_database(await build_crm(folder / "crm", users=2, documents=1), folder / "work")

    with tempfile.TemporaryDirectory(prefix="omt-conformance-") as folder:
        parts = anyio.run(export, Path(folder))
    filled = sorted({item.part.table for item, _ in parts if item.part is not None and item.part.rows})[:TABLES]
    return [(item, content) for item, content in parts if item.part is not None and item.part.table in filled]

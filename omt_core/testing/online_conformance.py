"""What every online target must keep to, as tests that a plugin's author gets for a few lines.

    class TestMyTarget(OnlineConformance):
        @asynccontextmanager
        async def online_side(self, folder):
            async with my_server(folder) as server:
                yield lambda workspace: connect(MySettings(url=server.url), workspace)

The suite works with the target as the transfer does, with the database of a simulated CRM, and through restarts of the
online side. It needs a target that takes live migrations as well as tests. `OnlineSuite` names what the class may say
of an online side that differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import anyio
import pytest

from omt_core.api import Item
from omt_core.api.files import temporary_folder
from omt_core.testing.crm import build_crm, export_database, open_crm
from omt_core.testing.online.completion import CompletionConformance
from omt_core.testing.online.opening import OpeningConformance
from omt_core.testing.online.senders import SenderConformance
from omt_core.testing.online.stages import StageConformance
from omt_core.testing.online.uploads import UploadConformance
from omt_core.testing.online_side import SuiteDatabase

TABLES: Final = 8
"""How many tables are sent in most tests: enough to be a database, few enough to be imported often."""

PARTS: Final = 10
"""The most parts that one of these tables may have."""

_SMALL_PARTS: Final = {"part_bytes": 1, "batch_bytes": 2_000}
"""Settings of the export that give tables of a few rows several parts."""


@pytest.mark.anyio
class OnlineConformance(
    OpeningConformance, UploadConformance, StageConformance, SenderConformance, CompletionConformance
):
    """Derive from this, name the class Test..., and say in `online_side` how your target is reached."""

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Run on the backend that the tool runs on."""
        return "asyncio"

    @pytest.fixture(scope="class")
    @classmethod
    def database(cls) -> SuiteDatabase:
        """Export a small database, once for all suites."""
        return exported_database()


@cache
def exported_database() -> SuiteDatabase:
    """Export the database of a small simulated CRM, once in a process."""

    async def export(folder: Path) -> SuiteDatabase:
        crm = await build_crm(folder / "crm", users=2, documents=1)
        exported = await export_database(crm, folder / "work", _SMALL_PARTS)
        async with open_crm(crm) as opened:
            users = opened.calls.users
        tables = Counter(item.part.table for item, _ in exported if item.part is not None and item.part.rows)
        parted = sorted((name for name in tables if tables[name] <= PARTS), key=lambda name: (-tables[name], name))
        return SuiteDatabase(few=_parts(exported, parted[:TABLES]), whole=_parts(exported, tables), users=users)

    with temporary_folder() as folder:
        return anyio.run(export, folder)


def _parts(exported: Sequence[tuple[Item, bytes]], tables: Collection[str]) -> Sequence[tuple[Item, bytes]]:
    return [(item, content) for item, content in exported if item.part is not None and item.part.table in tables]

"""The stage of the database, held to what every upload stage must keep to; its files are copies of its own."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from omt_core.api import Plugin, UploadStage, calls
from omt_core.testing.crm import build_crm, open_crm
from omt_core.testing.harness import PluginHarness
from omt_core.testing.stage_conformance import UploadStageConformance
from omt_database import DatabasePlugin


class TestDatabase(UploadStageConformance):
    any_file = False

    async def fill(self, folder: Path) -> None:
        await build_crm(folder / "crm", users=1, documents=0)

    @asynccontextmanager
    async def stage_of(self, folder: Path) -> AsyncIterator[UploadStage]:
        harness = PluginHarness(DatabasePlugin, "database", {"part_bytes": 1, "batch_bytes": 20_000})
        workspace = tempfile.mkdtemp(dir=folder.parent)
        async with open_crm(folder / "crm") as crm, crm.calls.database.snapshot() as snapshot:
            call = calls.ContributeUploadStages(
                installation=crm.installation,
                database=crm.calls.database,
                workspace=Path(workspace),
                snapshot=snapshot,
                run=crm.calls.run,
            )
            (stage,) = (await harness.dispatch.every(Plugin.contribute_upload_stages, call)).values
            yield stage

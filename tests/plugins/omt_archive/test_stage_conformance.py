"""The stages of the archive, held to what every upload stage must keep to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from omt_archive import ArchivePlugin
from omt_archive.findings import CODES
from omt_core.api import Plugin, UploadStage, calls
from omt_core.testing.crm import build_crm, open_crm
from omt_core.testing.harness import PluginHarness
from omt_core.testing.stage_conformance import UploadStageConformance


class ArchiveConformance(UploadStageConformance):
    codes = CODES
    any_file = False
    stage: str

    async def fill(self, folder: Path) -> None:
        await build_crm(folder / "crm", users=4, documents=40)

    def root(self, folder: Path) -> Path:
        (archive,) = (path for path in (folder / "crm").rglob("TEMPLATE") if path.is_dir())
        return archive.parent

    @asynccontextmanager
    async def stage_of(self, folder: Path) -> AsyncIterator[UploadStage]:
        workspace = folder.parent / "workspace"
        await anyio.Path(workspace).mkdir(exist_ok=True)
        harness = PluginHarness(ArchivePlugin, "archive")
        async with open_crm(folder / "crm") as crm:
            call = calls.ContributeUploadStages(
                installation=crm.installation,
                database=crm.calls.database,
                workspace=workspace,
                snapshot="one",
                run=crm.calls.run,
            )
            stages = (await harness.dispatch.every(Plugin.contribute_upload_stages, call)).values
            yield next(stage for stage in stages if stage.name == self.stage)


class TestDocuments(ArchiveConformance):
    stage = "documents"


class TestTemplates(ArchiveConformance):
    stage = "templates"

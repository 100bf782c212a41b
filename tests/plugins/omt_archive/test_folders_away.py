"""A folder that was there and is away: its files are not told as missing, whichever tree it is of."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager

import pytest

from omt_archive import ArchivePlugin
from omt_archive.settings import ArchiveSettings
from omt_archive.stages import ArchiveStages
from omt_core.api.calls import ValidateDocuments
from omt_core.api.errors import FolderAwayError
from omt_core.api.events import Notice
from omt_core.api.items import InventoryState
from omt_folders.seen_folders import SeenFolders
from tests.plugins.omt_archive.conftest import collected

pytestmark = pytest.mark.anyio


def folders(site):
    """A folder of each tree, and the stages that need it."""
    first, second = site.installation.archives
    document = next(path for path in first.rglob("*.doc*") if "TEMPLATE" not in path.parts)
    return {
        "first root": (first, {"documents", "templates"}),
        "second root": (second, {"documents"}),
        "owner": (document.parent.parent, {"documents"}),
        "period": (document.parent, {"documents"}),
        "templates": (first / "TEMPLATE", {"templates"}),
        "texts": (site.machine / "C" / "SuperOffice" / "Customer Service" / "text", {"customer-service"}),
        "attachments": (site.machine / "D" / "CS_ATTACH", {"attachments"}),
        "language": (first / "TEMPLATE" / "NO", {"templates"}),
        "ids": (site.machine / "D" / "CS_ATTACH" / "0", {"attachments"}),
        "drive": (site.machine / "D", {"documents", "attachments"}),
    }


@asynccontextmanager
async def reading(site, open_database, seen):
    async with open_database(site.file) as database:
        stages = ArchiveStages(site.installation, database, ArchiveSettings(), seen)
        yield {stage.name: stage for stage in stages.all()}


async def read_all(site, open_database, seen):
    async with reading(site, open_database, seen) as stages:
        return {name: await collected(stage) for name, stage in stages.items()}


async def away_in(site, open_database, seen):
    """The stages that refuse to tell of their items, each with the folder that it names."""
    refused = {}
    async with reading(site, open_database, seen) as stages:
        for name, stage in stages.items():
            try:
                await collected(stage)
            except FolderAwayError as error:
                refused[name] = error.folder
    return refused


TREES = [
    "first root", "second root", "owner", "period", "templates", "language", "texts", "attachments", "ids", "drive",
]  # fmt: skip


@pytest.mark.parametrize("tree", TREES)
async def test_a_folder_that_was_there_is_away_and_nothing_in_it_is_told(new_site, open_database, tree):
    site, seen = new_site(), SeenFolders()
    before = await read_all(site, open_database, seen)
    folder, stages = folders(site)[tree]
    away = folder.with_name(folder.name + ".away")
    folder.rename(away)
    refused = await away_in(site, open_database, seen)
    assert refused.keys() == stages
    assert all(path.is_relative_to(folder) for path in refused.values())
    away.rename(folder)
    assert await read_all(site, open_database, seen) == before


@pytest.mark.parametrize("tree", [tree for tree in TREES if tree != "drive"])
async def test_one_that_is_empty_now_is_an_empty_mount_point(new_site, open_database, tree):
    site, seen = new_site(), SeenFolders()
    await read_all(site, open_database, seen)
    folder, stages = folders(site)[tree]
    shutil.rmtree(folder)
    folder.mkdir()
    refused = await away_in(site, open_database, seen)
    assert refused.keys() >= stages - {"templates"}
    assert set(refused.values()) >= {folder}


async def test_the_next_run_knows_what_this_one_has_seen(new_site, open_database, tmp_path):
    site, seen, later = new_site(), SeenFolders(), SeenFolders()
    seen.keep_in(tmp_path)
    await read_all(site, open_database, seen)
    shutil.rmtree(site.installation.archives[1])
    later.keep_in(tmp_path)
    assert (await away_in(site, open_database, later))["documents"] == site.installation.archives[1]


async def test_what_nobody_ever_saw_is_not_there(new_site, open_database):
    site = new_site()
    shutil.rmtree(site.installation.archives[1])
    told = await read_all(site, open_database, SeenFolders())
    assert InventoryState.MISSING in {item.presence for item in told["documents"]}


@pytest.mark.parametrize("tree", ["templates", "texts", "attachments"])
async def test_a_stage_that_could_not_look_into_a_folder_is_not_whole(new_site, open_database, tree):
    site = new_site()
    folder, names = folders(site)[tree]
    shutil.rmtree(folder)
    async with reading(site, open_database, SeenFolders()) as stages:
        stage = stages[next(iter(names))]
        await collected(stage)
        assert stage.whole() is (tree == "templates")
        other = stages["documents"]
        await collected(other)
        assert other.whole()


@pytest.mark.parametrize("tree", ["first root", "owner", "attachments"])
async def test_a_file_that_cannot_be_opened_is_asked_for_by_its_folders(new_site, open_database, tree):
    site, seen = new_site(), SeenFolders()
    folder, names = folders(site)[tree]
    async with reading(site, open_database, seen) as stages:
        stage = stages["documents" if "documents" in names else next(iter(names))]
        paths = [item.path for item in await collected(stage) if item.path is not None]
        path = next(path for path in paths if path.is_relative_to(folder))
        path.unlink()
        assert stage.away(path) is None
        folder.rename(folder.with_name("elsewhere"))
        error = stage.away(path)
    assert error.folder == folder
    assert error.shown[1:3] == ":\\"


class Waiter:
    """Puts a folder back, or not, when it is told that it is away."""

    workspace = None

    def __init__(self, bring_back):
        self.said = []
        self._bring_back = bring_back

    def emit(self, event):
        assert isinstance(event, Notice)
        self.said.append(event.message)
        self._bring_back()


async def test_the_checks_wait_for_a_folder_that_was_there(new_site, open_database):
    site, plugin = new_site(), ArchivePlugin(ArchiveSettings())
    folder = site.installation.archives[0]
    away = folder.with_name("elsewhere")

    async def check(waiter):
        async with open_database(site.file) as database:
            return await plugin.validate_documents(
                ValidateDocuments(installation=site.installation, database=database, run=waiter)
            )

    before = await check(Waiter(lambda: None))
    folder.rename(away)
    waiter = Waiter(lambda: away.exists() and away.rename(folder))
    assert await check(waiter) == before
    assert len(waiter.said) == 2


async def test_in_vain_it_is_told_as_one_that_is_not_there(new_site, open_database):
    site, plugin = new_site(), ArchivePlugin(ArchiveSettings(away_minutes=1e-9))

    async def check():
        async with open_database(site.file) as database:
            found = await plugin.validate_documents(
                ValidateDocuments(installation=site.installation, database=database, run=Waiter(lambda: None))
            )
        return {one.code for one in found}

    await check()
    shutil.rmtree(folders(site)["period"][0])
    assert "document-file-missing" in await check()
    shutil.rmtree(site.installation.archives[0])
    assert "archive-root-missing" in await check()

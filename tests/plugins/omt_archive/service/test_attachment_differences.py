"""What a recovery tells of attachments: nothing where all is as it was, else what an inventory of everything does."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from omt_archive.settings import ArchiveSettings
from omt_archive.stages import ArchiveStages
from omt_core.api.decisions import MigrationMode
from omt_core.api.items import InventoryState, ItemState
from omt_core.api.journal import Outcome
from omt_core.api.stages import Differences
from omt_core.journal import Journal
from omt_folders.seen_folders import SeenFolders
from tests.plugins.omt_archive.conftest import Site, collected, opened

pytestmark = pytest.mark.anyio
STAGE = "attachments"


class Migrated:
    """A site whose attachments were moved, in a workspace that knows so."""

    def __init__(self, site: Site, workspace: Path) -> None:
        self.site = site
        self.workspace = workspace
        workspace.mkdir()

    async def migrate(self) -> None:
        """Move everything that can be moved."""
        await self._run(self._moved, baseline=False)

    async def recover(self) -> bool:
        """Recover, and tell whether not every attachment was told for it: the journal stays as after an inventory."""
        copy = Migrated(self.site, self.workspace.with_name("copy"))
        shutil.copytree(self.workspace, copy.workspace, dirs_exist_ok=True)
        asked: list[bool] = []

        async def quickly(stages: ArchiveStages, journal: Journal) -> object:
            differences = await stages.attachment_differences(journal.items.baseline(STAGE))
            asked.append(differences is not None)
            return await self._told(stages, journal, differences)

        async def thoroughly(stages: ArchiveStages, journal: Journal) -> object:
            return await self._told(stages, journal, None)

        assert await self._run(quickly) == await copy._run(thoroughly)
        shutil.rmtree(copy.workspace)
        return asked[0]

    async def _run(self, work: Callable[..., object], *, baseline: bool = True) -> object:
        seen = SeenFolders()
        seen.keep_in(self.workspace)
        async with opened(self.site.file) as database, Journal.open(self.workspace / "journal.sqlite") as journal:
            stages = ArchiveStages(self.site.installation, database, ArchiveSettings(), seen, exact=True)
            mode = MigrationMode.RECOVERY if baseline else MigrationMode.INITIAL
            await journal.runs.begin(mode=mode, baseline=baseline, plugins={})
            await journal.items.record_stages([stage for stage in stages.all() if stage.name == STAGE])
            return await work(stages, journal)

    async def _moved(self, stages: ArchiveStages, journal: Journal) -> None:
        items = await collected(next(stage for stage in stages.all() if stage.name == STAGE))
        await journal.items.record_inventory(items)
        await journal.items.finish_inventory(STAGE)
        while pending := await journal.items.pending(stage=STAGE, limit=1_000):
            await journal.items.record_outcomes(
                [Outcome(id=(STAGE, one.key), state=ItemState.CONFIRMED, digest="ab" * 32) for one in pending]
            )
        await journal.items.mark_imported()

    async def _told(self, stages: ArchiveStages, journal: Journal, differences: Differences | None) -> object:
        told = next(stage for stage in stages.all() if stage.name == STAGE)
        items = await collected(told) if differences is None else list(differences.items)
        unknown = [item.key for item in await journal.items.record_inventory(items, baseline_only=True)]
        gone = None if differences is None else differences.gone
        vanished = [record.key for record in await journal.items.finish_inventory(STAGE, gone=gone)]
        left = [
            (one.key, one.location, one.size, one.mtime_ns, one.state, one.reason, one.candidates)
            async for batch in journal.items.records(stage=STAGE)
            for one in batch
        ]
        return left, sorted(unknown), vanished


class Changes:
    """Things that happen to attachments, chosen by a seed."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.chance = random.Random(seed)
        roots = [site.machine / "D/CS_ATTACH", site.machine / "C/SuperOffice/Customer Service/attachments"]
        self.roots = [root for root in roots if root.is_dir()]
        self.files = sorted(path for root in self.roots for path in root.rglob("*") if path.is_file())

    def file(self) -> Path:
        there = [path for path in self.files if path.is_file()]
        return self.chance.choice(there)

    def grow(self) -> None:
        with self.file().open("ab") as file:
            file.write(b"more")

    def touch(self) -> None:
        os.utime(self.file(), ns=(1, self.chance.randint(1, 10**9)))

    def remove(self) -> None:
        self.file().unlink()

    def move(self) -> None:
        path = self.file()
        path.rename(self.chance.choice(self.roots) / path.name)

    def twin(self) -> None:
        path = self.file()
        shutil.copy2(path, path.with_name(f"{path.name}.bak"))

    def stranger(self) -> None:
        (self.chance.choice(self.roots) / f"stranger {self.chance.randint(1, 3)}").write_bytes(b"")

    def no_stranger(self) -> None:
        for root in self.roots:
            for path in root.glob("stranger*"):
                path.unlink() if path.is_file() else path.rmdir()

    def folder(self) -> None:
        path = self.chance.choice(self.roots) / f"stranger {self.chance.randint(1, 3)}"
        if not path.exists():
            path.mkdir()

    def row(self) -> None:
        self.site.copy_row("attachment", "id", {"id": self.chance.randint(10**6, 10**7)})

    def no_row(self) -> None:
        self.site.run(
            "DELETE FROM attachment WHERE id = (SELECT max(id) FROM attachment WHERE id < ?)",
            (self.chance.randint(100, 10**7),),
        )

    def location(self) -> None:
        self.site.run(
            "UPDATE attachment SET attachment_location_id = attachment_location_id % 2 + 1 WHERE id % 5 = ?",
            (self.chance.randint(0, 4),),
        )

    def size(self) -> None:
        self.site.run("UPDATE attachment SET att_size = att_size + 1 WHERE id % 5 = ?", (self.chance.randint(0, 4),))


EACH = (
    "grow", "touch", "remove", "move", "twin", "stranger", "no_stranger", "folder", "row", "no_row", "location", "size",
)  # fmt: skip


@pytest.fixture
def migrated(new_site, tmp_path) -> Migrated:
    return Migrated(new_site(), tmp_path / "workspace")


async def test_attachments_that_have_not_changed_are_not_told(migrated):
    Changes(migrated.site, 0).stranger()
    await migrated.migrate()
    assert await migrated.recover()
    assert await migrated.recover()


async def test_a_journal_that_does_not_know_its_folders_has_all_attachments_told(migrated):
    await migrated.migrate()
    await migrated._run(lambda _, journal: journal.items.invalidate_import(STAGE))
    assert not await migrated.recover()


@pytest.mark.parametrize("change", [name for name in EACH if name != "no_stranger"])
async def test_after_any_change_all_attachments_are_told(migrated, change):
    await migrated.migrate()
    getattr(Changes(migrated.site, 1), change)()
    whole = not await migrated.recover()
    assert whole is (change != "folder")  # which is empty, and so nothing to tell


@pytest.mark.parametrize("seed", range(20))
async def test_a_recovery_leaves_the_journal_as_an_inventory_of_everything_does(migrated, seed):
    changes = Changes(migrated.site, seed)
    for name in changes.chance.sample(EACH, changes.chance.randint(0, 4)):
        getattr(changes, name)()
    await migrated.migrate()
    for _ in range(3):
        for name in changes.chance.sample(EACH, changes.chance.randint(0, 2)):
            getattr(changes, name)()
        await migrated.recover()


@pytest.mark.symlinks
async def test_a_file_that_could_not_be_read_is_looked_at_again(migrated):
    path = Changes(migrated.site, 2).file()
    content = path.read_bytes()
    path.unlink()
    path.symlink_to(path.name)  # a link in a circle
    await migrated.migrate()
    path.unlink()
    path.write_bytes(content)
    assert not await migrated.recover()


async def test_of_two_files_with_one_id_the_one_of_nobody_is_looked_at_again(migrated):
    path = Changes(migrated.site, 4).file()
    content = path.read_bytes()
    other = path.with_name(f"{path.name}.bak")
    path.write_bytes(content + b"more")
    other.write_bytes(b"")
    await migrated.migrate()
    other.write_bytes(content)  # the size that the row names
    assert not await migrated.recover()


async def test_a_folder_in_the_place_of_a_file_of_nobody_is_looked_into(migrated):
    changes = Changes(migrated.site, 3)
    path = changes.roots[0] / "stranger"
    path.write_bytes(b"")
    await migrated.migrate()
    path.unlink()
    path.mkdir()
    assert not await migrated.recover()


async def test_the_items_of_this_site_are_found(migrated):
    """What the tests above change is what a stage tells."""
    items = await migrated.site.items(STAGE)
    assert {item.presence for item in items} == {InventoryState.FOUND}
    assert sorted(item.path for item in items) == Changes(migrated.site, 0).files


async def test_what_cannot_be_kept_stops_nothing(migrated, caplog):
    told = migrated.workspace / "attachments-told.json"
    told.mkdir()
    (told / "in-the-way").touch()
    await migrated.migrate()
    assert "cannot be kept" in caplog.text
    assert not await migrated.recover()

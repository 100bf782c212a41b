"""What a recovery tells of the documents, against an inventory of everything: the journal must end up the same."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from omt_archive import stages
from omt_archive.documents import differences
from omt_archive.settings import ArchiveSettings
from omt_archive.stages import ArchiveStages
from omt_archive.statements import DOCUMENT_IDS
from omt_core.api.decisions import MigrationMode
from omt_core.api.items import ItemState
from omt_core.api.journal import Outcome
from omt_core.journal import Journal
from tests.plugins.omt_archive.conftest import Site, collected, opened

DIGEST = "ab" * 32


async def migrated(
    site: Site, journal: Path, settings: ArchiveSettings | None = None, *, imported: bool = True
) -> None:
    """A journal in which everything that could be moved is confirmed, and that knows what its folders held."""
    async with opened(site.file) as database, Journal.open(journal) as store:
        told = ArchiveStages(site.installation, database, settings or ArchiveSettings(), exact=True)
        await store.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await store.items.record_stages([stage for stage in told.all() if stage.name == "documents"])
        for item in await site.items("documents", settings):
            await store.items.record_inventory([item])
        while pending := await store.items.pending(stage="documents", limit=1_000):
            await store.items.record_outcomes(
                [
                    Outcome(id=(one.stage, one.key), state=ItemState.CONFIRMED, digest=DIGEST, sent=True)
                    for one in pending
                ]
            )
        await store.items.finish_inventory("documents")
        if imported:
            await store.items.mark_imported()


async def recovered(site: Site, journal: Path, settings: ArchiveSettings, *, whole: bool):
    """What a recovery finds: the journal's items, what no earlier run knew, and what is gone."""
    async with opened(site.file) as database, Journal.open(journal) as store:
        told = ArchiveStages(site.installation, database, settings)
        await store.runs.begin(mode=MigrationMode.RECOVERY, baseline=True, plugins={})
        if whole:
            items, gone = await collected(next(stage for stage in told.all() if stage.name == "documents")), None
        else:
            differences = await told.document_differences(store.items.baseline("documents"))
            if differences is None:
                return None
            items, gone = differences.items, differences.gone
        unknown = [item.key for item in await store.items.record_inventory(list(items), baseline_only=True)]
        vanished = [record.key for record in await store.items.finish_inventory("documents", gone=gone)]
        left = [
            (one.key, one.name, str(one.path), one.size, one.mtime_ns, one.state, one.reason, one.candidates)
            async for batch in store.items.records(stage="documents")
            for one in batch
        ]
        return left, sorted(unknown), vanished, len(items)


async def both_ways(site: Site, journal: Path, settings: ArchiveSettings | None = None):
    """Recover by differences and, on a copy of the journal, by everything; returns what the first told, if it did."""
    copy = journal.with_name("copy.sqlite")
    shutil.copyfile(journal, copy)
    quick = await recovered(site, journal, settings or ArchiveSettings(), whole=False)
    thorough = await recovered(site, copy, settings or ArchiveSettings(), whole=True)
    copy.unlink()
    if quick is None:
        return None
    assert quick[:3] == thorough[:3]
    return quick


class Changes:
    """Things that happen to an archive between a migration and its recovery, chosen by a seed."""

    def __init__(self, site: Site, chance: random.Random) -> None:
        self.site = site
        self.chance = chance
        roots = site.installation.archives
        self.files = sorted(path for root in roots for path in root.glob("*/[0-9]*/*") if path.is_file())
        with closing(sqlite3.connect(site.file)) as connection:
            self.ids = [row[0] for row in connection.execute("SELECT document_id FROM document ORDER BY 1")]

    def happen(self) -> None:
        kinds = (
            self.change, self.remove, self.move, self.strangers, self.collide, self.touch, self.forget, self.add,
            self.new_period, self.link,
        )  # fmt: skip
        for kind in self.chance.sample(kinds, self.chance.randint(0, 4)):
            kind()

    def some(self) -> list[Path]:
        there = [path for path in self.files if path.exists()]
        return self.chance.sample(there, min(len(there), self.chance.randint(1, 4)))

    def change(self) -> None:
        for path in self.some():
            path.write_bytes(path.read_bytes() + b"more")

    def touch(self) -> None:
        for path in self.some():
            os.utime(path, ns=(1, 1_000_000_000 + self.chance.randint(1, 10**9)))

    def remove(self) -> None:
        for path in self.some():
            path.unlink()

    def move(self) -> None:
        for path in self.some():
            target = path.parent.parent / self.chance.choice(("2011.1", "2012.2")) / path.name
            target.parent.mkdir(exist_ok=True)
            path.rename(target)

    def strangers(self) -> None:
        for path in self.some():
            path.with_name(f"stranger {self.chance.randint(1, 9)}.txt").write_bytes(b"x")

    def collide(self) -> None:
        for path in self.some():
            path.with_name(path.name.swapcase()).write_bytes(b"another spelling")

    def forget(self) -> None:
        for number in self.chance.sample(self.ids, 2):
            self.site.run("DELETE FROM document WHERE document_id = ?", (number,))

    def add(self) -> None:
        with closing(sqlite3.connect(self.site.file)) as connection:
            (highest,) = connection.execute("SELECT max(document_id) FROM document").fetchone()
        highest += self.chance.randint(1, 5)
        self.site.copy_row("document", "document_id", {"document_id": highest, "name": "made later.txt"})

    def new_period(self) -> None:
        for path in self.some():
            folder = path.parent.parent / "1999.1"
            folder.mkdir(exist_ok=True)
            (folder / "old.txt").write_bytes(b"old")

    def link(self) -> None:
        """Move a period's folder to another place of its archive, or out of it, and leave a link."""
        folder = self.chance.choice(self.files).parent
        place = self.chance.choice((folder.parent / "moved", self.site.machine / "moved out"))
        if sys.platform == "win32" or not folder.is_dir() or folder.is_symlink() or place.exists():
            return
        folder.rename(place)
        folder.symlink_to(place)


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("imported", [True, False])
async def test_differences_leave_the_journal_as_an_inventory_of_everything_does(new_site, tmp_path, seed, imported):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    chance = random.Random(seed)
    changes = Changes(site, chance)
    changes.happen()
    await migrated(site, journal, imported=imported)
    for _ in range(2):
        changes.happen()
        await both_ways(site, journal)


def owners(site: Site) -> list[str]:
    """The logins that have documents, each with a folder in the first archive."""
    first = site.installation.archives[0]
    return [folder.name for folder in sorted(first.iterdir()) if any(folder.glob("[0-9]*.[12]"))]


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(12))
async def test_so_they_do_where_a_login_leads_to_an_earlier_folder_as_well(new_site, tmp_path, seed):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    chance = random.Random(seed)
    first, login = site.installation.archives[0], owners(site)[0]
    for period in sorted((first / login).glob("[0-9]*.[12]"))[::2]:
        (first / "EARLIER").mkdir(exist_ok=True)
        period.rename(first / "EARLIER" / period.name)
    settings = ArchiveSettings(owners={login: "EARLIER"})
    await migrated(site, journal, settings)
    assert await both_ways(site, journal, settings) is not None
    changes = Changes(site, chance)
    changes.files = [path for path in changes.files if path.parent.parent.name in {login, "EARLIER"}]
    for _ in range(2):
        changes.happen()
        changes.strangers()
        await both_ways(site, journal, settings)


@pytest.mark.anyio
async def test_where_logins_share_a_folder_the_inventory_is_taken(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    one, other, *_ = owners(site)
    settings = ArchiveSettings(owners={one: other})
    await migrated(site, journal, settings)
    assert await both_ways(site, journal, settings) is None


@pytest.mark.anyio
async def test_an_archive_that_has_not_changed_has_nothing_to_tell(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    await migrated(site, journal)
    quick = await both_ways(site, journal)
    assert quick is not None
    *_, told = quick
    assert told == 0


@pytest.mark.anyio
async def test_a_document_that_is_put_back_is_told_without_the_others(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    path = Changes(site, random.Random(1)).files[0]
    content = path.read_bytes()
    path.unlink()
    await migrated(site, journal)
    path.write_bytes(content)
    quick = await both_ways(site, journal)
    assert quick is not None
    assert quick[-1] == 1
    assert [row[5] for row in quick[0] if row[2] == str(path)] == [ItemState.PENDING]


@pytest.mark.anyio
async def test_a_folder_that_came_into_one_of_a_period_is_looked_into(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    await migrated(site, journal)
    folder = Changes(site, random.Random(3)).files[0].with_name("came")
    folder.mkdir()
    (folder / "letter.txt").write_bytes(b"x")
    for _ in range(2):  # what is known and belongs to nobody is told again
        quick = await both_ways(site, journal)
        assert quick is not None
        assert quick[-1] == 1
    assert str(folder / "letter.txt") in {row[2] for row in quick[0]}


@pytest.mark.anyio
@pytest.mark.parametrize("number", [-7, 0, 1 << 31, (1 << 63) - 1])
async def test_ids_of_any_size_are_those_of_the_same_documents(new_site, tmp_path, number):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    first = Changes(site, random.Random(1)).ids[0]
    site.run("UPDATE document SET document_id = ? WHERE document_id = ?", (number, first))
    await migrated(site, journal)
    quick = await both_ways(site, journal)
    assert quick is not None
    assert quick[1:] == ([], [], 0)
    site.run("DELETE FROM document WHERE document_id = ?", (number,))
    quick = await both_ways(site, journal)
    assert quick is not None
    assert quick[2] == [str(number)]


@pytest.mark.anyio
async def test_ids_that_a_driver_has_cut_are_left_to_the_inventory(new_site, tmp_path, monkeypatch):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    await migrated(site, journal)
    monkeypatch.setattr(stages, "DOCUMENT_IDS", f"{DOCUMENT_IDS} DESC")
    assert await both_ways(site, journal) is None
    monkeypatch.setattr(stages, "DOCUMENT_IDS", DOCUMENT_IDS)
    monkeypatch.setattr(differences, "whole_number", lambda value: value << 63)
    assert await both_ways(site, journal) is None


@pytest.mark.anyio
@pytest.mark.symlinks
async def test_a_folder_that_leads_out_of_the_archive_now_is_left_to_the_inventory(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    await migrated(site, journal)
    folder = Changes(site, random.Random(4)).files[0].parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert await both_ways(site, journal) is None


@pytest.mark.anyio
@pytest.mark.symlinks
async def test_one_that_leads_to_another_place_of_the_archive_has_nothing_to_tell(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    await migrated(site, journal)
    folder = Changes(site, random.Random(4)).files[0].parent
    place = folder.with_name("elsewhere")
    folder.rename(place)
    folder.symlink_to(place)
    quick = await both_ways(site, journal)
    assert quick is not None
    assert quick[-1] == 0


@pytest.mark.anyio
async def test_more_differences_than_the_setting_allows_are_left_to_the_inventory(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    await migrated(site, journal)
    for path in Changes(site, random.Random(2)).files[:4]:
        path.write_bytes(b"other")
    assert await both_ways(site, journal, ArchiveSettings(differences=3)) is None
    assert await both_ways(site, journal, ArchiveSettings(differences=30)) is not None


@pytest.mark.anyio
@pytest.mark.symlinks
async def test_archives_that_are_called_otherwise_now_are_left_to_the_inventory(new_site, tmp_path):
    site, journal = new_site(), tmp_path / "journal.sqlite"
    await migrated(site, journal)
    root = site.installation.archives[0]
    other = root.with_name("elsewhere")
    other.symlink_to(root)
    site.add_archive(other)
    site.installation = type(site.installation)(
        database=site.installation.database, archives=(other,), root=site.installation.root
    )
    assert await both_ways(site, journal) is None

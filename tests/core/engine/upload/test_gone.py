"""What the site lost since the last migration stays counted over the attempts at the next one."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.calls import GoneFiles
from omt_core.api.decisions import MigrationMode
from omt_core.api.items import InventoryState, Item
from omt_core.engine import facts
from omt_core.engine.upload.gone import gone_files, keep_gone
from omt_core.journal import Journal

pytestmark = pytest.mark.anyio


async def counted(journal: Journal) -> tuple[int, int]:
    gone = await gone_files(journal)
    return gone.gone, gone.kept


async def test_an_attempt_cut_short_keeps_what_it_alone_could_find(tmp_path: Path) -> None:
    """What the journal has forgotten the next attempt does not meet again; what is kept online it does."""
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        assert await counted(journal) == (0, 0)
        await journal.notes.pin(facts.COMPLETED, "the test")
        await keep_gone(journal, (GoneFiles(stage="documents", kept=2, names=("a", "b"), forgotten=("1",)),))
        assert await counted(journal) == (3, 2)
        await keep_gone(
            journal,
            (GoneFiles(stage="templates", forgotten=("t", "u", "v", "w")), GoneFiles(stage="documents", kept=1)),
        )
        assert await counted(journal) == (6, 1)
        await keep_gone(journal, ())
        assert await counted(journal) == (5, 0)


async def test_after_a_migration_is_completed_counting_begins_anew(tmp_path: Path) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await keep_gone(journal, (GoneFiles(stage="documents", forgotten=("1",)),))
        await journal.notes.pin(facts.COMPLETED, "the first")
        assert await counted(journal) == (1, 0)
        await keep_gone(journal, ())
        assert await counted(journal) == (0, 0)


async def test_a_file_that_came_back_is_counted_no_more(tmp_path: Path) -> None:
    """A row whose file is missing is no file; and a file's name may be no text."""
    names = ("a.tmpl", "b\udcff.tmpl", "c.tmpl")
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await keep_gone(journal, (GoneFiles(stage="templates", forgotten=names),))
        assert await counted(journal) == (3, 0)
        states = (InventoryState.FOUND, InventoryState.FOUND, InventoryState.MISSING)
        await journal.items.record_inventory(
            [Item(stage="templates", key=name, name=name, path=tmp_path, presence=state)
             for name, state in zip(names, states, strict=True)]
        )  # fmt: skip
        assert await counted(journal) == (1, 0)
        await keep_gone(journal, ())
        assert await counted(journal) == (1, 0)


async def test_a_file_that_vanished_twice_is_one(tmp_path: Path) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        for _ in range(2):
            await keep_gone(journal, (GoneFiles(stage="templates", forgotten=("a.tmpl",)),))
        assert await counted(journal) == (1, 0)

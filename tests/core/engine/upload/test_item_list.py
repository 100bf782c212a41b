"""The list of a dry run is there whole, or nothing of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from omt_core.api.decisions import MigrationMode
from omt_core.api.errors import InputError
from omt_core.api.items import InventoryState, Item, ItemRecord
from omt_core.api.sentence import sentence
from omt_core.engine.upload.item_list import write_list
from omt_core.journal import Journal
from omt_core.journal.items import Items

pytestmark = pytest.mark.anyio

DOCUMENT = Item(
    stage="documents", key="1", name="HH/Brief Æ.doc", path=None, size=5, mtime_ns=0,
    presence=InventoryState.MISSING, reason="document-file-missing",
)  # fmt: skip


async def write(folder: Path, item: Item = DOCUMENT, language: str = "en") -> None:
    async with Journal.open(folder / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.items.record_inventory([item])
        await write_list(journal, folder / "list.csv", language)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_it_is_what_a_spreadsheet_reads_as_utf8(tmp_path: Path) -> None:
    await write(tmp_path)
    title, row = (tmp_path / "list.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert title == "stage,name,bytes,what,reason,detail,path"
    assert row.startswith("documents,HH/Brief Æ.doc,5,left behind,document-file-missing,")


async def test_what_is_said_of_an_item_is_in_the_readers_language_and_codes_stay(tmp_path: Path) -> None:
    await write(tmp_path, replace(DOCUMENT, detail=sentence("Expected as {path}.", path="C:\\SO_ARC\\Æ")), "de")
    row = (tmp_path / "list.csv").read_bytes().decode("utf-8-sig").splitlines()[1]
    assert row.endswith(",left behind,document-file-missing,Erwartet als C:\\SO_ARC\\Æ.,")


async def test_one_that_cannot_be_written_whole_leaves_no_names_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def records(_: Items) -> AsyncIterator[Sequence[ItemRecord]]:
        yield ()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Items, "records", records)
    with pytest.raises(InputError, match="No space left") as refused:
        await write(tmp_path)
    assert refused.value.code == "list-not-writable"
    assert names_in(tmp_path) == {"journal.sqlite"}

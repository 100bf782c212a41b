"""What the journal knows of a stage as it was imported, until anything changes: folders, keys, totals."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from omt_core.api import Baseline, KnownFile, KnownFolder, MigrationMode, Outcome, UploadStage
from omt_core.api.items import InventoryState, Item, ItemState
from omt_core.journal import Journal

pytestmark = pytest.mark.anyio
ROOT = Path("/archive")


def document(key: str, path: str | None = None, **told: object) -> Item:
    item = Item(stage="documents", key=key, name=key, path=ROOT / (path or f"HH/2006.2/{key}"), size=5, mtime_ns=7)
    return replace(item, ctime_ns=9, **told)


@asynccontextmanager
async def run_of(path: Path, items: Sequence[Item] = ()) -> AsyncIterator[Journal]:
    """A run that has these items confirmed and imported."""
    async with Journal.open(path) as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        if items:
            await imported(journal, items)
        yield journal


async def imported(journal: Journal, items: Sequence[Item]) -> None:
    stage = UploadStage(name="documents", title="Documents", order=1, plugin="archive", items=_nothing)
    await journal.items.record_stages([stage])
    await journal.items.record_inventory(items)
    while found := await journal.items.pending(stage="documents", limit=9):
        await journal.items.record_outcomes([confirmed(record.key) for record in found])
    await journal.items.mark_imported()


async def _nothing() -> AsyncIterator[Sequence[Item]]:
    return
    yield ()


def confirmed(key: str) -> Outcome:
    return Outcome(id=("documents", key), state=ItemState.CONFIRMED, digest="ab" * 32)


def baseline(journal: Journal) -> Baseline:
    return journal.items.baseline("documents")


async def test_a_folder_is_known_by_its_confirmed_files_alone(tmp_path: Path) -> None:
    items = [document("2"), document("1"), document("3", "HH/2007.1/x"), document("4", "HH/2006.2/sub/x")]
    left = document("orphan", "HH/2006.2/orphan", presence=InventoryState.ORPHAN, reason="nobody")
    async with run_of(tmp_path / "journal.sqlite", [*items, left]) as journal:
        known = baseline(journal).folders()
    assert known is not None
    assert [(Path(folder.path), folder.files) for folder in known.folders] == [
        (ROOT / "HH/2006.2", 2), (ROOT / "HH/2006.2/sub", 1), (ROOT / "HH/2007.1", 1)
    ]  # fmt: skip
    assert known.folders[0] == KnownFolder(
        str(ROOT / "HH/2006.2"), 2, sha256(b"1\0005\0007\0009\0002\0005\0007\0009\000").digest()
    )


async def test_only_the_folders_on_the_way_to_a_file_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    class Counted:
        alive = 0

        def __init__(self) -> None:
            self._of = sha256()
            Counted.alive += 1
            held.append(Counted.alive)

        def __del__(self) -> None:
            Counted.alive -= 1

        def update(self, line: bytes) -> None:
            self._of.update(line)

        def digest(self) -> bytes:
            return self._of.digest()

    monkeypatch.setattr("omt_core.journal.imported.sha256", Counted)
    names = [f"HH/{year}{end}" for year in range(30) for end in ("!", "/a", "/b/c", "/b/d", "/e", "0")]
    async with run_of(tmp_path / "journal.sqlite", [document(name, name) for name in names]) as journal:
        known = baseline(journal).folders()
    assert known is not None
    assert {folder.path: folder.files for folder in known.folders} == (
        Counter(str((ROOT / name).parent) for name in names)
    )
    assert max(held) == len(("HH", "year", "b"))


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        (("9", "10", "11", "70000", "7", "123456789012345678", "0"), [0, 7, 9, 10, 11, 70000, 123456789012345678]),
        (("1", "07"), None),
        (("1", "7a"), None),
        (("1", "1234567890123456789"), None),
    ],
)
async def test_keys_that_are_numbers_are_known_in_their_order(
    tmp_path: Path, keys: Sequence[str], numbers: list[int] | None
) -> None:
    async with run_of(tmp_path / "journal.sqlite", [document(key) for key in keys]) as journal:
        known = baseline(journal).folders()
    assert known is not None
    assert (known.numbers if known.numbers is None else list(known.numbers)) == numbers


async def test_a_change_takes_away_what_was_known_and_an_import_brings_it_back(tmp_path: Path) -> None:
    async with run_of(tmp_path / "journal.sqlite", [document("1")]) as journal:
        assert baseline(journal).folders() is not None
        await journal.items.record_inventory([document("2")])
        assert baseline(journal).folders() is None
        await imported(journal, [document("1"), document("2")])
        known = baseline(journal).folders()
    assert known is not None
    assert (known.folders[0].files, known.numbers) == (2, type(known.numbers)("q", [1, 2]))


async def test_the_next_run_has_the_totals_without_counting(tmp_path: Path) -> None:
    items = [document("1"), document("2", presence=InventoryState.MISSING, reason="gone")]
    async with run_of(tmp_path / "journal.sqlite", items) as journal:
        before = (await journal.items.totals())["documents"]
        assert (before.sent_items, before.skipped_items, before.missing) == (1, 0, 1)
    async with run_of(tmp_path / "journal.sqlite") as journal:
        with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as other, other:
            other.execute("UPDATE items SET size = 1000")
        after = (await journal.items.totals())["documents"]
        assert (after.sent_items, after.skipped_items, after.bytes) == (0, 1, before.bytes)
        await journal.items.record_inventory([document("3")])
        assert (await journal.items.totals())["documents"].bytes == 2_005


async def test_a_stage_that_an_earlier_version_imported_is_made_known_when_asked_for_again(tmp_path: Path) -> None:
    async with run_of(tmp_path / "journal.sqlite", [document("1")]) as journal:
        known = baseline(journal).folders()
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection, connection:
        connection.execute("DELETE FROM imported_folders")
        connection.execute("UPDATE imported SET run = NULL, totals = NULL, numbers = NULL")
    async with run_of(tmp_path / "journal.sqlite") as journal:
        assert baseline(journal).folders() is None
        await journal.items.mark_imported()
        assert baseline(journal).folders() == known


async def test_a_journal_that_does_not_know_where_files_lay_knows_no_folders(tmp_path: Path) -> None:
    async with run_of(tmp_path / "journal.sqlite", [document("1"), replace(document("2"), path=None)]) as journal:
        assert baseline(journal).folders() is None


@pytest.mark.parametrize("folders", [1, 30])
async def test_files_of_some_folders_are_those_that_lie_in_them(tmp_path: Path, folders: int) -> None:
    items = [document(f"{number}", f"HH/{number % 40}/{number}") for number in range(80)]
    inside = [document("100", "HH/1/sub/100"), document("101", "HH/1 and more/101"), document("102", "HH/1.txt")]
    async with run_of(tmp_path / "journal.sqlite", [*items, *inside]) as journal:
        wanted = [str(ROOT / "HH" / str(number)) for number in range(1, 1 + folders)]
        with baseline(journal).confirmed_in(wanted) as files:
            found = list(files)
        with baseline(journal).confirmed_in([]) as files:
            assert list(files) == []
    assert sorted(found) == found
    assert {file.key for file in found} == {item.key for item in items if 1 <= int(item.key) % 40 <= folders}
    assert all(type(file) is KnownFile for file in found)

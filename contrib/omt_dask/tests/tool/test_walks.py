"""What is asked of homes ahead of an inventory: bounded, in its order, and never waited for too long."""

from __future__ import annotations

import os
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from omt_core.api.plain import modification_time

from omt_dask.messages.walks import FolderColumns, WalkOrder
from omt_dask.tool.walks import AHEAD, Walks, entries_of
from omt_dask.worker.walk import walk_below

pytestmark = pytest.mark.anyio

FAR_OFF = 10_413_792_000 * 10**9
"""2300-01-01."""


def columns(*names: str) -> FolderColumns:
    return FolderColumns(
        below=(),
        folders=(),
        names=names,
        modes=array("L", [0o100644] * len(names)),
        sizes=array("q", [1] * len(names)),
        mtimes_ns=array("q", [1] * len(names)),
        ctimes_ns=array("q", [1] * len(names)),
        attributes=array("L", [0] * len(names)),
    )


class Home:
    """Walks folders in this process, and notes what was asked for."""

    def __init__(self, root: Path, *, entries: int = 1) -> None:
        self.root = root
        self.asked: list[str] = []
        self.lost: set[str] = set()
        self._entries = entries

    def place(self, folder: str) -> tuple[str, str] | None:
        return ("home", folder) if folder.startswith(str(self.root)) else None

    async def walk(self, home: str, folder: str) -> Sequence[FolderColumns]:
        assert home == "home"
        self.asked.append(Path(folder).relative_to(self.root).as_posix())
        if self.asked[-1] in self.lost:
            await anyio.sleep_forever()
        return await anyio.to_thread.run_sync(walk_below, WalkOrder(folder=folder, entries=self._entries, exact=True))


async def listed(walks: Walks, *folders: Path) -> list[list[str] | None]:
    told: list[list[str] | None] = []
    for folder in folders:
        found = await anyio.to_thread.run_sync(walks.listing, str(folder))
        told.append(None if found is None else sorted(entry.name for entry in found))
    return told


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / f"file {number}").touch()
    return tmp_path


async def test_a_few_folders_are_asked_for_ahead_in_the_order_of_their_numbers(tree: Path) -> None:
    home = Home(tree)
    walks = Walks(home.place, home.walk, patience=60)
    assert await listed(walks, tree, tree / "0") == [sorted(map(str, range(12))), ["file 0"]]
    assert sorted(home.asked) == sorted([".", *map(str, range(AHEAD + 1))])
    assert await listed(walks, tree / "1", tree / "2") == [["file 1"], ["file 2"]]
    assert sorted(home.asked) == sorted([".", *map(str, range(AHEAD + 3))])
    await walks.aclose()


async def test_what_came_with_another_folder_is_not_asked_for_again(tree: Path) -> None:
    home = Home(tree, entries=1_000)
    walks = Walks(home.place, home.walk, patience=60)
    told = await listed(walks, tree, *(tree / str(number) for number in range(12)))
    assert told[1:] == [[f"file {number}"] for number in range(12)]
    assert home.asked == ["."]
    # Who asks a second time has a reason: it may have changed.
    (tree / "3" / "new").touch()
    assert await listed(walks, tree / "3") == [["file 3", "new"]]


async def test_what_nobody_asks_for_is_dropped(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omt_dask.tool.walks._ENTRIES_HELD", 4)
    home = Home(tree, entries=1_000)
    walks = Walks(home.place, home.walk, patience=60)
    folders = [tree / str(number) for number in range(12)]
    told = await listed(walks, *folders, tree)
    assert told[:-1] == [[f"file {number}"] for number in range(12)]
    before = len(home.asked)
    told = await listed(walks, *folders)
    assert told == [[f"file {number}"] for number in range(12)]
    # Ahead of who asks each is asked for once: what was dropped by then is asked for by its own turn only.
    assert before < len(home.asked)
    assert max(Counter(home.asked[before:]).values()) <= 2
    await walks.aclose()


async def test_a_folder_that_does_not_come_in_time_is_not_waited_for_again(tree: Path) -> None:
    home = Home(tree)
    home.lost.add("1")
    walks = Walks(home.place, home.walk, patience=0.2)
    assert await listed(walks, tree / "1", tree / "2") == [None, None]
    assert home.asked == ["1"]
    await walks.aclose()


async def test_a_folder_that_is_near_to_nobody_or_not_there_is_not_told(tree: Path) -> None:
    home = Home(tree)
    walks = Walks(home.place, home.walk, patience=60)
    assert await listed(walks, tree.parent, tree / "gone") == [None, None]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b"])
def test_names_that_would_lead_elsewhere_here_are_not_believed(name: str) -> None:
    assert entries_of("/srv/so_arc", columns("file", name)) is None


def test_an_entry_is_as_a_folder_has_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "folder").mkdir()
    (told,) = walk_below(WalkOrder(folder=str(tmp_path), entries=1, exact=False))
    entries = entries_of(str(tmp_path), told)
    assert entries is not None
    assert {(one.name, one.path, one.is_dir()) for one in entries} == {
        (one.name, one.path, one.is_dir()) for one in os.scandir(tmp_path)
    }
    assert "file" not in repr(told) + repr(WalkOrder(folder="file", entries=1, exact=True))


async def test_a_time_that_64_bits_do_not_hold_is_told_as_the_tool_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    os.utime(path, ns=(0, FAR_OFF))
    (told,) = walk_below(WalkOrder(folder=str(tmp_path), entries=1, exact=False))
    assert told.told
    assert list(told.mtimes_ns) == [modification_time(path.lstat())]

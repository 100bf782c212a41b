"""Folders that somebody else lists: asked first, believed, and looked at here where nothing is told."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from typing_extensions import override

from omt_archive.findings import REASONS
from omt_core.api import FolderEntry, FolderListings, FolderLook, InventoryState, KnownContent, NearReader
from omt_folders import disk as disk_module
from omt_folders.disk import Disk


def entry(folder: Path, name: str, size: int) -> FolderEntry:
    """Return a file as one tells of it who is near."""
    status = SimpleNamespace(st_mode=0o100644, st_size=size, st_mtime_ns=1, st_ctime_ns=2)
    told = SimpleNamespace(
        name=name,
        path=os.fspath(folder / name),
        is_dir=lambda **_: False,
        is_symlink=lambda: False,
        stat=lambda **_: status,
    )
    return cast("FolderEntry", told)


class Near(NearReader, FolderListings):
    """Tells of folders that a test names, and notes which were asked for."""

    def __init__(self, told: Mapping[Path, Sequence[FolderEntry]]) -> None:
        self._told = {os.fspath(folder): entries for folder, entries in told.items()}
        self.asked: list[str] = []
        self.exact: list[bool] = []

    @override
    def listings(self, *, exact: bool) -> FolderListings:
        self.exact.append(exact)
        return self

    @override
    def listing(self, folder: str) -> Sequence[FolderEntry] | None:
        self.asked.append(folder)
        return self._told.get(folder)

    @override
    def looks(self, folders: Mapping[str, Collection[str]]) -> Mapping[str, FolderLook]:
        raise NotImplementedError

    @override
    def equal(self, root: str, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None] | None:
        raise NotImplementedError

    @override
    async def aclose(self) -> None:
        return


def names(disk: Disk, folder: Path) -> list[str]:
    return sorted(one.name for one in disk.listing(folder))


def test_who_is_near_is_asked_first_and_this_machine_where_nothing_is_told(tmp_path: Path) -> None:
    for name in ("told", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "here").touch()
    near = Near({tmp_path / "told": [entry(tmp_path / "told", "there", 5)]})
    disk = Disk((tmp_path,), reasons=REASONS, near=(near,))
    assert names(disk, tmp_path / "told") == ["there"]
    assert names(disk, tmp_path / "other") == ["here"]
    assert disk.examine(disk.listing(tmp_path / "told")[0]).size == 5
    assert near.exact == [False]
    with pytest.raises(FileNotFoundError):
        disk.listing(tmp_path / "gone")


def test_whether_a_root_still_holds_something_this_machine_asks_itself(tmp_path: Path) -> None:
    near = Near({tmp_path: [entry(tmp_path, "there", 5)]})
    assert Disk((tmp_path,), reasons=REASONS, near=(near,)).filled_roots() == []
    assert near.asked == []


def test_files_by_their_paths_cost_one_question_for_each_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").write_bytes(b"xyz")
    near = Near({tmp_path: [entry(tmp_path, name, size) for size, name in enumerate(("a", "b", "c"))]})
    disk = Disk((tmp_path,), reasons=REASONS, near=(near,))
    assert [disk.examine_path(tmp_path / name).size for name in ("a", "b", "c", "here")] == [0, 1, 2, 3]
    assert disk.examine_path(tmp_path / "gone").presence is InventoryState.UNREADABLE
    assert near.asked == [str(tmp_path)]
    assert near.exact == [True]
    monkeypatch.setattr(disk_module, "_LARGEST_FOLDER_KEPT", 2)
    (tmp_path / "a").write_bytes(b"here")
    assert Disk((tmp_path,), reasons=REASONS, near=(near,)).examine_path(tmp_path / "a").size == 4


def test_a_folder_that_is_empty_there_is_looked_at_here(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    disk = Disk((tmp_path,), reasons=REASONS, near=(Near({tmp_path: []}),))
    assert names(disk, tmp_path) == ["here"]
    assert disk.filled == {str(tmp_path)}
    (tmp_path / "here").unlink()
    assert names(disk, tmp_path) == []

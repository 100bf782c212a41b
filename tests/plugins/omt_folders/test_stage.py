"""A whole stage of a folder: what it tells first, and what it tells of in a recovery."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omt_core.api import (
    Baseline,
    FolderAwayError,
    FolderEntry,
    FoundFiles,
    InventoryState,
    Item,
    ItemRecord,
    ItemState,
    KnownFile,
    leads_out,
)
from omt_folders import FolderStage, Reasons, SeenFolders, disk
from omt_folders.disk import Disk, listed
from omt_folders.tree import TreeFile, tree_item, walk

REASONS = Reasons(file="file-no", folder="folder-no", outside="outside", link="link")
pytestmark = pytest.mark.anyio


def stage_of(
    folder: Path,
    seen: SeenFolders | None = None,
    accepts: Callable[[str], bool] = lambda name: not name.endswith(".tmp"),
) -> FolderStage:
    return FolderStage(
        folder,
        stage="recordings",
        plugin="recordings",
        reasons=REASONS,
        absent="folder-missing",
        seen=seen or SeenFolders("recordings"),
        accepts=accepts,
    )


def walk_of(folder: Path) -> list[TreeFile]:
    return [file for file in walk(folder, Disk((folder,), reasons=REASONS)) if not file.relative.endswith(".tmp")]


async def told(stage: FolderStage) -> list[Item]:
    return [item async for batch in stage.items() for item in batch]


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def refuse_to_list(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Stand in for a folder that this account may not list: root, who may run the tests, lists any."""

    def refused(path: Path | str) -> list[FolderEntry]:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(disk, "listed", refused)


class Confirmed(Baseline):
    """What a migration confirmed of these items; of others it knows that they are left."""

    def __init__(self, items: Sequence[Item], left: Sequence[ItemRecord] = ()) -> None:
        self._files = sorted(
            KnownFile(str(item.path), item.size, item.mtime_ns, item.key, item.ctime_ns) for item in items
        )
        self._left = left

    @contextmanager
    def confirmed(self) -> Iterator[Iterator[KnownFile]]:
        yield iter(self._files)

    def left(self, limit: int) -> Sequence[ItemRecord]:
        return self._left[:limit]


def left_behind(key: str) -> ItemRecord:
    return ItemRecord("recordings", key, key, None, 0, 0, ItemState.MISSING, "file-no", "", None, 1, "recordings", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    for name in ("2024/a.wav", "2024/b.wav", "2024-b.wav", "2024.tmp", "c.wav"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


async def test_each_file_is_an_item_under_its_path_below_the_folder(folder: Path) -> None:
    items = await told(stage_of(folder))
    assert [item.key for item in items] == ["2024-b.wav", "2024/a.wav", "2024/b.wav", "c.wav"]
    assert all((item.name, item.path) == (item.key, folder / item.key) for item in items)
    assert {item.presence for item in items} == {InventoryState.FOUND}


async def test_files_that_are_all_there_are_told_in_columns_and_others_one_by_one(folder: Path) -> None:
    (batch,) = [batch async for batch in stage_of(folder).items()]
    assert isinstance(batch, FoundFiles)
    assert list(batch) == [tree_item("recordings", file.relative, file) for file in walk_of(folder)]

    (folder / "out.wav").symlink_to("/etc/hostname")
    (batch,) = [batch async for batch in stage_of(folder).items()]
    assert not isinstance(batch, FoundFiles)
    assert list(batch) == [tree_item("recordings", file.relative, file) for file in walk_of(folder)]


async def test_a_folder_that_nobody_ever_saw_is_one_missing_item(tmp_path: Path) -> None:
    (item,) = await told(stage_of(tmp_path / "nowhere"))
    assert (item.key, item.presence, item.reason) == (".", InventoryState.MISSING, "folder-missing")


async def test_a_folder_that_was_there_in_an_earlier_run_is_away_and_nothing_in_it_missing(
    folder: Path, tmp_path: Path
) -> None:
    seen, workspace = SeenFolders("recordings"), tmp_path / "workspace"
    workspace.mkdir()
    seen.keep_in(workspace)
    await told(stage_of(folder, seen))
    shutil.rmtree(folder)
    later = SeenFolders("recordings")
    later.keep_in(workspace)
    with pytest.raises(FolderAwayError):
        await told(stage_of(folder, later))
    with pytest.raises(FolderAwayError):
        await stage_of(folder, later).differences(Confirmed(()))


async def test_a_folder_that_could_not_be_listed_once_is_away_all_the_same_when_it_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = SeenFolders("recordings")
    await told(stage_of(folder, seen))
    with monkeypatch.context() as patch:
        refuse_to_list(patch, "2024")
        await told(stage_of(folder, seen))
    shutil.rmtree(folder / "2024")
    with pytest.raises(FolderAwayError):
        await told(stage_of(folder, seen))


async def test_each_plugin_keeps_what_it_saw_in_a_file_of_its_own(folder: Path, tmp_path: Path) -> None:
    for plugin in ("", "recordings", "faxes"):
        seen = SeenFolders(plugin)
        seen.keep_in(tmp_path)
        await told(stage_of(folder, seen))
    assert files_in(tmp_path) >= {"folders-seen.json", "folders-seen-recordings.json", "folders-seen-faxes.json"}


@pytest.mark.symlinks
async def test_links_out_and_to_folders_are_left_behind_with_the_plugins_own_codes(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    (folder / "out.wav").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    reasons = {item.key: item.reason for item in await told(stage_of(folder)) if item.reason}
    assert reasons == {"out.wav": "outside", "linked": "link"}


@pytest.mark.symlinks
async def test_a_folder_that_cannot_be_gone_into_is_told_whatever_names_are_accepted(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold what is accepted, and of what it holds nobody would say that it was left behind."""
    (tmp_path / "elsewhere").mkdir()
    (folder / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "notes.txt").write_text("no recording")
    refuse_to_list(monkeypatch, "2024")
    stage = stage_of(folder, accepts=lambda name: name.endswith(".wav"))
    items = {item.key: item.reason for item in await told(stage)}
    assert items == {"2024": "folder-no", "2024-b.wav": "", "c.wav": "", "linked": "link"}


async def test_a_recovery_is_told_of_what_is_new_changed_gone_or_was_left_and_of_nothing_else(folder: Path) -> None:
    stage = stage_of(folder)
    before = Confirmed(await told(stage), [left_behind("late.wav"), left_behind("never.wav")])
    (folder / "2024/a.wav").write_bytes(b"longer than before")
    (folder / "2024/b.wav").unlink()
    (folder / "late.wav").write_bytes(b"late")
    found = await stage.differences(before)
    assert found is not None
    assert [item.key for item in found.items] == ["2024/a.wav", "late.wav"]
    assert found.gone == ["2024/b.wav", "never.wav"]


async def test_a_folder_that_is_configured_otherwise_now_is_not_compared(folder: Path, tmp_path: Path) -> None:
    before = Confirmed(await told(stage_of(folder)))
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    assert await stage_of(other).differences(before) is None


async def test_what_a_folder_that_cannot_be_listed_holds_is_not_gone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stage_of(folder)
    before = Confirmed(await told(stage))
    refuse_to_list(monkeypatch, "2024")
    assert await stage.differences(before) is None
    assert "folder-no" in {item.reason for item in await told(stage)}
    whole = stage.row(title="Recordings", order=70).whole
    assert whole is not None
    assert not whole()


@given(names=st.sets(st.text("ab-/.~é", min_size=1, max_size=5), max_size=8))
@settings(max_examples=40, deadline=None)
def test_files_are_walked_in_the_order_of_their_whole_paths(
    names: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    for name in names:
        place = Path(os.path.normpath(folder / name.strip("/").replace("..", "x")))
        if place != folder and not place.exists() and not any(one.is_file() for one in place.parents):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"")
    paths = [str(file.path) for file in walk(folder, Disk((folder,), reasons=REASONS))]
    assert paths == sorted(paths)
    assert len(paths) == sum(path.is_file() for path in folder.rglob("*"))


@pytest.mark.posix("no name of Windows begins with a backslash")
async def test_a_name_that_begins_with_a_backslash_or_cannot_be_decoded_stays_in_its_folder(folder: Path) -> None:
    """What is no separator here is one on Windows, and bytes that are no UTF-8 are told by their escapes."""
    for name in ("\\\\server\\share.wav", "\udcff.wav"):
        (folder / name).write_bytes(b"x")
    items = [item for item in await told(stage_of(folder)) if "wav" in item.name and item.size == 1]
    assert [item.key for item in items] == ["\\\\server\\share.wav", "\\udcff.wav"]
    assert [item.name for item in items] == [f"./{item.key}" for item in items]
    assert not any(leads_out(item.name) for item in items)


@pytest.mark.posix("no name of Windows holds a backslash")
async def test_a_name_that_leads_out_on_windows_is_left_behind_with_a_reason(folder: Path) -> None:
    (folder / "a\\..\\..\\up.wav").write_bytes(b"x")
    (item,) = (item for item in await told(stage_of(folder)) if item.presence is not InventoryState.FOUND)
    assert (item.presence, item.reason) == (InventoryState.REFUSED, "outside")

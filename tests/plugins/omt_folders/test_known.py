"""Folders that a migration confirmed are looked at, here or in processes: what differs in anything is told apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from typing_extensions import override

from omt_core.api import FolderListings, FolderLook, ItemRecord, ItemState, KnownContent, KnownFolder, NearReader
from omt_core.api.plain import change_time, digest_of, line_of, modification_time
from omt_folders import known
from omt_folders.known import looks, others_of
from omt_folders.look import look_at
from omt_folders.looker import Looker

pytestmark = pytest.mark.anyio
NAMES = ("a.doc", "a b.doc", "Ærø.doc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "2006.2"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_bytes(name.encode())
    return folder


def confirmed(folder: Path, *others: str) -> KnownFolder:
    """What a journal knows of a folder as it is."""
    lines = [
        line_of(os.fsencode(path.name), found.st_size, modification_time(found), change_time(found))
        for path in folder.iterdir()
        if path.name not in others
        for found in [path.lstat()]
    ]
    return KnownFolder(str(folder), len(lines), digest_of(lines))


def is_as_before(before: KnownFolder) -> bool:
    look = look_at(before.path, ())
    return look is not None and (look.digest, look.folders) == (before.digest, [])


CHANGES: dict[str, Callable[[Path], object]] = {
    "another size": lambda folder: (folder / "a.doc").write_bytes(b"longer than it was"),
    "another time": lambda folder: os.utime(folder / "a.doc", ns=(1, 1)),
    "a new file": lambda folder: (folder / "new.doc").write_bytes(b""),
    "a file less": lambda folder: (folder / "a.doc").unlink(),
    "another name": lambda folder: (folder / "a.doc").rename(folder / "b.doc"),
    "another case": lambda folder: (folder / "a.doc").rename(folder / "A.doc"),
    "a sub-folder": lambda folder: (folder / "sub").mkdir(),
    "a folder in its place": lambda folder: ((folder / "a.doc").unlink(), (folder / "a.doc").mkdir()),
    "no folder any more": lambda folder: folder.rename(folder.with_name("elsewhere")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_in_a_folder_is_seen(folder: Path, change: str) -> None:
    before = confirmed(folder)
    assert is_as_before(before)
    CHANGES[change](folder)
    assert not is_as_before(before)


@pytest.mark.symlinks
def test_a_link_is_no_file_of_the_same_content(folder: Path) -> None:
    before = confirmed(folder)
    (folder / "a.doc").rename(folder.with_name("a.doc"))
    (folder / "a.doc").symlink_to(folder.with_name("a.doc"))
    assert not is_as_before(before)


def test_what_was_left_there_is_named_while_it_is_there_and_changes_nothing(folder: Path) -> None:
    (folder / "nobody's").mkdir()
    (folder / "nobody's.doc").write_bytes(b"")
    before = confirmed(folder, "nobody's", "nobody's.doc")
    look = look_at(before.path, {"nobody's", "nobody's.doc", "gone since"})
    assert look is not None
    assert (look.digest, sorted(look.others), look.folders) == (
        before.digest, ["nobody's", "nobody's.doc"], ["nobody's"]
    )  # fmt: skip


def test_what_was_left_is_named_in_each_folder_on_the_way_to_it(tmp_path: Path) -> None:
    left = [left_behind(tmp_path / "a" / "b" / "c.doc"), left_behind(tmp_path / "a" / "d.doc"), left_behind(None)]
    others = others_of(left)
    assert others[str(tmp_path / "a")] == {"b", "d.doc"}
    assert (others[str(tmp_path / "a" / "b")], others[str(tmp_path)]) == ({"c.doc"}, {"a"})


def left_behind(path: Path | None) -> ItemRecord:
    location = None if path is None else str(path)
    return ItemRecord("documents", "1", "1", location, 0, 0, ItemState.SKIPPED, "no", "", None, 0, "archive", None)


@pytest.mark.skipif(os.name == "nt", reason="names on Windows are text")
def test_names_that_are_no_text_are_digested(folder: Path) -> None:
    only = folder.with_name("only")
    only.mkdir()
    file = only / os.fsdecode(b"\xe6.doc")
    file.write_bytes(b"")
    found = file.lstat()
    name = file.name.encode("utf-8", "surrogatepass")
    line = line_of(name, found.st_size, modification_time(found), change_time(found))
    assert look_at(str(only), ()) == (digest_of([line]), [], [])


# --- many folders


@dataclass
class Lookers:
    """Counts the processes that are begun, and can end one under the hands of who asks it."""

    begun: list[Looker] = field(default_factory=list)
    dying: bool = False

    def __call__(self) -> Looker:
        looker = Looker()
        self.begun.append(looker)
        if self.dying:
            looker.close()
        return looker


@pytest.fixture
def lookers(monkeypatch: pytest.MonkeyPatch) -> Lookers:
    """Have every file worth a process, and each folder a question of its own."""
    lookers = Lookers()
    monkeypatch.setattr(known, "Looker", lookers)
    monkeypatch.setattr(known, "FILES_FOR_PROCESSES", 1)
    monkeypatch.setattr(known, "_FILES_AT_ONCE", 1)
    monkeypatch.setattr(known, "_cores", lambda: 2)
    return lookers


@pytest.fixture
def folders(tmp_path: Path) -> list[KnownFolder]:
    made: list[KnownFolder] = []
    for number in range(9):
        folder = tmp_path / f"20{number:02}.1"
        folder.mkdir()
        (folder / "a.doc").write_bytes(b"a" * number)
        (folder / "other").mkdir()
        made.append(confirmed(folder, "other"))
    return made


async def looked_at(folders: list[KnownFolder]) -> list[tuple[KnownFolder, FolderLook | None]]:
    return await anyio.to_thread.run_sync(lambda: list(looks(folders, others_in(folders))))


def others_in(folders: list[KnownFolder]) -> dict[str, set[str]]:
    return {folder.path: {"other"} for folder in folders}


@pytest.mark.parametrize("dying", [False, True])
async def test_processes_see_what_this_one_sees_and_what_a_dead_one_cannot_is_seen_here(
    folders: list[KnownFolder], lookers: Lookers, dying: bool
) -> None:
    lookers.dying = dying
    await (anyio.Path(folders[3].path) / "a.doc").unlink()
    await anyio.Path(folders[4].path).rename(f"{folders[4].path} elsewhere")
    seen = await looked_at(folders)
    assert [folder for folder, _ in seen] == folders
    assert [look for _, look in seen] == [look_at(folder.path, {"other"}) for folder in folders]
    assert [look == (folder.digest, ["other"], ["other"]) for folder, look in seen] == [True] * 3 + [False] * 2 + [
        True
    ] * 4
    assert lookers.begun


async def test_what_was_seen_of_folders_waits_for_a_few_only(folders: list[KnownFolder], lookers: Lookers) -> None:
    """Memory holds what is seen of some portions, however many there are."""
    taken = 0

    def portions() -> Iterator[list[KnownFolder]]:
        nonlocal taken
        for _ in range(10):
            for folder in folders:
                taken += 1
                yield [folder]

    def most_ahead() -> int:
        return max(taken - seen for seen, _ in enumerate(known._Lookers(2, others_in(folders)).looks(portions())))

    assert await anyio.to_thread.run_sync(most_ahead) == 8
    assert taken == 90


async def test_few_files_are_looked_at_without_a_process(
    folders: list[KnownFolder], lookers: Lookers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "FILES_FOR_PROCESSES", 100)
    assert all(look == (folder.digest, ["other"], ["other"]) for folder, look in await looked_at(folders))
    assert lookers.begun == []


async def test_no_process_is_left_behind_when_nobody_wants_to_know_any_more(
    folders: list[KnownFolder], lookers: Lookers
) -> None:
    def one() -> None:
        seen = looks(folders, others_in(folders))
        next(seen)
        seen.close()

    await anyio.to_thread.run_sync(one)
    assert lookers.begun
    assert [looker._process.returncode is None for looker in lookers.begun] == [False] * len(lookers.begun)


async def test_a_look_at_folders_can_be_cancelled(folders: list[KnownFolder], lookers: Lookers) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await anyio.to_thread.run_sync(partial(list, looks(folders, {})), abandon_on_cancel=False)
    assert all(looker._process.returncode is not None for looker in lookers.begun)


# --- those who are near


class Near(NearReader):
    """Tells of some folders, in words of its own, and notes which it was asked for."""

    def __init__(self, told: Mapping[str, FolderLook]) -> None:
        self._told = told
        self.asked: list[str] = []

    @override
    def listings(self, *, exact: bool) -> FolderListings:
        raise NotImplementedError

    @override
    def looks(self, folders: Mapping[str, Collection[str]]) -> Mapping[str, FolderLook]:
        assert set(map(frozenset, folders.values())) == {frozenset({"other"})}
        self.asked += folders
        return {path: look for path, look in self._told.items() if path in folders}

    @override
    def equal(self, root: str, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None] | None:
        raise NotImplementedError

    @override
    async def aclose(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("many", [False, True], ids=["few files", "many files"])
async def test_who_is_near_is_asked_first_and_what_nobody_tells_is_looked_at_here(
    folders: list[KnownFolder], lookers: Lookers, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    monkeypatch.setattr(known, "FILES_FOR_PROCESSES", 1 if many else 100)
    paths = [folder.path for folder in folders]
    far = FolderLook(b"as it is there", ["other"], ["other"])
    first, second = Near(dict.fromkeys(paths[:3], far)), Near(dict.fromkeys(paths[3:5], far))
    seen = await anyio.to_thread.run_sync(lambda: list(looks(folders, others_in(folders), (first, second))))
    assert [folder for folder, _ in seen] == folders
    assert [look for _, look in seen[:5]] == [far] * 5
    assert [look for _, look in seen[5:]] == [look_at(path, {"other"}) for path in paths[5:]]
    assert (sorted(first.asked), sorted(second.asked)) == (paths, paths[3:])
    assert bool(lookers.begun) is many


async def test_a_folder_that_is_empty_where_it_is_near_may_be_away_there(folders: list[KnownFolder]) -> None:
    near = Near({folder.path: FolderLook(digest_of(()), [], []) for folder in folders})
    seen = await anyio.to_thread.run_sync(lambda: list(looks(folders, others_in(folders), (near,))))
    assert all(look == (folder.digest, ["other"], ["other"]) for folder, look in seen)

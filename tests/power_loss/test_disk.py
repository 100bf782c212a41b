"""The model of a disk: what is sure, what may be there, and what cannot be."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from tests.power_loss import (
    Change,
    Disk,
    Loss,
    Operation,
    Record,
    Renaming,
    Resizing,
    Synced,
    Syncing,
    Tree,
    Writing,
    survivors,
)

ROOT, FOLDER, FILE = 1, 2, 3
START = b"a" * 1024


def recorded(*operations: Operation, folders: frozenset[int] = frozenset({ROOT, FOLDER})) -> Record:
    return Record(
        roots={"/disk": ROOT},
        start={FILE: START},
        entries={(ROOT, "folder"): FOLDER, (ROOT, "file"): FILE},
        folders=folders,
        operations=operations,
    )


def write(offset: int, content: bytes, file: int = FILE) -> Writing:
    return Writing(file=file, offset=offset, content=content, path="")


def name(*changes: tuple[tuple[int, str], int | None]) -> Renaming:
    return Renaming(changes=changes, sure_by=changes[-1][0][0], path="")


def sync(node: int, number: int = 1) -> tuple[Syncing, Synced]:
    return Syncing(number=number, node=node, path=""), Synced(number=number)


def after(*operations: Operation) -> Disk:
    disk = Disk(recorded(*operations))
    for operation in operations:
        disk.apply(operation)
    return disk


def data(tree: Tree, path: str = "/disk/file") -> bytes | None:
    content = tree.files.get(path)
    return None if content is None else content.data


def all_states(*operations: Operation) -> set[tuple[tuple[str, bytes], ...]]:
    """Every state that any set of losses leaves."""
    disk = after(*operations)
    pending = list(disk.pending)
    subsets = chain.from_iterable(combinations(pending, size) for size in range(len(pending) + 1))
    trees = (disk.surviving(Loss(kept=frozenset(kept))) for kept in subsets)
    return {tuple((path, content.data) for path, content in sorted(tree.files.items())) for tree in trees}


def test_bytes_are_sure_only_after_an_fsync_that_began_after_them() -> None:
    begin, end = sync(FILE)
    before, between = write(0, b"b" * 512), write(512, b"c" * 512)
    assert data(after(before, begin, between, end).surviving(Loss(kept=set()))) == b"b" * 512 + b"a" * 512
    assert data(after(before, begin, between).surviving(Loss(kept=set()))) == START


def test_an_fsync_of_the_file_does_not_make_its_name_sure_nor_one_of_the_folder_its_bytes() -> None:
    new = 4
    made, written = name(((ROOT, "new"), new)), write(0, b"x", new)
    assert data(after(made, written, *sync(new)).surviving(Loss(kept=set())), "/disk/new") is None
    assert data(after(made, written, *sync(ROOT)).surviving(Loss(kept=set())), "/disk/new") == b""


def test_writes_are_lost_in_any_order() -> None:
    states = all_states(write(0, b"b" * 512), write(512, b"c" * 512))
    assert {content for ((_, content),) in states} == {
        START, b"b" * 512 + b"a" * 512, b"a" * 512 + b"c" * 512, b"b" * 512 + b"c" * 512,
    }  # fmt: skip


def test_a_sector_never_has_a_later_write_without_an_earlier_one() -> None:
    states = all_states(write(0, b"b" * 100), write(100, b"c" * 100))
    assert {content[:200] for ((_, content),) in states} == {
        b"a" * 200,
        b"b" * 100 + b"a" * 100,
        b"b" * 100 + b"c" * 100,
    }


def test_a_write_tears_at_sectors_and_the_size_follows_what_came() -> None:
    disk = after(write(1024, b"b" * 1024))
    assert data(disk.surviving(Loss(kept={0}, torn={0: {2}}))) == START + b"b" * 512
    assert data(disk.surviving(Loss(kept={0}, torn={0: {3}}))) == START + b"\0" * 512 + b"b" * 512


def test_a_size_may_be_there_before_its_bytes() -> None:
    disk = after(write(1024, b"b" * 10))
    assert data(disk.surviving(Loss(kept=set(), grown={FILE}))) == START + b"\0" * 10


def test_a_cut_is_not_overtaken() -> None:
    states = {content for ((_, content),) in all_states(Resizing(file=FILE, size=0, path=""), write(0, b"b" * 20))}
    assert states == {START, b"", b"b" * 20}


def test_a_rename_is_there_wholly_or_not_at_all_also_between_folders() -> None:
    moved = name(((ROOT, "file"), None), ((FOLDER, "there"), FILE))
    assert {tuple(path for path, _ in state) for state in all_states(moved)} == {
        ("/disk/file",),
        ("/disk/folder/there",),
    }
    assert data(after(moved, *sync(ROOT)).surviving(Loss(kept=set()))) == START
    assert data(after(moved, *sync(FOLDER)).surviving(Loss(kept=set()))) is None


def test_a_file_that_is_moved_twice_is_in_one_place() -> None:
    first = name(((ROOT, "file"), None), ((ROOT, "b"), FILE))
    second = name(((ROOT, "b"), None), ((FOLDER, "c"), FILE))
    for state in all_states(first, second):
        assert len(state) == 1


def test_a_file_is_not_moved_into_a_folder_that_is_not_there() -> None:
    new = 4
    operations = (name(((ROOT, "new"), new)), name(((ROOT, "file"), None), ((new, "there"), FILE)))
    disk = Disk(recorded(*operations, folders=frozenset({ROOT, FOLDER, new})))
    for operation in operations:
        disk.apply(operation)
    assert set(disk.surviving(Loss(kept={1})).files) == {"/disk/new/there"}


def test_changes_in_different_folders_are_independent() -> None:
    new, other = 4, 5
    states = all_states(name(((ROOT, "new"), new)), name(((FOLDER, "other"), other)))
    assert len(states) == 4


@pytest.mark.parametrize("milestones", [[], [0]])
def test_a_state_is_told_once_between_two_milestones(milestones: list[int]) -> None:
    changes: tuple[Change, ...] = (write(0, b"b" * 2048), name(((ROOT, "new"), 4)))
    record = recorded(*changes, *sync(FILE), *sync(ROOT, 2))
    found = [survivor.tree.digest for survivor in survivors(record, seed=1, milestones=milestones)]
    assert len(found) == len(set(found)) or milestones
    assert {len(tree.tree.files) for tree in survivors(record, seed=1)} == {1, 2}


def test_the_seed_repeats_what_it_chose() -> None:
    record = recorded(*(write(number * 512, bytes([number]) * 4096) for number in range(40)), *sync(FILE))
    runs = [[(one.loss, one.tree.digest) for one in survivors(record, seed=seed, most=10)] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_disks_lose_apart_from_one_another() -> None:
    record = Record(
        roots={"/one": 1, "/two": 2}, start={3: b"", 4: b""}, entries={(1, "a"): 3, (2, "b"): 4},
        folders=frozenset({1, 2}), operations=(write(0, b"x", 3), write(0, b"y", 4), *sync(3)),
    )  # fmt: skip
    assert {path for one in survivors(record, seed=1, roots=["/two"]) for path in one.tree.files} == {"/two/b"}
    assert {data(one.tree, "/two/b") for one in survivors(record, seed=1, roots=["/two"])} == {b"", b"\0", b"y"}

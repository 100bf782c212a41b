"""Folders that held files and do no more: which are named, and which are forgotten because somebody said so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from omt_core.api import FolderAwayError
from omt_folders import SeenFolders


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("HH/2024.1/a", "HH/2024.2/b", "OO/2024.1/c", "OO/notes/d", "at the top"):
        file = tmp_path / "archive" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return tmp_path / "archive"


@pytest.fixture
def seen(root: Path, tmp_path: Path) -> SeenFolders:
    known = SeenFolders()
    known.keep_in(tmp_path)
    known.see(root, {path.parent for path in root.rglob("*") if path.is_file()}, whole=True)
    return known


def emptied(seen: SeenFolders, root: Path) -> list[str]:
    return sorted(folder.relative_to(root).as_posix() for folder in seen.emptied(root))


def test_one_that_holds_what_it_held_is_not_named(seen, root):
    assert emptied(seen, root) == []
    (root / "HH/2024.1/a").rename(root / "HH/2024.1/another name")
    assert emptied(seen, root) == []


@pytest.mark.parametrize("how", ["its files are gone", "it is gone"])
def test_one_whose_files_were_all_deleted_is_named(seen, root, how):
    shutil.rmtree(root / "HH/2024.1")
    if how == "its files are gone":
        (root / "HH/2024.1").mkdir()
    assert emptied(seen, root) == ["HH/2024.1"]


def test_where_nothing_is_left_in_one_above_that_is_named_alone(seen, root):
    for period in ("2024.1", "2024.2"):
        next((root / "HH" / period).iterdir()).unlink()
    assert emptied(seen, root) == ["HH"]
    (root / "HH/new").write_text("new", encoding="utf-8")
    assert emptied(seen, root) == ["HH/2024.1", "HH/2024.2"]


def test_an_empty_root_is_named_and_one_that_does_not_answer_is_not(seen, root):
    shutil.rmtree(root)
    assert emptied(seen, root) == []
    root.mkdir()
    assert emptied(seen, root) == ["."]


def test_of_one_that_nobody_ever_read_nothing_is_said(seen, tmp_path):
    (tmp_path / "other").mkdir()
    assert list(seen.emptied(tmp_path / "other")) == []


def test_only_what_somebody_named_is_forgotten_and_only_as_long_as_it_is_empty(seen, root, tmp_path):
    for gone in ("HH/2024.1/a", "OO/notes/d"):
        (root / gone).unlink()
    seen.forget_deleted([root], [str(root / "HH/2024.1"), str(root / "HH/2024.2")], str)
    assert emptied(seen, root) == ["OO/notes"]
    (root / "HH/2024.2/b").unlink()
    assert emptied(seen, root) == ["HH/2024.2", "OO/notes"]
    again = SeenFolders()
    again.keep_in(tmp_path)
    assert emptied(again, root) == ["HH/2024.2", "OO/notes"]


def test_a_root_that_was_emptied_on_purpose_is_opened_again(seen, root):
    shutil.rmtree(root)
    with pytest.raises(FolderAwayError) as away:
        seen.open([root], str)
    assert "make the folder again if it is gone" in str(away.value.remedy)
    seen.forget_deleted([root], [str(root)], str)
    root.mkdir()
    with pytest.raises(FolderAwayError):
        seen.open([root], str)
    seen.forget_deleted([root], [str(root)], str)
    assert seen.open([root], str).there == (root,)

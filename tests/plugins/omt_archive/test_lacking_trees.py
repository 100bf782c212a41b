"""What is counted for the trees that lack files or content, whatever places they lie in."""

from __future__ import annotations

import ntpath
from pathlib import Path
from types import SimpleNamespace

import pytest

from omt_archive import lacking_trees
from omt_archive.lacking_trees import ContentCount


def test_empty_files_are_counted_for_the_folder_that_holds_them_all() -> None:
    count = ContentCount()
    for folder in ("texts/a", "texts/b"):
        count.add("text files", None, Path(folder, "file"), 0)
    assert count.places == {"text files": Path("texts")}


def test_empty_files_on_two_drives_are_counted_for_the_place_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder holds both, and Windows says so by an error."""
    monkeypatch.setattr(lacking_trees, "os", SimpleNamespace(path=ntpath))
    count = ContentCount()
    for folder in ("C:\\texts", "D:\\texts", "C:\\texts"):
        count.add("text files", None, Path(folder, "file"), 0)
    assert count.places == {"text files": Path("C:\\texts")}
    assert count.empty["text files", None] == 3

"""Files in columns are a sequence of items."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api import FoundFiles, Item


def test_one_of_many_is_the_item_of_its_file() -> None:
    files = FoundFiles(
        stage="documents", keys=("1", "2"), names=("a", "b"), locations=("/x/a", "/x/b"), sizes=(3, 4),
        mtimes_ns=(5, 6), ctimes_ns=(7, 8),
    )  # fmt: skip
    second = Item(stage="documents", key="2", name="b", path=Path("/x/b"), size=4, mtime_ns=6, ctime_ns=8)

    assert files[1] == files[-1] == second
    assert list(files)[1] == second
    assert files[1:] == [second]
    assert len(files) == 2


def test_columns_of_several_lengths_are_no_batch() -> None:
    with pytest.raises(ValueError, match="several lengths"):
        FoundFiles(
            stage="documents", keys=("1",), names=("a", "b"), locations=("/x/a",), sizes=(1,), mtimes_ns=(1,),
            ctimes_ns=(1,),
        )  # fmt: skip

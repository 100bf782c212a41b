"""Files in columns are a sequence of items."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import FoundFiles, Item, leads_out


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


@pytest.mark.parametrize(
    "name",
    ["", "/etc", "\\x", "C:/x", "c:\\x", "..", "../x", "a/..", "a/../b", "a\\..\\b", "..\\b", "a\0b"],
)
def test_a_name_that_leads_out_of_its_folder_is_known(name: str) -> None:
    assert leads_out(name)


@pytest.mark.parametrize("name", ["a", "a/b", "a..b", "...", "a/...", "..a/b", "C:", "C:x", "ab:/x", "1:/x", "./a"])
def test_a_name_that_stays_in_its_folder_is_known(name: str) -> None:
    assert not leads_out(name)


@given(st.text(alphabet="aC1./\\:\0", max_size=8))
def test_the_quick_look_at_a_name_says_what_its_parts_say(name: str) -> None:
    drive = name[:1].isascii() and name[:1].isalpha() and name[1:2] == ":" and name[2:3] in {"/", "\\"}
    up = ".." in name.replace("\\", "/").split("/")
    assert leads_out(name) == (name[:1] in {"", "/", "\\"} or "\0" in name or drive or up)

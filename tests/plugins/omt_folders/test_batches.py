from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from omt_core.api import FoundFiles, InventoryState, Item
from omt_folders.batches import as_batches, told
from omt_folders.disk import Examination

SEEN = st.sampled_from(
    (
        Examination(InventoryState.FOUND, 3, 5, "", "", 7),
        Examination(InventoryState.FOUND, 0, 5, "", "", 7),
        Examination(InventoryState.FOUND, 3, 5, "", "", 7, recalled=True),
        Examination(InventoryState.UNREADABLE, reason="file-unreadable", detail="Permission denied."),
    )
)


def item(number: int, seen: Examination) -> Item:
    """Return what there is to tell of a file, without columns."""
    return Item(
        stage="files", key=str(number), name=f"a/{number}", path=Path("/a", str(number)), size=seen.size,
        mtime_ns=seen.mtime_ns, ctime_ns=seen.ctime_ns, presence=seen.presence, reason=seen.reason, detail=seen.detail,
        recalled=seen.recalled,
    )  # fmt: skip


@given(st.lists(SEEN, max_size=8))
def test_each_file_is_told_once_as_it_was_seen_and_in_order_among_its_kind(seen: list[Examination]) -> None:
    batches = as_batches(
        [told("files", str(number), f"a/{number}", f"/a/{number}", one) for number, one in enumerate(seen)]
    )
    items = [item(number, one) for number, one in enumerate(seen)]
    there = [one for one in items if one.presence is InventoryState.FOUND and not one.recalled]
    assert [one for batch in batches for one in batch] == [*there, *(one for one in items if one not in there)]
    assert all(batches)
    assert [len(batch) for batch in batches if isinstance(batch, FoundFiles)] == ([len(there)] if there else [])

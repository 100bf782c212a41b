"""A batch that an error ended on a worker is handed out again, as often as the settings say."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from omt_core.api import ItemRecord, ItemState, OnlineUnavailableError

from omt_dask.tool.homes import Roots
from omt_dask.tool.lane import HomeLane

pytestmark = pytest.mark.anyio

ERROR = OnlineUnavailableError("online-connection-lost", "The line is gone.", "Wait.")


def record(key: str) -> ItemRecord:
    return ItemRecord(
        stage="documents", key=key, name=key, location=key, size=1, mtime_ns=0, state=ItemState.PENDING,
        reason="", detail="", digest=None, attempt=1, plugin="", part=None,
    )  # fmt: skip


async def test_what_failed_is_sent_again_as_often_as_the_settings_say() -> None:
    fleet = SimpleNamespace(capacity={"oslo": 1}, follow=list[object]().append)
    lane = HomeLane(cast("Any", None), cast("Any", fleet), "oslo", Roots({}), Roots({}), batches_ahead=1, retries=2)
    await lane.failed([record("a"), record("b")], ERROR)
    await lane.failed([record("b")], ERROR)
    await lane.failed([record("a"), record("c")], ERROR)
    with pytest.raises(OnlineUnavailableError, match="The line is gone"):
        await lane.failed([record("c"), record("b")], ERROR)


async def test_as_much_is_handed_out_as_the_workers_that_are_there_can_take() -> None:
    followers: list[Callable[[], None]] = []
    fleet = SimpleNamespace(capacity={"oslo": 1}, follow=followers.append)
    lane = HomeLane(cast("Any", None), cast("Any", fleet), "oslo", Roots({}), Roots({}), batches_ahead=2, retries=2)
    (changed,) = followers
    assert lane.slots.total_tokens == 2
    for there, wanted in ((5, 10), (2, 4), (0, 2)):
        fleet.capacity = {"oslo": there} if there else {}
        changed()
        assert lane.slots.total_tokens == wanted


@pytest.mark.parametrize(
    ("below", "taken"), [("omt-archive", True), ("omt.old", True), ("omt", False), ("OMT", os.name != "nt")]
)
async def test_a_file_beside_the_workspace_is_taken_and_one_in_it_is_not(
    tmp_path: Path, below: str, *, taken: bool
) -> None:
    fleet = SimpleNamespace(capacity={"oslo": 1}, follow=list[object]().append)
    call = SimpleNamespace(workspace=tmp_path / "omt")
    work = SimpleNamespace(
        stage=SimpleNamespace(kind="files", removes_sources=False), context=SimpleNamespace(call=call)
    )
    roots = Roots({str(tmp_path): "/data"})
    lane = HomeLane(cast("Any", None), cast("Any", fleet), "oslo", roots, Roots({}), batches_ahead=1, retries=2)
    assert lane.takes(cast("Any", work), record(str(tmp_path / below / "a"))) is taken

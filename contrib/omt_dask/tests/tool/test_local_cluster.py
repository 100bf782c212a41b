"""A cluster of this machine that is not wanted any more before it is there."""

from __future__ import annotations

from pathlib import Path

import anyio
import dask.config
import psutil
import pytest
from sites import deadline

from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import connected

pytestmark = pytest.mark.anyio


def workers() -> list[psutil.Process]:
    """Return the processes of workers that this one has started."""
    return [one for one in psutil.Process().children() if any("spawn_main" in word for word in one.cmdline())]


async def test_one_that_is_given_up_as_it_starts_leaves_no_process_behind(tmp_path: Path) -> None:
    there = tmp_path / "there"
    hang = f"import pathlib, time; pathlib.Path({str(there)!r}).touch(); time.sleep(1_000)"
    begun: list[psutil.Process] = []

    async def start() -> None:
        async with connected(DaskSettings(local_workers=1), tmp_path):
            pytest.fail("it cannot be there: its worker hangs")

    with dask.config.set({"distributed.worker.preload": [hang]}):
        async with deadline(60), anyio.create_task_group() as tasks:
            tasks.start_soon(start)
            while not there.exists():  # noqa: ASYNC110 - a file sets no event
                await anyio.sleep(0.05)
            begun = workers()
            tasks.cancel_scope.cancel()
    assert begun
    assert not [one for one in begun if one.is_running()]
    assert not workers()

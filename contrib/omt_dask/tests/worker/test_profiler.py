"""Workers do without the profiler that may halt them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import pytest
from distributed import Worker
from sites import deadline

from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import connected

pytestmark = pytest.mark.anyio


def running(dask_worker: Worker) -> list[str]:
    """Return what a worker does again and again."""
    return [name for name, one in dask_worker.periodic_callbacks.items() if one.is_running()]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python may be looked at there")
async def test_no_worker_profiles_its_threads_whenever_it_joined(tmp_path: Path) -> None:
    async with deadline(), connected(DaskSettings(local_workers=1), tmp_path) as lent:
        client = cast("Any", lent)
        client.cluster.scale(2)
        await client.wait_for_workers(2)
        told: dict[str, list[str]] = await client.run(running)
    assert len(told) == 2
    for names in told.values():
        assert "heartbeat" in names
        assert not [name for name in names if "profile" in name]

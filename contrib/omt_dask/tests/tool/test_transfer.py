"""A cluster that is started for the run: who sends before it is there, and who then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import anyio
import pytest
from kept_journal import KeptJournal, items_below
from omt_core.api import Event, InstallationError, Item, ItemState, MachinesProgress, Notice
from omt_core.testing.recording import RecordingContext
from omt_tenant.embedded import serve_tenant
from sites import deadline, transferred
from typing_extensions import override

from omt_dask.settings import DaskSettings
from omt_dask.tool import cluster

pytestmark = pytest.mark.anyio

SETTINGS = DaskSettings(local_workers=1)


class Watched(RecordingContext):
    """Sets an event once the fleet is there."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace)
        self.there = anyio.Event()

    @override
    def emit(self, event: Event) -> None:
        super().emit(event)
        if isinstance(event, Notice) and event.message == "One worker sends.":
            self.there.set()


def write(folder: Path, files: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(files):
        (folder / f"{number:03}.txt").write_bytes(b"%s %d" % (folder.name.encode(), number))
    return folder


async def test_the_tool_sends_by_itself_until_the_cluster_is_there_and_its_workers_then(tmp_path: Path) -> None:
    early, late = write(tmp_path / "early", 20), write(tmp_path / "late", 30)
    journal, run = KeptJournal(), Watched(tmp_path / "work")

    async def told() -> AsyncIterator[Sequence[Item]]:
        yield items_below("documents", early)
        await run.there.wait()
        while ItemState.PENDING in journal.states().values():  # noqa: ASYNC110 - a journal sets no event
            await anyio.sleep(0.01)
        yield items_below("documents", late)

    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        done = await transferred(tenant, SETTINGS, tmp_path / "work", [], journal, items=told, run=run)
    assert (done.summary.failed, done.summary.stopped) == (0, False)
    assert set(journal.states().values()) == {ItemState.CONFIRMED}
    (machine,) = run.told(MachinesProgress)[-1].machines
    assert machine.items == 30, "the cluster was there before the tool had sent anything"


async def test_a_cluster_that_does_not_start_ends_the_run_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def __init__(self, **_: object) -> None: ...

        async def __aenter__(self) -> None:
            raise RuntimeError("Nanny failed to start.")

        async def __aexit__(self, *_: object) -> None: ...

    monkeypatch.setattr(cluster, "LocalCluster", Broken)
    archive = write(tmp_path / "archive", 3)
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        with pytest.raises(InstallationError) as caught:
            await transferred(tenant, SETTINGS, tmp_path / "work", [archive], KeptJournal())
    assert caught.value.code == "dask-scheduler-lost"
    assert "Nanny failed to start." in caught.value.message

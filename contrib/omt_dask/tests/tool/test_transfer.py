"""A cluster that is started for the run: who sends before it is there, and who then."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from kept_journal import KeptJournal, items_below
from omt_core.api import Event, Item, ItemState, MachinesProgress, Notice
from omt_core.api.calls import Transfer, TransferSummary
from omt_core.testing.recording import RecordingContext
from omt_tenant.embedded import serve_tenant
from omt_upload.lanes.lane import Lanes
from omt_upload.settings import UploadSettings
from sites import deadline, transferred
from typing_extensions import override

from omt_dask.settings import DaskSettings
from omt_dask.tool import local_cluster
from omt_dask.tool import transfer as transfer_module
from omt_dask.tool.fleet import Fleet

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


def no_cluster(monkeypatch: pytest.MonkeyPatch, until: anyio.Event | None = None) -> None:
    """Have clusters fail as they start, once an event is set."""

    class Broken:
        def __init__(self, **_: object) -> None: ...

        async def __aenter__(self) -> None:
            if until is not None:
                await until.wait()
            raise RuntimeError("Nanny failed to start.")

        async def __aexit__(self, *_: object) -> None: ...

    monkeypatch.setattr(local_cluster, "LocalCluster", Broken)


async def test_without_a_cluster_that_does_not_start_the_tool_sends_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_cluster(monkeypatch)
    archive, journal = write(tmp_path / "archive", 3), KeptJournal()
    async with deadline(30), serve_tenant(tmp_path / "tenant") as tenant:
        done = await transferred(tenant, SETTINGS, tmp_path / "work", [archive], journal)
    assert (done.summary.failed, done.summary.stopped) == (0, False)
    assert list(journal.states().values()) == [ItemState.CONFIRMED] * 3
    (told,) = [str(event.message) for event in done.told.told(Notice) if "Nanny failed to start." in event.message]
    assert told.endswith("The tool sends by itself.")


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> anyio.Event:
    """Set once the transfer has told what it came to."""
    ended, transfer = anyio.Event(), transfer_module.transfer

    async def noted(call: Transfer, settings: UploadSettings, lanes: Lanes) -> TransferSummary:
        summary = await transfer(call, settings, lanes)
        ended.set()
        return summary

    monkeypatch.setattr(transfer_module, "transfer", noted)
    return ended


async def test_a_cluster_that_fails_behind_a_whole_transfer_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: anyio.Event
) -> None:
    no_cluster(monkeypatch, whole)
    archive, journal = write(tmp_path / "archive", 3), KeptJournal()
    async with deadline(30), serve_tenant(tmp_path / "tenant") as tenant:
        done = await transferred(tenant, SETTINGS, tmp_path / "work", [archive], journal)
    assert (done.summary.failed, done.summary.stopped) == (0, False)
    assert list(journal.states().values()) == [ItemState.CONFIRMED] * 3
    assert not [event for event in done.told.told(Notice) if "Nanny" in event.message]


async def test_nobody_waits_for_workers_that_are_not_there_when_all_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    @asynccontextmanager
    async def started(*_: object) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            ended.append("cluster")

    async def begin(*_: object) -> None:
        await anyio.sleep_forever()

    monkeypatch.setattr(transfer_module, "connected", started)
    monkeypatch.setattr(Fleet, "begin", begin)
    archive, journal = write(tmp_path / "archive", 3), KeptJournal()
    async with deadline(30), serve_tenant(tmp_path / "tenant") as tenant:
        done = await transferred(tenant, SETTINGS, tmp_path / "work", [archive], journal)
    assert (done.summary.failed, done.summary.stopped) == (0, False)
    assert list(journal.states().values()) == [ItemState.CONFIRMED] * 3
    assert ended == ["cluster"]

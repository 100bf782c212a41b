"""A home whose workers end or hang, and nobody starts them again: it is said, and nothing waits for ever."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kept_journal import KeptJournal
from omt_core.api import Event, InstallationError, ItemState, Notice, StageChanged, StageState
from omt_core.testing.recording import RecordingContext
from omt_tenant.embedded import serve_tenant
from omt_upload.settings import UploadSettings
from sites import Counted, Site, Stop, deadline, scheduler_is_there, site, transferred
from typing_extensions import override

from omt_dask.settings import DaskSettings
from omt_dask.tool import absences, fleet

pytestmark = pytest.mark.anyio

LEFT = "No worker of oslo is left."
MIDWAY = 300_000
IN_PIECES = {"bundle_bytes": 64 << 10, "bundle_members": 5, "shortest_request": 16 << 10, "compress": "never"}


class Acting(RecordingContext):
    """Does something once it is told of something."""

    def __init__(self, workspace: Path, told: str, act: Callable[[], None]) -> None:
        super().__init__(workspace)
        self._told, self._act = told, act

    @override
    def emit(self, event: Event) -> None:
        super().emit(event)
        if isinstance(event, Notice) and event.message.startswith(self._told):
            self._act()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it said at the first look."""
    monkeypatch.setattr(absences, "_SECONDS_UNTIL_TOLD", 0.0)
    monkeypatch.setattr(fleet, "_SECONDS_BETWEEN_LATER_LOOKS", 0.2)


@pytest.fixture
def oslo(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, {"oslo-1": "oslo=2"}) as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder, chance = tmp_path / "archive", random.Random(0)
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.docx").write_bytes(chance.randbytes(chance.randrange(1, 40_000)))
    return folder


def settings_of(oslo: Site, archive: Path, minutes: float = 10.0) -> DaskSettings:
    upload = UploadSettings.model_validate({**IN_PIECES, "away_minutes": minutes})
    return oslo.settings(homes={"oslo": {"roots": {str(archive): str(archive)}}}, upload=upload)


async def test_it_is_told_with_the_stage_paused_and_goes_on_with_the_next_worker(
    tmp_path: Path, oslo: Site, archive: Path
) -> None:
    journal = KeptJournal()
    run = Acting(tmp_path / "work", LEFT, lambda: oslo.start_worker("oslo-2", "oslo=2"))
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(oslo)
        rate = Counted(MIDWAY, lambda: oslo.send("oslo-1", signal.SIGKILL))
        done = await transferred(
            tenant, settings_of(oslo, archive), tmp_path / "work", [archive], journal, rate=rate, run=run
        )
    assert (done.summary.failed, done.summary.stopped) == (0, False)
    assert set(journal.states().values()) == {ItemState.CONFIRMED}
    told = [event.message for event in run.told(Notice)]
    assert [message for message in told if "of oslo" in message] == [
        f"{LEFT} Waiting up to 10 minutes for one.",
        "A worker of oslo is there again.",
    ]
    states = [(event.state, event.detail) for event in run.told(StageChanged)]
    assert (StageState.PAUSED, "Paused: no worker of oslo is left") in states
    assert states[-1][0] is StageState.SUCCEEDED


async def test_a_run_that_waits_for_it_in_vain_ends_with_what_to_do(tmp_path: Path, oslo: Site, archive: Path) -> None:
    journal = KeptJournal()
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(oslo)
        rate = Counted(MIDWAY, lambda: oslo.send("oslo-1", signal.SIGKILL))
        settings = settings_of(oslo, archive, 0.01)
        with pytest.raises(InstallationError) as caught:
            await transferred(tenant, settings, tmp_path / "work", [archive], journal, rate=rate)
    assert (caught.value.code, caught.value.message) == ("dask-workers-gone", LEFT)
    assert ItemState.PENDING in journal.states().values()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["gone", "hangs"])
async def test_a_stop_waits_for_none_that_does_not_answer(
    tmp_path: Path, oslo: Site, archive: Path, fault: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "_SECONDS_TO_FORGET", 0.1)
    if fault is signal.SIGSTOP:
        monkeypatch.setattr(fleet, "_SECONDS_FOR_ANSWERS", 0.1)
    journal, stop = KeptJournal(), Stop()

    def act() -> None:
        oslo.send("oslo-1", fault)
        if fault is signal.SIGSTOP:
            stop.set()

    run = Acting(tmp_path / "work", LEFT, stop.set)
    async with deadline(100), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(oslo)
        rate = Counted(MIDWAY, act)
        settings = settings_of(oslo, archive)
        done = await transferred(tenant, settings, tmp_path / "work", [archive], journal, rate=rate, stop=stop, run=run)
        assert done.summary.stopped
        oslo.send("oslo-1", signal.SIGKILL)
        oslo.start_worker("oslo-1", "oslo=2")
        again = await transferred(tenant, settings, tmp_path / "work", [archive], journal)
    assert not again.summary.stopped
    assert set(journal.states().values()) == {ItemState.CONFIRMED}


async def test_a_scheduler_that_hangs_ends_the_run_with_its_name(
    tmp_path: Path, oslo: Site, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "_SECONDS_TO_FORGET", 0.1)
    monkeypatch.setattr(fleet, "_SECONDS_FOR_A_LOOK", 2.0)
    async with deadline(100), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(oslo)
        rate = Counted(MIDWAY, lambda: oslo.send("scheduler", signal.SIGSTOP))
        settings = settings_of(oslo, archive)
        with pytest.raises(InstallationError) as caught:
            await transferred(tenant, settings, tmp_path / "work", [archive], KeptJournal(), rate=rate)
    assert caught.value.code == "dask-scheduler-lost"

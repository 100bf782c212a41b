"""Workers on machines of their own, as far as processes can be: homes, faults, limits, secrets."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest
from kept_journal import KeptJournal
from omt_core.api import (
    InputError,
    InstallationError,
    ItemState,
    MachinesProgress,
    Notice,
    SenderPass,
    SenderPasses,
    SendingState,
    TransferLimits,
)
from omt_core.testing.recording import RecordingContext
from omt_core.testing.sample_calls import SampleCalls
from omt_tenant.embedded import serve_tenant
from omt_tenant.settings import TenantSettings
from omt_upload.settings import UploadSettings
from sites import (
    Counted,
    Site,
    Stop,
    bounds_of_queues,
    deadline,
    scheduler_is_there,
    site,
    transferred,
    watch_tasks,
)
from typing_extensions import override

from omt_dask import DaskPlugin
from omt_dask.messages.orders import Orders
from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import connected
from omt_dask.tool.fleet import Fleet
from omt_dask.tool.readiness import fleet_findings

pytestmark = pytest.mark.anyio

PLANTED = "Personnel file of Ada Planted"
TENANT = TenantSettings()
SMALL = UploadSettings(bundle_bytes=64 << 10, bundle_members=5, shortest_request=16 << 10, compress="never")


def write_archive(folder: Path, seed: int, files: int = 40) -> Path:
    chance = random.Random(seed)
    for number in range(files):
        path = folder / f"{number % 4}" / f"{PLANTED} {number}.docx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randrange(1, 40_000)))
    return folder


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), {"oslo-1": "oslo=2", "bergen-1": "bergen=2"}) as running:
        yield running


def homes(**roots: tuple[Path, Path]) -> Mapping[str, object]:
    return {name: {"roots": {str(here): str(there)}} for name, (here, there) in roots.items()}


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[SenderPass]:
    """What workers were given to send with."""
    given: list[SenderPass] = []
    packed = Orders.packed

    def seen(orders: Orders, readers: Mapping[str, bytes]) -> dict[str, Any]:
        given.append(orders.given)
        return packed(orders, readers)

    monkeypatch.setattr(Orders, "packed", seen)
    return given


async def test_each_home_sends_what_lies_below_its_roots_and_the_tool_sends_the_rest(
    tmp_path: Path, two_sites: Site, passes: list[SenderPass]
) -> None:
    here = [write_archive(tmp_path / "here" / name, seed) for seed, name in enumerate(("oslo", "bergen", "tool"))]
    there = [shutil.copytree(folder, tmp_path / "there" / folder.name) for folder in here[:2]]
    for folder in here[:2]:
        for path in folder.rglob("*.docx"):
            os.truncate(path, path.stat().st_size - 1)  # whoever reads it here has something else
    journal, rate, work = KeptJournal(), Counted(), tmp_path / "work"
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(two_sites)
        settings = two_sites.settings(homes=homes(oslo=(here[0], there[0]), bergen=(here[1], there[1])), upload=SMALL)
        texts: list[str] = []
        async with anyio.create_task_group() as watching:
            done = anyio.Event()
            watching.start_soon(watch_tasks, two_sites, texts, done)
            run = await transferred(tenant, settings, work, here, journal, rate=rate)
            done.set()
            machines = run.told.told(MachinesProgress)[-1].machines
            assert {one.name: one.items for one in machines} == {"oslo-1": 40, "bergen-1": 40}
            assert sum(one.sent_bytes for one in machines) <= journal.items.sent
            assert (run.summary.failed, run.summary.stopped) == (0, False)
            assert "2 workers send." in {str(event.message) for event in run.told.told(Notice)}
    assert set(journal.states().values()) == {ItemState.CONFIRMED}
    assert len(journal.states()) == 120
    for folder in there:
        for path in folder.rglob("*.docx"):
            key = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            assert journal.items.known["documents", key].size == path.stat().st_size
    # The limit holds for all machines together: not a byte went over the line that it had not admitted.
    assert rate.admitted >= journal.items.sent

    told = "\n".join([*texts, two_sites.logs()])
    assert "omt-" in told, "nothing was seen of the tasks"
    assert PLANTED not in told
    assert passes
    assert not [given.token for given in passes if given.token in told]
    # The tenant turns away what is more than its limit, with bytes that have passed the line by then.
    assert {given.limits.parallel_uploads for given in passes} == {TENANT.parallel_uploads // 2}


async def test_what_is_spooled_is_sent_from_a_home_that_sees_it_and_by_the_tool_where_it_does_not(
    tmp_path: Path, two_sites: Site
) -> None:
    work = tmp_path / "work"
    parts = work / "spool" / "database"
    write_archive(parts, 4, files=12)
    there = shutil.copytree(parts, tmp_path / "there" / "database")
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(two_sites)
        home = {"roots": {}, "spool": str(tmp_path / "there")}
        settings = two_sites.settings(homes={"oslo": home}, upload=SMALL)
        journal = KeptJournal()
        run = await transferred(tenant, settings, work, [parts], journal, spooled=True)
        assert [one.items for one in run.told.told(MachinesProgress)[-1].machines if one.name == "oslo-1"] == [12]
        assert set(journal.states().values()) == {ItemState.CONFIRMED}
        assert not list(parts.rglob("*.docx"))
        assert len(list(there.rglob("*.docx"))) == 12

        write_archive(parts, 5, files=12)
        shutil.rmtree(there)
        (there / "0").mkdir(parents=True)
        (there / "0" / "of an earlier run").touch()
        journal = KeptJournal()
        run = await transferred(tenant, settings, work, [parts], journal, spooled=True)
    assert (run.summary.failed, run.summary.stopped) == (0, False)
    assert set(journal.states().values()) == {ItemState.CONFIRMED}
    assert not list(parts.rglob("*.docx"))
    assert [event.message for event in run.told.told(Notice) if "parts of tables" in event.message]


async def test_a_machine_that_has_batches_is_told_of_as_sending(
    tmp_path: Path, two_sites: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, seen, tell = write_archive(tmp_path / "oslo", 1, files=3), anyio.Event(), Fleet.tell

    def watched(fleet: Fleet) -> None:
        tell(fleet)
        if any(one.state is SendingState.SENDING for one in fleet.rows):
            seen.set()

    class Held(Counted):
        """Admits nothing until a machine is seen to send."""

        @override
        async def acquire(self, size: int) -> None:
            await seen.wait()
            await super().acquire(size)

    monkeypatch.setattr(Fleet, "tell", watched)
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(two_sites)
        settings = two_sites.settings(homes=homes(oslo=(archive, archive)))
        run = await transferred(tenant, settings, tmp_path / "work", [archive], KeptJournal(), rate=Held())
    told = run.told.told(MachinesProgress)
    states = {(one.name, one.state) for progress in told for one in progress.machines}
    assert ("oslo-1", SendingState.SENDING) in states
    assert ("bergen-1", SendingState.SENDING) not in states


async def test_what_would_stop_a_fleet_is_found_with_the_other_checks(tmp_path: Path, two_sites: Site) -> None:
    archive = write_archive(tmp_path / "oslo", 1, files=1)
    async with deadline():
        await scheduler_is_there(two_sites)
        ready = two_sites.settings(homes=homes(oslo=(archive, archive)))
        while await fleet_findings(ready):  # noqa: ASYNC110 - its workers are on their way
            await anyio.sleep(0.2)
        wrong = two_sites.settings(homes=homes(oslo=(archive, tmp_path / "not there"), tromso=(archive, archive)))
        lacking, unseen = await fleet_findings(wrong)
        (tmp_path / "empty").mkdir()
        (tmp_path / "new").mkdir()
        unmounted = two_sites.settings(homes=homes(oslo=(archive, tmp_path / "empty")))
        (hidden,) = await fleet_findings(unmounted)
        assert not await fleet_findings(two_sites.settings(homes=homes(oslo=(tmp_path / "new", tmp_path / "empty"))))
        plain = DaskSettings(scheduler="tcp://scheduler.example.com:8786")
        (not_safe,) = await fleet_findings(plain)
    assert [finding.code for finding in (lacking, unseen, not_safe)] == ["dask-not-ready"] * 3
    assert "tromso" in lacking.message
    assert "The worker oslo-1 cannot see" in unseen.message
    assert "it is empty there" in hidden.message
    assert not_safe.subjects == ("dask-not-encrypted",)
    assert not await fleet_findings(DaskSettings())


async def test_in_the_snapshot_the_fleet_is_left_to_the_transfer() -> None:
    plugin = DaskPlugin(DaskSettings(scheduler="tcp://scheduler.example.com:8786"))
    call = SampleCalls().validate_migration()
    assert await plugin.validate_migration(call)
    assert not await plugin.validate_migration(replace(call, in_snapshot=True))


async def test_a_worker_that_cannot_see_its_root_is_named_at_the_start(tmp_path: Path, two_sites: Site) -> None:
    archive = write_archive(tmp_path / "oslo", 1, files=1)
    journal = KeptJournal()
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(two_sites)
        settings = two_sites.settings(homes=homes(oslo=(archive, tmp_path / "not there")))
        with pytest.raises(InstallationError) as caught:
            await transferred(tenant, settings, tmp_path / "work", [archive], journal)
    assert caught.value.code == "dask-root-not-seen"
    assert "The worker oslo-1 cannot see" in caught.value.message
    assert str(tmp_path / "not there") in caught.value.message


async def test_a_home_without_a_worker_is_named(tmp_path: Path, two_sites: Site) -> None:
    archive = write_archive(tmp_path / "tromso", 1, files=1)
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(two_sites)
        settings = two_sites.settings(homes=homes(tromso=(archive, archive)), wait_for_workers=0.1)
        with pytest.raises(InputError) as caught:
            await transferred(tenant, settings, tmp_path / "work", [archive], KeptJournal())
    assert caught.value.code == "dask-home-empty"
    assert "tromso" in caught.value.message


class Passes(SenderPasses):
    """Hands out passes, and nothing else."""

    async def hand_out(self) -> SenderPass:
        limits = TransferLimits(
            bundle_bytes=1, member_bytes=1, chunk_bytes=1, digests_per_request=1, parallel_uploads=1
        )
        return SenderPass(migration="m", address="https://t.example.com", limits=limits, token="t", seconds=60.0)


async def test_the_queue_of_permits_has_its_bound_before_a_worker_can_ask_for_it(
    tmp_path: Path, two_sites: Site
) -> None:
    archive = write_archive(tmp_path / "oslo", 1, files=1)
    call = SimpleNamespace(stop=Stop(), run=RecordingContext(tmp_path), migration=Passes())
    async with deadline():
        await scheduler_is_there(two_sites)
        settings = two_sites.settings(homes=homes(oslo=(archive, archive)))
        async with connected(settings, tmp_path) as client:
            before: Mapping[str, int] = await client.run_on_scheduler(bounds_of_queues)
            fleet = Fleet(cast("Any", call), settings)
            await fleet.begin(client)
            bounds: Mapping[str, int] = await client.run_on_scheduler(bounds_of_queues)
            await fleet.end()
    assert [bounds[name] for name in bounds.keys() - before.keys()] == [1]


async def test_a_stop_drains_and_the_next_run_goes_on(tmp_path: Path, two_sites: Site) -> None:
    archive, journal, stop = write_archive(tmp_path / "oslo", 3), KeptJournal(), Stop()
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        await scheduler_is_there(two_sites)
        settings = two_sites.settings(homes=homes(oslo=(archive, archive)), upload=SMALL)
        run = await transferred(
            tenant, settings, tmp_path / "work", [archive], journal, rate=Counted(300_000, stop.set), stop=stop
        )
        assert run.summary.stopped
        again = await transferred(tenant, settings, tmp_path / "work", [archive], journal)
    assert not again.summary.stopped
    assert set(journal.states().values()) == {ItemState.CONFIRMED}


@pytest.mark.parametrize(
    ("fault", "seed"),
    [(signal.SIGKILL, 0), (signal.SIGKILL, 1), (signal.SIGSTOP, 2)],
    ids=["dies", "dies later", "hangs"],
)
async def test_a_worker_that_dies_or_hangs_changes_neither_the_end_state_nor_what_is_confirmed(
    tmp_path: Path, fault: signal.Signals, seed: int
) -> None:
    archive, journal = write_archive(tmp_path / "oslo", seed), KeptJournal()
    point = random.Random(seed).randrange(256 << 10, 600_000)
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        # After so long one that hangs counts as dead; and so does the other one, if all of them have slept.
        with site(tmp_path, {"oslo-1": "oslo=2"}, DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="25 seconds") as running:
            running.start_worker("oslo-2", "oslo=2", "--nanny")
            await scheduler_is_there(running)
            settings = running.settings(homes=homes(oslo=(archive, archive)), upload=SMALL)
            rate = Counted(point, lambda: running.send("oslo-1", fault))
            run = await transferred(tenant, settings, tmp_path / "work", [archive], journal, rate=rate)
    assert (run.summary.failed, run.summary.stopped) == (0, False)
    assert set(journal.states().values()) == {ItemState.CONFIRMED}


async def test_a_scheduler_that_dies_ends_the_run_with_its_name_and_the_next_one_goes_on(tmp_path: Path) -> None:
    archive, journal = write_archive(tmp_path / "oslo", 5), KeptJournal()
    async with deadline(), serve_tenant(tmp_path / "tenant") as tenant:
        with site(tmp_path, {"oslo-1": "oslo=2"}) as running:
            await scheduler_is_there(running)
            rate = Counted(400_000, lambda: running.send("scheduler", signal.SIGKILL))
            settings = running.settings(homes=homes(oslo=(archive, archive)), upload=SMALL)
            with pytest.raises(InstallationError) as caught:
                await transferred(tenant, settings, tmp_path / "work", [archive], journal, rate=rate)
            assert caught.value.code == "dask-scheduler-lost"
            confirmed = {key for key, state in journal.states().items() if state is ItemState.CONFIRMED}
            running.start_scheduler()
            running.start_worker("oslo-2", "oslo=2")
            await scheduler_is_there(running)
            settings = running.settings(homes=homes(oslo=(archive, archive)), upload=SMALL)
            await transferred(tenant, settings, tmp_path / "work", [archive], journal)
    assert len(confirmed) < len(journal.states())
    assert set(journal.states().values()) == {ItemState.CONFIRMED}

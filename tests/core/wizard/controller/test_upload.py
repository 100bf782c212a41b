"""The upload can be paused, stopped and gone on with, and always ends as an undisturbed one."""

from __future__ import annotations

import json
from pathlib import Path

import anyio.lowlevel
import pytest

from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InputError
from omt_core.api.events import StageState
from omt_core.engine import facts
from omt_core.engine.upload.rate import read_limit
from omt_core.wizard.controller.document import UploadState
from tests.core.wizard.controller.site import Site, site_in

pytestmark = pytest.mark.anyio


async def begun(site: Site, kind: MigrationKind) -> None:
    await site.to_ready(kind)
    await site.controller.start_upload()


async def test_a_paused_upload_goes_on_and_is_completed(tmp_path: Path) -> None:
    """W79."""
    async with site_in(tmp_path) as site:
        await begun(site, MigrationKind.TEST)
        site.controller.upload.pause()
        await site.until(UploadState.PAUSED)
        await site.controller.start_upload()
        await site.until(UploadState.DONE)
        assert site.controller.upload.error is None
        runs = await site.controller.holder.runner.journal.runs.all()
        assert [run.exit_code for run in runs] == [130, 0]
        moved = json.loads(site.controller.state())["result"]["bytes"]
        assert moved == sum(
            total.bytes for total in (await site.controller.holder.runner.journal.items.totals()).values()
        )


async def test_the_rate_can_be_limited_while_going_on_opens_the_session_anew(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await begun(site, MigrationKind.TEST)
        site.controller.upload.pause()
        await site.until(UploadState.PAUSED)
        await site.controller.start_upload()
        while site.controller.holder.is_open:
            await anyio.lowlevel.checkpoint()
        site.controller.upload.limit(50_000_000)
        assert json.loads(site.controller.state())["upload"]["limit"] == 50_000_000
        await site.until(UploadState.DONE)


async def test_a_cancelled_live_upload_lets_the_users_in_again_if_that_is_asked_for(tmp_path: Path) -> None:
    """W70: cancel before anything is committed thaws."""
    async with site_in(tmp_path) as site:
        await begun(site, MigrationKind.LIVE)
        await site.controller.cancel_upload(thaw=True)
        await site.until(UploadState.STOPPED)
        await site.until_it_holds(lambda: not site.controller.busy)
        assert facts.FROZEN not in await site.controller.holder.runner.journal.notes.pins()
        assert (await site.controller.result()).exit_code != 0


async def test_the_page_is_told_of_the_freeze_while_the_upload_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W70."""
    monkeypatch.setattr("omt_core.wizard.controller.upload._LOOK_EVERY", 0.05)
    async with site_in(tmp_path) as site:
        await site.to_ready(MigrationKind.LIVE)
        site.controller.upload.limit(1_000)  # so slow that it still runs when the page looks
        await site.controller.start_upload()
        await site.until_it_holds(lambda: json.loads(site.controller.state())["frozen"])
        assert site.controller.upload.state is UploadState.RUNNING
        site.controller.upload.limit(None)
        await site.until(UploadState.DONE)


async def test_a_paused_live_upload_that_is_cancelled_lets_the_users_in_again_too(tmp_path: Path) -> None:
    """W70."""
    async with site_in(tmp_path) as site:
        await begun(site, MigrationKind.LIVE)
        await site.until_it_holds(lambda: site.controller.upload.part().rows[0].state is StageState.SUCCEEDED)
        site.controller.upload.pause()
        await site.until(UploadState.PAUSED)
        assert site.state["frozen"]
        await site.controller.cancel_upload(thaw=True)
        assert site.controller.upload.state is UploadState.STOPPED
        assert not site.state["frozen"]


async def test_it_can_be_limited_while_it_runs(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_ready()
        site.controller.upload.limit(500_000)
        assert read_limit(tmp_path / "work" / "limit") == 500_000
        assert site.controller.upload.part().limit == 500_000
        site.controller.upload.limit(None)
        assert site.controller.upload.part().limit is None


async def test_what_does_not_run_can_be_neither_paused_nor_begun_twice(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_ready()
        with pytest.raises(InputError) as caught:
            site.controller.upload.pause()
        assert caught.value.code == "upload-not-running"
        await site.controller.start_upload()
        with pytest.raises(InputError) as caught:
            await site.controller.start_upload()
        assert caught.value.code == "upload-under-way"
        await site.until(UploadState.DONE)


async def test_a_ctrl_c_stops_it_so_that_it_goes_on_another_time(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await begun(site, MigrationKind.TEST)
        await site.until_it_holds(lambda: site.controller.upload.part().rows[0].state is StageState.SUCCEEDED)
        site.controller.stop()
        await site.controller.closed.wait()
        assert (await site.controller.result()).exit_code == 130
    async with site_in(tmp_path) as site:
        await site.controller.start()
        assert site.state["interrupted"]
        await site.log_in()
        await begun_again(site)
        await site.until(UploadState.DONE)


async def begun_again(site: Site) -> None:
    decisions = site.controller.holder.now.decisions
    assert decisions.contact is not None
    await site.controller.confirm(decisions.contact, decisions.kind, agreed=True)
    await site.until_checked()
    assert site.document.checklist.plans == "done"
    await site.controller.start_upload()

"""A start that is planned on the page: checked again at its hour, begun or told why not, cancelled, and lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import anyio
import pytest

from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InputError
from omt_core.api.users import Administrator
from omt_core.engine import facts
from omt_core.engine.drive import prepare_again
from omt_core.engine.runner import Runner
from omt_core.wizard.controller.ahead import planned_start
from omt_core.wizard.controller.ahead.start_wait import noted_plan
from omt_core.wizard.controller.document import CheckState, Screen, UploadState
from tests.core.wizard.controller.ahead.night import Night
from tests.core.wizard.controller.site import site_in

pytestmark = pytest.mark.anyio


def add_satellite(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "site/machine/C/SuperOffice/Data/crm.sqlite")) as crm, crm:
        columns = [column for _, column, *_ in crm.execute("PRAGMA table_info(satellite)")]
        crm.execute(f"INSERT INTO satellite ({', '.join(columns)}) VALUES ({', '.join('1' for _ in columns)})")


def take_database_away(folder: Path) -> None:
    (folder / "site/machine/C/SuperOffice/Data/crm.sqlite").rename(folder / "away.sqlite")


async def test_it_begins_at_its_hour_after_all_checks_ran_again(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready(MigrationKind.LIVE)
        first = site.controller.holder.runner
        await site.controller.planned.plan(night.tonight)
        assert site.document.planned.at == datetime.fromisoformat(night.tonight)
        assert (site.document.screen, site.document.frozen, site.controller.busy) == (Screen.CHECKLIST, False, True)
        night.falls.set()
        await site.until(UploadState.DONE)
        assert site.controller.holder.runner is not first, "as after a restart: opened anew, and checked anew"
        assert site.controller.upload.error is None
        assert (site.document.planned.at, site.document.planned.not_begun) == (None, None)


async def test_an_error_that_appeared_freezes_nothing_and_is_on_the_page_and_in_the_journal(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready(MigrationKind.LIVE)
        moment = night.tonight
        await site.controller.planned.plan(moment)
        add_satellite(tmp_path)
        night.falls.set()
        await site.until_it_holds(lambda: site.document.error is not None)
        now = site.document
        assert now.error is not None
        assert now.error.code == "findings-stand"
        assert now.planned.not_begun == datetime.fromisoformat(moment)
        assert (now.screen, now.checks.state, now.checks.blocking) == (Screen.CHECKLIST, CheckState.DONE, 1)
        journal = site.controller.holder.runner.journal
        assert facts.FROZEN not in await journal.notes.pins()
        assert [run.exit_code for run in await journal.runs.all()][-1] == 1
        await site.controller.checks.waive("satellite-active", waived=True, reason="Brought home.")
        await site.controller.start_upload()
        await site.until(UploadState.DONE)
        assert site.document.planned.not_begun is None


async def test_an_installation_that_is_gone_at_that_hour_is_told_on_the_first_page(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready(MigrationKind.LIVE)
        await site.controller.planned.plan(night.tonight)
        take_database_away(tmp_path)
        night.falls.set()
        await site.until_it_holds(lambda: site.document.error is not None)
        assert site.document.screen is Screen.WELCOME
        assert site.document.planned.not_begun is not None


async def test_a_cancelled_plan_begins_nothing(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready(MigrationKind.LIVE)
        await site.controller.planned.plan(night.tonight)
        await site.controller.planned.cancel()
        night.falls.set()
        assert site.document.planned.at is None
        await site.controller.planned.plan(night.tonight)
        await site.until(UploadState.DONE)


@pytest.fixture
def checked_again(monkeypatch: pytest.MonkeyPatch) -> tuple[anyio.Event, anyio.Event]:
    """The checks of the planned hour: that they have begun, and what lets them go on."""
    begun, go_on = anyio.Event(), anyio.Event()

    async def take_long(runner: Runner, administrator: Administrator) -> None:
        begun.set()
        await go_on.wait()
        await prepare_again(runner, administrator)

    monkeypatch.setattr(planned_start, "prepare_again", take_long)
    return begun, go_on


@pytest.mark.parametrize("stands", [False, True])
async def test_a_plan_that_is_cancelled_while_its_checks_run_again_begins_nothing(
    tmp_path: Path, checked_again: tuple[anyio.Event, anyio.Event], *, stands: bool
) -> None:
    night, (begun, go_on) = Night(), checked_again
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready(MigrationKind.LIVE)
        await site.controller.planned.plan(night.tonight)
        if stands:
            add_satellite(tmp_path)
        night.falls.set()
        await begun.wait()
        await site.controller.planned.cancel()
        assert site.document.planned.at is None
        go_on.set()
        await site.until_it_holds(lambda: site.document.busy is None)
        await anyio.wait_all_tasks_blocked()
        now = site.document
        assert (now.screen, now.upload.state, now.error) == (Screen.CHECKLIST, UploadState.IDLE, None)
        assert (now.planned.at, now.planned.not_begun, site.controller.busy) == (None, None, False)
        journal = site.controller.holder.runner.journal
        assert facts.FROZEN not in await journal.notes.pins()
        assert await noted_plan(journal) is None


async def test_a_plan_does_not_outlive_the_session_that_it_is_for(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready(MigrationKind.LIVE)
        await site.controller.planned.plan(night.tonight)
        await site.controller.detect(site.controller.opener.answers, {})
        assert (site.document.planned.at, site.document.planned.lost) == (None, None)
        first = site.controller.holder.runner
        night.falls.set()
        await anyio.wait_all_tasks_blocked()
        assert site.controller.holder.runner is first


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_start_that_was_told_as_not_begun_is_not_told_as_lost_as_well(
    tmp_path: Path, *, cancelled: bool
) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready(MigrationKind.LIVE)
        await site.controller.planned.plan(night.tonight)
        take_database_away(tmp_path)
        night.falls.set()
        await site.until_it_holds(lambda: site.document.error is not None)
        if cancelled:
            await site.controller.planned.cancel()
        (tmp_path / "away.sqlite").rename(tmp_path / "site/machine/C/SuperOffice/Data/crm.sqlite")
        await site.controller.start()
        assert site.document.planned.lost is None
    async with site_in(tmp_path, clock=night) as site:
        await site.controller.start()
        assert site.document.planned.lost is None


async def test_who_starts_now_needs_the_plan_no_more(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready()
        await site.controller.planned.plan(night.tonight)
        await site.controller.start_upload()
        assert site.document.planned.at is None
        await site.until(UploadState.DONE)


async def test_a_plan_that_the_tool_did_not_live_to_is_told_when_it_starts_again(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready()
        moment = night.tonight
        await site.controller.planned.plan(moment)
    async with site_in(tmp_path, clock=night) as site:
        await site.controller.start()
        assert site.document.planned.lost == datetime.fromisoformat(moment)
        await site.controller.planned.cancel()
        assert site.document.planned.lost is None
    async with site_in(tmp_path, clock=night) as site:
        await site.controller.start()
        assert site.document.planned.lost is None


@pytest.mark.parametrize(
    ("at", "code"),
    [("tonight", "start-time-invalid"), ("2020-01-01T22:00", "start-time-out-of-range")],
)
async def test_a_time_that_cannot_be_is_refused(tmp_path: Path, at: str, code: str) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_ready()
        with pytest.raises(InputError) as refused:
            await site.controller.planned.plan(at)
        assert refused.value.code == code
        assert site.document.planned.at is None


async def test_nothing_is_planned_before_the_checklist_is_done(tmp_path: Path) -> None:
    night = Night()
    async with site_in(tmp_path, clock=night) as site:
        await site.to_checklist()
        with pytest.raises(InputError) as refused:
            await site.controller.planned.plan(night.tonight)
        assert refused.value.code == "checklist-not-done"


async def test_who_starts_while_a_start_is_being_planned_is_told_to_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The start would find no plan to cancel, and at its hour the plan would begin behind the upload that ran."""
    night, begun, go_on = Night(), anyio.Event(), anyio.Event()
    async with site_in(tmp_path, clock=night) as site, anyio.create_task_group() as group:
        await site.to_ready()
        finish = site.controller.checklist.finish

        async def take_long() -> None:
            if not begun.is_set():
                begun.set()
                await go_on.wait()
            await finish()

        monkeypatch.setattr(site.controller.checklist, "finish", take_long)
        moment = night.tonight
        group.start_soon(site.controller.planned.plan, moment)
        await begun.wait()
        with pytest.raises(InputError) as busy:
            await site.controller.start_upload()
        assert busy.value.code == "tool-busy"
        go_on.set()
        await site.until_it_holds(lambda: site.document.planned.at is not None)
        assert (site.document.screen, site.document.upload.state) == (Screen.CHECKLIST, UploadState.IDLE)

"""The upload can be paused, stopped and gone on with, and always ends as an undisturbed one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import anyio
import anyio.lowlevel
import pytest

from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InputError, InterruptedRunError
from omt_core.api.events import StageChanged, StageProgress, StageState
from omt_core.engine import facts
from omt_core.engine.upload.rate import RateLimit, read_limit
from omt_core.wizard.controller.document import UploadState
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.upload import UploadRun
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
        site.controller.upload.limit(RateLimit.always(50_000_000))
        assert json.loads(site.controller.state())["upload"]["limit"] == 50_000_000
        await site.until(UploadState.DONE)


async def test_a_cancelled_live_upload_lets_the_users_in_again_if_that_is_asked_for(tmp_path: Path) -> None:
    """W70: cancel before anything is committed thaws."""
    async with site_in(tmp_path) as site:
        await begun(site, MigrationKind.LIVE)
        await site.controller.attempts.cancel(thaw=True)
        await site.until(UploadState.STOPPED)
        await site.until_it_holds(lambda: not site.controller.busy)
        assert facts.FROZEN not in await site.controller.holder.runner.journal.notes.pins()
        assert (await site.controller.result()).exit_code != 0


def change_users(folder: Path, statements: str) -> None:
    """Change the CRM on site, as somebody may while the wizard is open."""
    (file,) = folder.glob("site/machine/**/crm.sqlite")
    with closing(sqlite3.connect(file)) as crm:
        crm.executescript(statements)


async def test_who_changed_since_the_checks_can_be_decided_about_again_where_a_rule_refuses(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        controller = site.controller
        await site.to_ready(MigrationKind.LIVE)
        left = next(user.login for user in controller.holder.now.users if not user.administrator)
        change_users(tmp_path, f"""
            UPDATE associate SET deleted = 1 WHERE name = '{left}';
            CREATE TABLE kept AS SELECT userrolelink_id, role_id FROM userrolelink;
            UPDATE userrolelink SET role_id = 4;
        """)  # fmt: skip
        await controller.start_upload()
        await site.until(UploadState.FAILED)
        assert controller.upload.error is not None
        assert controller.upload.error.code == "changed-since-checked"
        assert facts.FROZEN not in await controller.holder.runner.journal.notes.pins()

        controller.place.go_back()
        decided = controller.checklist.look().plans
        assert left in decided
        answer = await controller.checklist.change_plans({"HH": decided["HH"]})
        assert {finding.code for finding in answer.findings["plans"]} & {
            "plan-for-unknown-login", "no-administrator-with-plan"
        } == {"no-administrator-with-plan"}  # fmt: skip

        change_users(tmp_path, """
            UPDATE userrolelink SET role_id =
                (SELECT role_id FROM kept WHERE kept.userrolelink_id = userrolelink.userrolelink_id);
            DROP TABLE kept;
        """)  # fmt: skip
        await controller.start_upload()
        await site.until(UploadState.DONE, UploadState.FAILED)
        assert controller.upload.error is None
        assert controller.holder.now.decisions.plans == {
            login: plan for login, plan in decided.items() if login != left
        }


async def test_the_page_is_told_of_the_freeze_while_the_upload_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W70."""
    monkeypatch.setattr("omt_core.wizard.controller.upload._LOOK_EVERY", 0.05)
    async with site_in(tmp_path) as site:
        await site.to_ready(MigrationKind.LIVE)
        site.controller.upload.limit(RateLimit.always(1_000))  # so slow that it still runs when the page looks
        await site.controller.start_upload()
        await site.until_it_holds(lambda: json.loads(site.controller.state())["frozen"])
        assert site.controller.upload.state is UploadState.RUNNING
        site.controller.upload.limit(RateLimit.always(None))
        await site.until(UploadState.DONE)


async def test_a_paused_live_upload_that_is_cancelled_lets_the_users_in_again_too(tmp_path: Path) -> None:
    """W70."""
    async with site_in(tmp_path) as site:
        await begun(site, MigrationKind.LIVE)
        await site.until_it_holds(lambda: site.controller.upload.part().rows[0].state is StageState.SUCCEEDED)
        site.controller.upload.pause()
        await site.until(UploadState.PAUSED)
        assert site.state["frozen"]
        await site.controller.attempts.cancel(thaw=True)
        assert site.controller.upload.state is UploadState.STOPPED
        assert not site.state["frozen"]


async def test_it_can_be_limited_while_it_runs(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_ready()
        site.controller.upload.limit(RateLimit.always(500_000))
        assert read_limit(tmp_path / "work" / "limit") == RateLimit.always(500_000)
        assert site.controller.upload.part().limit == 500_000
        site.controller.upload.limit(RateLimit.always(None))
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
        site.controller.attempts.stop()
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


async def test_what_was_sent_and_the_time_left_survive_a_pause() -> None:
    """Going on finds online what it had sent itself: that makes it neither unsent nor skipped."""

    async def work(stop: anyio.Event) -> None:
        await stop.wait()
        raise InterruptedRunError("interrupted", "The upload was stopped.", "Go on with it.")

    async def nothing() -> None:
        pass

    def moved(state: StageState, *, done: int, sent: int, skipped: int, total: int = 1_000) -> None:
        run.take(StageChanged(stage="documents", title="Documents", state=state))
        run.take(
            StageProgress(
                stage="documents", items_done=1, items_total=2, bytes_done=done, bytes_total=total,
                sent_bytes=sent, skipped_bytes=skipped,
            )
        )  # fmt: skip

    closed = cast("SessionHolder", SimpleNamespace(is_open=False))
    async with anyio.create_task_group() as group:
        run = UploadRun(group, closed, lambda: None, lambda row: None)
        run.start(work, look=nothing, ended=nothing)
        assert run.part().time_left is None
        moved(StageState.UPLOADING, done=400, sent=320, skipped=100)
        begun_at = run.part().started_at
        run.pause()
        while run.state is not UploadState.PAUSED:
            await anyio.lowlevel.checkpoint()
        assert run.part().time_left is not None
        run.start(work, look=nothing, ended=nothing)
        for state, done in ((StageState.WAITING, 0), (StageState.ANALYSING, 100)):
            moved(state, done=done, sent=0, skipped=done, total=300)
            (row,) = run.part().rows
            assert (row.sent_bytes, row.skipped_bytes, row.bytes_done, row.bytes_total) == (320, 100, 400, 1_000)
            assert run.part().time_left is not None
        moved(StageState.UPLOADING, done=600, sent=200, skipped=400)
        (row,) = run.part().rows
        assert (row.sent_bytes, row.skipped_bytes, row.bytes_done) == (520, 100, 600)
        assert run.part().sent_bytes == 520
        assert run.part().started_at == begun_at
        run.cancel()


async def test_the_time_left_is_not_told_before_it_is_known_how_much_there_is() -> None:
    closed = cast("SessionHolder", SimpleNamespace(is_open=False))
    async with anyio.create_task_group() as group:
        run = UploadRun(group, closed, lambda: None, lambda row: None)
        run.start(lambda stop: stop.wait(), look=anyio.lowlevel.checkpoint, ended=anyio.lowlevel.checkpoint)
        run.take(StageChanged(stage="database", title="Database", state=StageState.ANALYSING))
        run.take(StageChanged(stage="documents", title="Documents", state=StageState.UPLOADING))
        progress = StageProgress(
            stage="documents",
            items_done=0,
            items_total=2,
            bytes_done=0,
            bytes_total=900,
            sent_bytes=90,
            skipped_bytes=0,
        )
        run.take(progress)
        assert run.part().rate is not None
        assert run.part().time_left is None
        run.take(StageChanged(stage="database", title="Database", state=StageState.UPLOADING))
        assert run.part().time_left is not None
        run.cancel()

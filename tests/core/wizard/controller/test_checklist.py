"""Plans and user names are decided one change at a time, and the rules answer each (W44-W69)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from omt_core.api.errors import FindingsError, InputError
from omt_core.api.plugin import Plugin
from omt_core.wizard.controller.document import CheckState
from tests.core.wizard.controller.site import site_in

pytestmark = pytest.mark.anyio


async def test_a_plan_that_is_full_is_said_where_the_problem_is_and_ok_is_refused(tmp_path: Path) -> None:
    """W54, W55."""
    async with site_in(tmp_path, users=6, seats=2) as site:
        await site.to_checklist()
        users = [user.login for user in site.controller.holder.now.users]
        told = await site.controller.checklist.change_plans(dict.fromkeys(users, "ten-sales"))
        assert any(finding.severity == "error" for finding in told.findings["plans"])
        with pytest.raises(FindingsError):
            await site.controller.checklist.mark_done("plans")
        assert site.document.checklist.problems.plans > 0


async def test_no_administrator_with_a_plan_is_refused(tmp_path: Path) -> None:
    """W54."""
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        administrators = [user.login for user in site.controller.holder.now.users if user.administrator]
        await site.controller.checklist.change_plans(dict.fromkeys(administrators, ""))
        assert site.document.checklist.administrators_with_plan == 0
        with pytest.raises(FindingsError):
            await site.controller.checklist.mark_done("plans")


async def test_a_duplicate_user_name_is_found_at_once_and_gone_at_once(tmp_path: Path) -> None:
    """W63-W65."""
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        decided = site.controller.holder.now.decisions.user_names
        first, second = sorted(decided)[:2]
        told = await site.controller.checklist.change_user_names({second: decided[first]})
        (problem,) = [finding for finding in told.findings["user_names"] if finding.severity == "error"]
        assert set(problem.subjects) == {first, second}
        with pytest.raises(FindingsError, match="also used by"):
            await site.controller.checklist.mark_done("user_names")
        told = await site.controller.checklist.change_user_names({second: decided[second]})
        assert not [finding for finding in told.findings["user_names"] if finding.severity == "error"]
        await site.controller.checklist.mark_done("user_names")
        assert site.document.checklist.user_names == "done"


async def test_who_gets_a_plan_gets_the_user_name_that_is_proposed(tmp_path: Path) -> None:
    """W62, W67."""
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        runner = site.controller.holder.runner
        decided = runner.now.decisions
        login = min(decided.user_names)
        before = decided.user_names[login]
        plan = decided.plans[login]
        await site.controller.checklist.change_plans({login: ""})
        await site.controller.checklist.change_user_names({login: ""})
        assert login not in runner.now.decisions.user_names
        told = await site.controller.checklist.change_plans({login: plan})
        assert told.user_names[login] == before


async def test_a_login_that_nobody_has_changes_nothing(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        before = site.controller.holder.now.decisions
        with pytest.raises(InputError) as caught:
            await site.controller.checklist.change_plans({"nobody": "ten-sales", "HH": ""})
        assert caught.value.code == "login-unknown"
        assert site.controller.holder.now.decisions == before


async def test_the_upload_waits_for_every_item_of_the_checklist(tmp_path: Path) -> None:
    """W41."""
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        await site.controller.checklist.mark_done("plans")
        with pytest.raises(InputError) as caught:
            await site.controller.start_upload()
        assert caught.value.code == "checklist-not-done"
        assert "user names" in caught.value.message


async def test_checks_grow_stale_when_a_decision_changes_and_current_when_they_run_again(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        assert site.document.checks.state is CheckState.DONE
        await site.controller.checklist.change_plans({"HH": ""})
        assert site.document.checks.state is CheckState.STALE
        site.controller.checks.run()
        await site.until_checked()
        assert site.document.checks.state is CheckState.DONE


async def test_checks_under_way_do_not_undo_what_is_found_of_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W65."""
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        dispatch, checklist = type(site.controller.holder.runner.engine.dispatch), site.controller.checklist
        decided = site.controller.holder.now.decisions.user_names
        first, second = sorted(decided)[:2]
        await checklist.change_user_names({second: decided[first]})
        ask = dispatch.every
        looking, changed = anyio.Event(), anyio.Event()

        async def take_long(self: Any, hook: Any, call: Any, *, only: str | None = None) -> object:
            if hook is Plugin.validate_documents:
                looking.set()
                await changed.wait()
            return await ask(self, hook, call, only=only)

        monkeypatch.setattr(dispatch, "every", take_long)
        site.controller.checks.run()
        await looking.wait()
        await checklist.change_user_names({second: decided[second]})
        changed.set()
        await site.until_checked()
        assert site.document.checks.state is CheckState.STALE
        await checklist.mark_done("user_names")


async def test_a_rule_that_is_asked_again_alone_forgets_only_what_it_had_found(tmp_path: Path) -> None:
    async with site_in(tmp_path, plants={"missing-file": 2, "satellite": 1}) as site:
        await site.to_checklist()
        runner = site.controller.holder.runner
        before = set(runner.now.findings)
        plugins = {finding.plugin for finding in before}
        assert len(plugins) > 1
        for plugin in sorted(plugins):
            site.controller.checks.run(plugin)
            await site.until_checked()
            assert set(runner.now.findings) == before


async def test_a_waiver_lets_an_error_stop_the_upload_no_more(tmp_path: Path) -> None:
    async with site_in(tmp_path, plants={"satellite": 1}) as site:
        await site.to_checklist()
        checks = site.controller.checks
        blocking = site.document.checks.blocking
        codes = {one.code for one in site.controller.holder.now.findings if one.severity == "error"}
        waivable = [code for code in codes if site.controller.opener.app.host.codes[code].waivable]
        assert blocking
        assert waivable
        await checks.waive(waivable[0], waived=True, reason="They know.")
        assert site.document.checks.blocking < blocking
        await checks.waive(waivable[0], waived=False)
        assert site.document.checks.blocking == blocking

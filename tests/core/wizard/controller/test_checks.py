"""Nothing is uploaded before every rule has answered, and a rule that fails ends neither the wizard nor an upload."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from omt_core.api.decisions import MigrationKind, RecoveryChoice
from omt_core.api.errors import FindingsError, InputError, InstallationError
from omt_core.engine import facts
from omt_core.engine.steps import Upload
from omt_core.wizard.controller.document import CheckState, UploadState
from tests.core.wizard.controller.rules import Watched
from tests.core.wizard.controller.site import CONTACT, Site, site_in

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def watched_site(folder: Path) -> AsyncIterator[Site]:
    Watched.begin()
    async with site_in(folder, plugins=["tests.core.wizard.controller.rules:Watched"]) as site:
        yield site


async def to_ready_unchecked(site: Site, kind: MigrationKind = MigrationKind.LIVE) -> None:
    """Go to where only the checks stand between the person and the upload."""
    await site.controller.start()
    await site.log_in()
    await site.controller.confirm(CONTACT, kind, agreed=True)
    for entry in ("plans", "user_names", "notifications"):
        await site.controller.checklist.mark_done(entry)


async def refused(site: Site) -> str:
    """Try to start the upload by the page, and by a step of its own, and return why neither begins."""
    with pytest.raises((InputError, FindingsError)) as by_page:
        await site.controller.start_upload()
    with pytest.raises((InputError, FindingsError)) as by_step:
        await site.controller.holder.runner.do(Upload(stop=anyio.Event()))
    assert by_page.value.code == by_step.value.code
    assert site.controller.upload.state is UploadState.IDLE
    assert facts.FROZEN not in await site.controller.holder.runner.journal.notes.pins()
    assert not Watched.frozen
    return by_page.value.code


async def test_a_live_upload_never_begins_while_a_rule_has_not_answered(tmp_path: Path) -> None:
    """W41: an error must never come after the freeze."""
    async with watched_site(tmp_path) as site:
        Watched.wait()
        await to_ready_unchecked(site)
        await Watched.asked.wait()
        assert await refused(site) == "checks-incomplete"
        Watched.finds = True
        Watched.may_answer.set()
        await site.until_checked()
        assert await refused(site) == "findings-stand"


async def test_a_live_upload_never_begins_after_checks_that_failed(tmp_path: Path) -> None:
    async with watched_site(tmp_path) as site:
        Watched.fault = InstallationError("database-gone", "It is gone.", "Bring it back.")
        await to_ready_unchecked(site)
        await site.until_checked()
        assert site.document.checks.state is CheckState.NEVER
        assert await refused(site) == "checks-incomplete"


async def test_the_look_at_the_installation_alone_is_no_round_of_checks(tmp_path: Path) -> None:
    async with watched_site(tmp_path) as site:
        await site.controller.start()
        await site.log_in()
        await site.until_checked()
        assert (site.document.checks.state, site.document.checks.checked_at) == (CheckState.NEVER, None)
        await site.controller.confirm(CONTACT, MigrationKind.LIVE, agreed=True)
        await site.until_checked()
        assert site.document.checks.state is CheckState.DONE
        assert site.document.checks.checked_at is not None


async def test_what_was_checked_before_does_not_count_while_it_is_checked_again(tmp_path: Path) -> None:
    async with watched_site(tmp_path) as site:
        await to_ready_unchecked(site)
        await site.until_checked()
        Watched.wait()
        site.controller.checks.run()
        await Watched.asked.wait()
        assert await refused(site) == "checks-incomplete"
        Watched.may_answer.set()
        await site.until_checked()
        await site.controller.start_upload()
        await site.until(UploadState.DONE)


async def test_users_that_are_read_anew_while_rules_are_asked_are_checked_too(tmp_path: Path) -> None:
    async with watched_site(tmp_path) as site:
        Watched.wait()
        await to_ready_unchecked(site, MigrationKind.TEST)
        await Watched.asked.wait()
        site.controller.place.go_back()
        await site.controller.confirm(CONTACT, MigrationKind.LIVE, agreed=True)
        Watched.may_answer.set()
        await site.until_it_holds(lambda: site.document.checks.state is CheckState.DONE)
        await site.controller.start_upload()
        await site.until(UploadState.DONE)


async def test_one_plugin_that_is_asked_again_does_not_make_whole_what_the_others_did_not_answer(
    tmp_path: Path,
) -> None:
    async with watched_site(tmp_path) as site:
        Watched.fault = InstallationError("database-gone", "It is gone.", "Bring it back.")
        await to_ready_unchecked(site)
        await site.until_checked()
        Watched.fault = None
        site.controller.checks.run("rules")
        await site.until_checked()
        assert await refused(site) == "checks-incomplete"
        site.controller.checks.run()
        await site.until_checked()
        site.controller.checks.run("rules")
        await site.until_checked()
        await site.controller.start_upload()
        await site.until(UploadState.DONE)


async def test_nothing_is_checked_or_decided_while_the_upload_runs(tmp_path: Path) -> None:
    async with watched_site(tmp_path) as site:
        await to_ready_unchecked(site, MigrationKind.TEST)
        await site.until_checked()
        await site.controller.start_upload()
        before = site.controller.holder.now.decisions
        for act in (
            site.controller.start,
            lambda: site.controller.checklist.change_plans({"HH": ""}),
            lambda: site.controller.checklist.notify(before.notifications),
            lambda: site.controller.confirm(CONTACT, MigrationKind.LIVE, agreed=True),
            lambda: site.controller.checks.waive("root-missing", waived=True, reason="They know."),
        ):
            with pytest.raises(InputError) as caught:
                await act()
            assert caught.value.code == "upload-under-way"
        with pytest.raises(InputError):
            site.controller.checks.run()
        assert site.controller.holder.now.decisions == before
        await site.until(UploadState.DONE)


@pytest.mark.parametrize(
    "fault",
    [ZeroDivisionError(), ExceptionGroup("several", [ValueError(), InstallationError("gone", "Gone.", "Back.")])],
    ids=["a bug", "a group"],
)
async def test_a_check_that_fails_in_an_unknown_way_is_told_and_the_wizard_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """A fault of ours, not of a plugin: those are findings."""

    async def fail(*call: object, only: str | None) -> None:
        raise fault

    async with watched_site(tmp_path) as site:
        await site.to_checklist()
        monkeypatch.setattr(type(site.controller.holder.runner.engine.dispatch), "every", fail)
        site.controller.checks.run()
        await site.until_checked()
        assert site.state["error"]["code"] == "internal"  # type: ignore[index]  # the document is JSON
        monkeypatch.undo()
        site.controller.checks.run()
        await site.until_checked()
        assert site.document.checks.state is CheckState.DONE


async def test_checks_of_a_session_that_was_closed_say_nothing_of_the_one_that_is_open_now(tmp_path: Path) -> None:
    async with watched_site(tmp_path) as site:
        Watched.wait()
        await to_ready_unchecked(site, MigrationKind.TEST)
        await Watched.asked.wait()
        await site.controller.detect(site.controller.opener.answers, {})
        Watched.may_answer.set()
        await anyio.wait_all_tasks_blocked()
        assert site.document.checks.state is CheckState.NEVER
        assert site.controller.checks.error is None
        assert site.controller.holder.now.found == {}


async def test_a_recovery_asks_the_rules_about_the_installation_before_it_sends(tmp_path: Path) -> None:
    async with watched_site(tmp_path) as site:
        await to_ready_unchecked(site, MigrationKind.TEST)
        await site.until_checked()
        await site.controller.start_upload()
        await site.until(UploadState.DONE)
        await site.controller.close()
    async with watched_site(tmp_path) as site:
        path = tmp_path / "site" / "machine" / "C" / "SO_ARC"
        await site.controller.start()
        await site.controller.choose_recovery(RecoveryChoice.MISSING)
        await site.log_in()
        path.rename(path.with_name("away"))
        with pytest.raises(InputError) as unchecked:
            await site.controller.holder.runner.do(Upload(stop=anyio.Event()))
        assert unchecked.value.code == "checks-incomplete"
        with pytest.raises(FindingsError):
            await site.controller.start_upload()
        path.with_name("away").rename(path)
        await site.controller.start_upload()
        await site.until(UploadState.DONE)

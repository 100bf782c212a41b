"""The controller takes a person from page to page, and what they decide is in the journal at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr

from omt_core.api.decisions import MigrationKind, RecoveryChoice
from omt_core.api.errors import InputError, InstallationError
from omt_core.api.installation import ManualAnswers
from omt_core.journal import Journal
from omt_core.wizard.controller.document import UploadState
from tests.core.wizard.controller.site import CONTACT, site_in

pytestmark = pytest.mark.anyio


def of(state: dict[str, object], *keys: str) -> Any:
    value: Any = state
    for key in keys:
        value = value[key]
    return value


async def test_start_opens_the_installation_and_shows_whose_it_is(tmp_path: Path) -> None:
    """W14, W16, W19."""
    async with site_in(tmp_path) as site:
        assert of(site.state, "screen") == "welcome"
        await site.controller.start()
        assert of(site.state, "screen") == "login"
        assert of(site.state, "licence", "serial")
        assert of(site.state, "licence", "owner")
        assert of(site.state, "mode") == "initial"
        assert of(site.state, "evidence")


async def test_what_cannot_be_found_is_asked_for(tmp_path: Path) -> None:
    """W17, W104."""
    async with site_in(tmp_path) as site:
        right = site.controller.opener.answers
        (tmp_path / "nothing").mkdir()
        site.controller.opener.answers = ManualAnswers(root=tmp_path / "nothing")
        await site.controller.start()
        assert of(site.state, "screen") == "installation"
        assert of(site.state, "error", "code").startswith("installation-")
        await site.controller.detect(right, {})
        assert of(site.state, "screen") == "login"
        assert of(site.state, "error") is None


async def test_a_wrong_password_is_refused_and_can_be_tried_again(tmp_path: Path) -> None:
    """W22."""
    async with site_in(tmp_path) as site:
        await site.controller.start()
        with pytest.raises(InstallationError) as caught:
            await site.controller.log_in("HH", SecretStr("wrong"))
        assert caught.value.code == "login-wrong-credentials"
        assert of(site.state, "screen") == "login"
        assert of(site.state, "busy") is None
        await site.log_in()
        assert of(site.state, "screen") == "confirm"
        assert of(site.state, "administrator", "emails")


async def test_without_the_agreement_nothing_goes_on(tmp_path: Path) -> None:
    """W15."""
    async with site_in(tmp_path) as site:
        await site.controller.start()
        await site.log_in()
        with pytest.raises(InputError) as caught:
            await site.controller.confirm(CONTACT, MigrationKind.LIVE, agreed=False)
        assert caught.value.code == "agreement-not-accepted"
        assert of(site.state, "screen") == "confirm"


async def test_every_decision_is_there_after_the_tool_was_started_again(tmp_path: Path) -> None:
    """W42: a reload or a restart loses nothing."""
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        login = site.controller.holder.now.users[0].login
        await site.controller.checklist.change_plans({login: ""})
        await site.controller.checklist.mark_done("notifications")
        decided = site.controller.holder.now.decisions
        assert login not in decided.plans
    async with site_in(tmp_path) as site:
        await site.controller.start()
        assert site.controller.holder.now.decisions == decided
        await site.log_in()
        assert of(site.state, "contact", "email") == CONTACT.email
        await site.controller.confirm(CONTACT, MigrationKind.TEST, agreed=True)
        assert login not in site.controller.holder.now.decisions.plans
        assert of(site.state, "checklist", "notifications") == "done"


async def test_one_goes_back_and_forward_without_opening_anew(tmp_path: Path) -> None:
    """W6."""
    async with site_in(tmp_path) as site:
        await site.controller.start()
        session = site.controller.holder.now.session
        site.controller.place.go_back()
        assert of(site.state, "screen") == "welcome"
        assert not of(site.state, "can_go_back")
        with pytest.raises(InputError):
            site.controller.place.go_back()
        await site.controller.start()
        assert site.controller.holder.now.session is session


async def test_a_whole_test_migration_is_completed_and_ends_with_a_result(tmp_path: Path) -> None:
    """W70-W82."""
    async with site_in(tmp_path) as site:
        await site.to_ready()
        await site.controller.start_upload()
        assert [row["title"] for row in of(site.state, "upload", "rows")] == [
            "Starting", "Database", "Templates", "Documents", "Customer Service", "Attachments", "Finishing",
        ]  # fmt: skip
        with pytest.raises(InputError):
            site.controller.place.go_back()
        await site.until_it_holds(lambda: of(site.state, "screen") == "complete")
        assert of(site.state, "result", "files") > 10
        assert of(site.state, "result", "tables") > 500
        assert of(site.state, "result", "kind") == "test"
        assert not of(site.state, "result", "can_thaw")
        assert await anyio.Path(of(site.state, "result", "receipt")).is_file()
        assert await anyio.Path(of(site.state, "result", "report")).is_file()
        await site.controller.close()
        assert site.controller.closed.is_set()
        assert (await site.controller.result()).exit_code == 0
    async with site_in(tmp_path) as site:
        await site.controller.start()
        assert of(site.state, "screen") == "recovery"
        assert set(of(site.state, "recovery", "choices")) == {"missing", "overwrite-test"}
        await site.controller.choose_recovery(RecoveryChoice.MISSING)
        await site.log_in()
        assert of(site.state, "screen") == "upload"
        assert "database" not in [row["stage"] for row in of(site.state, "upload", "rows")]
        await site.controller.start_upload()
        await site.until(UploadState.DONE)
        assert (await site.controller.result()).sent.files == 0


async def test_a_run_that_is_left_is_journalled_as_interrupted(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.controller.start()
        site.controller.attempts.stop()
        assert site.controller.closed.is_set()
        assert (await site.controller.result()).exit_code == 130
    async with Journal.open(tmp_path / "work" / "journal.sqlite") as journal:
        (run,) = await journal.runs.all()
        assert run.exit_code == 130


async def test_a_second_tool_on_the_same_workspace_is_refused(tmp_path: Path) -> None:
    """One wizard per workspace."""
    async with site_in(tmp_path) as site:
        await site.controller.start()
        async with site.controller.run(site.controller.opener.composer.again, site.controller.opener.options) as second:
            with pytest.raises(InputError) as caught:
                await second.start()
            assert caught.value.code == "workspace-locked"
            assert second.state().count('"screen":"welcome"') == 1

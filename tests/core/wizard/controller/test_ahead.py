"""What is done ahead of the upload: an estimate beside the session, and documents that are sent days before."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest

from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InputError, InstallationError
from omt_core.engine import facts
from omt_core.engine.upload.timings import kept_estimate
from omt_core.wizard.controller.ahead import estimate
from omt_core.wizard.controller.document import CheckState, Screen, UploadState
from tests.core.wizard.controller.site import Site, site_in

pytestmark = pytest.mark.anyio


async def sent(site: Site) -> None:
    """Send the documents ahead, from the checklist on."""
    await site.controller.documents.send()
    await site.until(UploadState.DONE)
    await site.until_it_holds(lambda: not site.controller.busy)


async def test_an_estimate_is_measured_beside_the_session_and_kept_for_the_report(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_checklist(MigrationKind.LIVE)
        assert site.document.estimate.made is None
        before = site.controller.holder.runner
        found = site.document.checks
        site.controller.estimate.start()
        with pytest.raises(InputError) as twice:
            site.controller.estimate.start()
        assert twice.value.code == "estimate-running"
        await site.until_it_holds(lambda: not site.document.estimate.running)
        estimate = site.document.estimate
        assert estimate.error is None
        assert estimate.made is not None
        assert 0 < estimate.shortest <= estimate.longest
        assert (estimate.files_to_send > 0, bool(estimate.grounds), bool(estimate.levers)) == (True, True, True)
        assert site.controller.holder.runner is before
        assert site.document.checks.blocking == found.blocking, "what was found in the session stays"
        kept = await kept_estimate(before.journal)
        assert kept is not None
        assert kept.made == estimate.made
    async with site_in(tmp_path) as site:
        await site.controller.start()
        assert site.document.estimate.made == estimate.made, "it is there again when the tool is started again"


async def test_an_estimate_that_fails_says_so_and_nothing_else_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        (tmp_path / "site/machine/C/SuperOffice/Data/crm.sqlite").rename(tmp_path / "away.sqlite")
        site.controller.estimate.start()
        await site.until_it_holds(lambda: not site.document.estimate.running)
        assert site.document.estimate.error is not None
        assert site.document.screen is Screen.CHECKLIST


async def test_an_estimate_that_fails_behind_its_session_says_nothing_on_the_page_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = anyio.Event(), anyio.Event()

    async def fail(*_: object) -> None:
        begun.set()
        await go_on.wait()
        raise InstallationError("database-gone", "It is gone.", "Bring it back.")

    monkeypatch.setattr(estimate, "_measured", fail)
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        site.controller.estimate.start()
        await begun.wait()
        await site.controller.detect(site.controller.opener.answers, {})
        go_on.set()
        await site.until_it_holds(lambda: not site.document.estimate.running)
        assert site.document.estimate.error is None


async def test_documents_are_sent_ahead_and_only_the_difference_remains(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        assert await site.controller.documents.sent() is None
        await site.to_checklist(MigrationKind.LIVE)
        await sent(site)
        assert (site.document.screen, site.document.frozen) == (Screen.AHEAD, False)
        titles = {row.stage for row in site.document.upload.rows}
        assert "database" not in titles
        there = await site.controller.documents.sent()
        assert there is not None
        assert there.files == there.files_known > 0
        await site.controller.documents.leave()
        await site.until_checked()
        now = site.document
        assert (now.screen, now.upload.state, now.checks.state) == (Screen.CHECKLIST, UploadState.IDLE, CheckState.DONE)
        assert (now.kind, now.checklist.opened) == (MigrationKind.LIVE, True)
        for item in ("plans", "user_names", "notifications"):
            await site.controller.checklist.mark_done(item)  # type: ignore[arg-type]  # a literal of the three
        await site.controller.start_upload()
        await site.until(UploadState.DONE)
        assert site.controller.upload.error is None
        result = site.controller.upload.result
        assert result is not None
        assert result.skipped.files + result.sent.files >= there.files
        assert facts.COMPLETED in await site.controller.holder.runner.journal.notes.pins()


async def test_nothing_is_sent_ahead_while_checks_read_the_same_database(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        site.controller.checks.run()
        with pytest.raises(InputError) as refused:
            await site.controller.documents.send()
        assert refused.value.code == "checks-running"
        assert site.document.screen is Screen.CHECKLIST


async def test_the_first_page_knows_what_is_there_when_the_tool_is_started_again(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        await sent(site)
        there = await site.controller.documents.sent()
    async with site_in(tmp_path) as site:
        assert site.document.screen is Screen.WELCOME
        assert await site.controller.documents.sent() == there


async def test_sending_ahead_can_be_paused_and_gone_on_with(tmp_path: Path) -> None:
    async with site_in(tmp_path) as site:
        await site.to_checklist()
        await site.controller.documents.send()
        with pytest.raises(InputError) as busy:
            await site.controller.documents.leave()
        assert busy.value.code == "upload-under-way"
        site.controller.upload.pause()
        await site.until(UploadState.PAUSED)
        await site.controller.start_upload()
        await site.until(UploadState.DONE)
        runs = await site.controller.holder.runner.journal.runs.all()
        assert [run.exit_code for run in runs][-2:] == [130, 0]
        assert json.loads(site.controller.state())["screen"] == "ahead"

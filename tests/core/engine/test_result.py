"""Whatever ends a run while the site is frozen, somebody is told how to let the users in again."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api import Sentence, sentence
from omt_core.api.errors import (
    ChoiceNeededError,
    ExitCode,
    InputError,
    InstallationError,
    OmtError,
    OnlineUnavailableError,
)
from omt_core.engine import result
from omt_core.engine.findings import REPORT_NOT_WRITTEN
from omt_core.engine.result import ErrorLine, _say_frozen, end_run, error_line, error_of
from omt_core.engine.session import MigrationSession
from tests.core.engine.sessions import session_in


@pytest.mark.parametrize(
    "error",
    [
        InstallationError("code", "What happened.", "What to do."),
        ChoiceNeededError("code", "What happened.", "What to do.", choices=("a",)),
        OnlineUnavailableError("code", "What happened.", "What to do.", retry_after=3),
    ],
)
def test_every_kind_of_error_can_say_it_and_says_it_once(error: OmtError) -> None:
    _say_frozen(error, importing=False)
    _say_frozen(error, importing=False)
    assert error.message == "What happened. The installation on site is still frozen."
    assert error.remedy == "What to do. `omt thaw` lets the users in again meanwhile."


def test_an_error_in_json_says_how_its_words_were_made_and_can_be_made_of_that_again() -> None:
    said = OnlineUnavailableError("gone", sentence("{host} is gone.", host="a.no"), sentence("Ask {who}.", who="them"))
    _say_frozen(said, importing=False)
    line = ErrorLine.model_validate_json(error_line(said).model_dump_json())
    assert line.message == "a.no is gone. The installation on site is still frozen."
    assert line.parameters["part1"] == {
        "text": "a.no is gone.", "template": "{host} is gone.", "parameters": {"host": "a.no"}
    }  # fmt: skip
    again = error_of(line)
    assert (again.code, again.message, again.remedy) == (said.code, said.message, said.remedy)
    assert isinstance(again.message, Sentence)
    assert isinstance(again.remedy, Sentence)
    assert error_line(again) == line


def test_an_error_in_json_that_says_other_words_than_it_is_made_of_is_plain_text() -> None:
    again = error_of(ErrorLine(code="c", message="All is lost.", template="All is well.", remedy="r"))
    assert (again.message, type(again.message)) == ("All is lost.", str)


def test_while_the_tenant_may_import_nobody_is_told_to_let_the_users_in() -> None:
    error = InstallationError("code", "What happened.", "Run the same command again.")
    _say_frozen(error, importing=True)
    assert "may complete it by itself" in error.message
    assert "thaw" not in error.remedy
    assert "users must stay out" in error.remedy


@pytest.mark.anyio
async def test_a_run_whose_report_met_a_full_disk_is_journalled_with_that_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise InputError("disk-full", "The disk is full.", "Make room.")

    monkeypatch.setattr(result, "keep_report", full)
    async with session_in(tmp_path) as session:
        told = await end_run(session, None, reports=True)
        (run,) = await session.journal.runs.all()
    assert (told.exit_code, run.exit_code) == (ExitCode.USAGE, ExitCode.USAGE)
    assert run.error == "disk-full: The disk is full."


@pytest.mark.anyio
async def test_what_a_report_had_to_say_of_itself_is_journalled_with_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unwritten(session: MigrationSession) -> None:
        session.log.file("report", (REPORT_NOT_WRITTEN.finding("The report is open elsewhere."),))

    monkeypatch.setattr(result, "keep_report", unwritten)
    async with session_in(tmp_path) as session:
        told = await end_run(session, None, reports=True)
        kept = await session.journal.runs.last_findings()
    assert told.report is None
    assert [finding.message for finding in kept] == ["The report is open elsewhere."]

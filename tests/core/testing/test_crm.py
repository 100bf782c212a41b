"""A simulated CRM, through the door that all plugins use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from omt_core.api import Notice
from omt_core.testing import crm as crm_module
from omt_core.testing.crm import CrmNotAvailableError, open_crm
from omt_core.testing.recording import RecordingNotes

pytestmark = pytest.mark.anyio


async def test_an_installation_is_built_found_opened_and_read(omt_installation) -> None:
    async with open_crm(omt_installation(users=4, documents=5, plants={"missing-file": 1})) as crm:
        assert len(crm.calls.users) == 4
        assert crm.licence.owner == crm.truth["identity"]["owner"]
        assert crm.truth["plants"]["missing-file"]["count"] == 1
        assert crm.installation.archives
        assert crm.calls.database.table("PERSON") is not None


async def test_a_folder_without_an_installation_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(CrmNotAvailableError, match="no simulated installation"):
        async with open_crm(tmp_path):
            pass


async def test_a_missing_builder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(crm_module, "BUILDERS", frozenset({"not-there"}))
    with pytest.raises(CrmNotAvailableError, match="'not-there', which is not installed"):
        async with open_crm(tmp_path):
            pass


def test_the_run_context_remembers_events_by_kind(omt_run) -> None:
    omt_run.emit(Notice(message="one"))
    assert [event.message for event in omt_run.told(Notice)] == ["one"]
    assert omt_run.workspace is not None


async def test_notes_outlive_a_plugin_and_can_fail() -> None:
    notes = RecordingNotes(fail_at=2)
    await notes.remember("intent", "freeze")
    with pytest.raises(OSError, match="full"):
        await notes.remember("outcome", "frozen")
    assert (await notes.recall("intent"), await notes.recall("outcome")) == ("freeze", None)


def test_the_pytest_plugin_imports_nothing_of_the_tool() -> None:
    code = (
        "import sys, omt_core.testing.pytest_plugin; "
        "print([name for name in sys.modules if name.startswith(('omt_core.', 'anyio', 'pydantic'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['omt_core.testing', 'omt_core.testing.pytest_plugin']"

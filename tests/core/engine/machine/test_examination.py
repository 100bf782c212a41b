"""Everybody is asked at the same time, and whatever becomes of one, the others are heard."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import anyio
import pytest
from typing_extensions import override

from omt_core.api import MachineCheck, MachineState, Plugin, calls, hookimpl
from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import InstallationError
from omt_core.api.installation import ManualAnswers
from omt_core.api.redaction import SECRETS
from omt_core.api.reporting import EstimateRecord
from omt_core.engine.machine import examination, lines
from omt_core.engine.machine.examination import Examination, ExaminationRequest, examine
from omt_core.engine.upload.timings import keep_estimate
from omt_core.engine.workspace import JOURNAL_FILE
from omt_core.journal import Journal
from omt_core.testing.samples import SAMPLE_INSTALLATION
from tests.core.engine.machine.stand_in import FakeWindows
from tests.core.engine.sessions import engine_with

pytestmark = pytest.mark.anyio


HOT = MachineCheck(name="partner", state=MachineState.WARNING, message="Hot.", remedy="Cool it.", plugin="x")


class Saying(Plugin):
    """Says one line, and keeps what it was asked."""

    asked: ClassVar[list[calls.ExamineMachine]] = []

    @override
    @hookimpl
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        self.asked.append(call)
        return (
            MachineCheck(name="partner", state=MachineState.WARNING, message="Hot.", remedy="Cool it.", plugin="x"),
        )


class Finding(Plugin):
    """Finds an installation."""

    @override
    @hookimpl
    async def discover_installations(self, call: calls.DiscoverInstallations) -> Sequence[calls.Discovery]:
        return (calls.Discovery(installation=SAMPLE_INSTALLATION, precedence=0),)


class Raising(Plugin):
    """Has a bug."""

    @override
    @hookimpl
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        raise ZeroDivisionError("a bug")


class Outside(Plugin):
    """Meets with trouble that is none of its own."""

    @override
    @hookimpl
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        raise InstallationError("gone", "The server went away.", "Bring it back.")


class Slow(Plugin):
    """Never answers."""

    @override
    @hookimpl
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        await anyio.sleep_forever()
        raise AssertionError


class Meeting(Plugin):
    """Answers once all that meet have been asked."""

    there: ClassVar[int] = 0
    all_there: ClassVar[anyio.Event]

    @override
    @hookimpl
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        type(self).there += 1
        if type(self).there == 2:
            self.all_there.set()
        await self.all_there.wait()
        return ()


async def examined(folder: Path, *, windows: FakeWindows | None = None, **classes: type[Plugin]) -> Examination:
    request = ExaminationRequest(answers=ManualAnswers(), workspace=folder, kind=MigrationKind.TEST)
    return await examine(engine_with(**classes), request, windows or FakeWindows())


def of(found: Examination, plugin: str) -> MachineCheck:
    (line,) = (one for one in found.lines if one.plugin == plugin)
    return line


async def test_a_partners_line_stands_under_its_name_before_those_that_are_well(tmp_path: Path) -> None:
    found = await examined(tmp_path, hot=Saying)
    assert of(found, "hot").message == "Hot."
    assert found.worst is MachineState.WARNING
    states = [line.state for line in found.lines]
    assert states == sorted(states, key=["error", "warning", "not-checked", "ok"].index)


async def test_what_is_known_is_told_to_plugins_and_nothing_is_made(tmp_path: Path) -> None:
    Saying.asked.clear()
    await examined(tmp_path / "work", site=Finding, hot=Saying)
    (call,) = Saying.asked
    assert (call.installation, call.workspace, call.kind) == (
        SAMPLE_INSTALLATION, tmp_path / "work", MigrationKind.TEST,
    )  # fmt: skip
    assert (call.roles["online"], call.estimate) == ("online", None)
    assert not await anyio.Path(tmp_path / "work").exists()


async def test_an_estimate_that_was_kept_is_told_to_plugins(tmp_path: Path) -> None:
    Saying.asked.clear()
    said = EstimateRecord(made=datetime(2026, 1, 2, tzinfo=UTC), shortest=1, longest=2, files=3, bytes=4)
    async with Journal.open(tmp_path / JOURNAL_FILE) as journal:
        kept = await keep_estimate(journal, said)
    await examined(tmp_path, hot=Saying)
    assert Saying.asked[0].estimate == kept


async def test_a_journal_that_cannot_be_read_does_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).write_bytes(b"no journal at all" * 100)
    assert of(await examined(tmp_path, hot=Saying), "hot")


@pytest.mark.parametrize("place", ["_workspace", "copy_journal"])
async def test_a_workspace_on_a_share_that_is_gone_holds_nobody_up(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / JOURNAL_FILE).touch()
    back = threading.Event()
    monkeypatch.setattr(examination, place, lambda *_: back.wait())
    monkeypatch.setattr(examination, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(examination, "PLUGIN_SECONDS", 1.0)
    try:
        assert of(await examined(tmp_path, hot=Saying), "hot")
    finally:
        back.set()


@pytest.mark.parametrize("plugin_class", [Raising, Slow])
async def test_a_plugin_that_fails_is_a_line_of_its_own_and_the_others_are_heard(
    plugin_class: type[Plugin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "PLUGIN_SECONDS", 0.05)
    found = await examined(tmp_path, bad=plugin_class, hot=Saying)
    line = of(found, "bad")
    assert (line.state, "The plugin 'bad' failed in 'examine_machine'" in line.message) == (MachineState.ERROR, True)
    assert line.remedy
    assert [fault.subjects for fault in found.faults] == [("plugin:bad",)]
    assert of(found, "hot")


async def test_trouble_outside_a_plugin_is_told_in_its_own_words(tmp_path: Path) -> None:
    found = await examined(tmp_path, site=Outside, hot=Saying)
    assert (of(found, "site").message, of(found, "site").remedy) == ("The server went away.", "Bring it back.")
    assert of(found, "hot")


async def test_plugins_are_asked_at_the_same_time(tmp_path: Path) -> None:
    Meeting.there, Meeting.all_there = 0, anyio.Event()
    assert (await examined(tmp_path, one=Meeting, two=Meeting)).faults == ()


async def test_a_look_of_the_cores_own_that_fails_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[MachineCheck]:
        raise PermissionError(13, "no")

    monkeypatch.setattr(lines, "sessions", broken)
    found = await examined(tmp_path)
    (line,) = (one for one in found.lines if one.name == "sessions")
    assert (line.state, "PermissionError" in line.message) == (MachineState.NOT_CHECKED, True)


async def test_no_secret_that_the_process_knows_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SECRETS.add("hunter2-and-more")
    loud = MachineCheck(name="x", state=MachineState.OK, message="pw hunter2-and-more", remedy="hunter2-and-more")
    monkeypatch.setattr(lines, "python", lambda: [loud])
    found = await examined(tmp_path)
    assert "hunter2" not in repr(found)


async def test_a_windows_that_is_ready_has_no_line_that_needs_care(tmp_path: Path) -> None:
    found = await examined(tmp_path, site=Finding)
    own = [line for line in found.lines if line.name not in {"sessions", "disk"}]
    assert {line.state for line in own} == {MachineState.OK}

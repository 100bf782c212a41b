"""What the core says of a machine: Windows by a stand-in, so that each case is there on every system."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import cast

import psutil
import pytest

from omt_core.api.installation import DatabaseLocation, Installation
from omt_core.api.machine import MachineCheck, MachineState
from omt_core.api.plugin import Plugin, PluginSettings
from omt_core.engine.machine import lines
from omt_core.plugin_host import Candidate, PluginHost, PluginState
from tests.core.engine.machine.stand_in import FakeWindows

OK, WARNING, ERROR, NOT_CHECKED = MachineState.OK, MachineState.WARNING, MachineState.ERROR, MachineState.NOT_CHECKED
REMOTE, ABSENT = 4, 1


def on_windows(path: str) -> Path:
    """A path of Windows, as one is there."""
    return cast("Path", PureWindowsPath(path))


def installation(*archives: str) -> Installation:
    return Installation(database=DatabaseLocation(dbms="mssql"), archives=tuple(map(on_windows, archives)))


def only(found: Iterable[MachineCheck]) -> MachineCheck:
    (one,) = found
    if one.state in {WARNING, ERROR}:
        assert one.remedy
    return one


def test_python_says_its_version_and_how_wide_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(lines.python()).state is OK
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    narrow = only(lines.python())
    assert (narrow.state, "32 bit" in narrow.message) == (WARNING, True)


def test_a_plugin_that_failed_to_load_is_an_error_and_a_partners_is_named_with_its_version() -> None:
    broken = Candidate(
        name="odd", version="1", source="partner 1", default=False, state=PluginState.BROKEN, problem="it cannot"
    )
    own = Candidate(
        name="partner",
        version="2.1",
        source="partner 2.1",
        default=False,
        state=PluginState.ACTIVE,
        plugin_class=Plugin,
    )
    bad, good = lines.plugins(PluginHost([broken, own], lambda _: PluginSettings()))
    assert (bad.state, "'odd' (partner 1) is broken: it cannot" in bad.message) == (ERROR, True)
    assert (good.state, "partner 2.1" in good.message) == (OK, True)


def test_a_workspace_that_is_not_there_yet_is_judged_by_the_folder_where_it_will_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a" / "b"
    assert only(lines.workspace(folder, None)).state is OK
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(lines, "may_write", lambda place: place != tmp_path)
    refused = only(lines.workspace(folder, None))
    assert (refused.state, str(tmp_path) in refused.message) == (ERROR, True)


def test_a_workspace_below_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert only(lines.workspace(tmp_path / "file" / "work", None)).state is ERROR


@pytest.mark.parametrize("place", [r"\\server\share\work", r"Z:\work"])
def test_a_workspace_on_a_share_is_warned_of(place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lines, "nearest", lambda _: tmp_path)
    found = only(lines.workspace(on_windows(place), FakeWindows(drives={"Z:": REMOTE})))
    assert (found.state, "on a share" in found.message) == (WARNING, True)


@pytest.mark.parametrize(("free", "state"), [(999, ERROR), (1_999, WARNING), (2_000, OK)])
def test_the_disk_is_held_against_what_all_plugins_need(
    free: int, state: MachineState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    needs = [MachineCheck(name="x", state=OK, message="x", workspace_bytes=size) for size in (400, 600, -7)]
    assert only(lines.disk(tmp_path / "not there", needs)).state is state


@pytest.mark.parametrize(("value", "state"), [(1, OK), (0, WARNING), (None, WARNING)])
def test_long_paths_are_as_the_registry_has_them(value: int | None, state: MachineState) -> None:
    assert only(lines.long_paths(FakeWindows(long_paths=value))).state is state


def test_a_machine_that_falls_asleep_is_warned_of_with_the_command_that_keeps_it_awake() -> None:
    assert only(lines.sleep(FakeWindows())).state is OK
    sleep, hibernation = lines.sleep(FakeWindows(sleeps=1_800, hibernates=5_400))
    assert (sleep.state, "after 30 minutes" in sleep.message) == (WARNING, True)
    assert "powercfg /change standby-timeout-ac 0" in sleep.remedy
    assert "powercfg /change hibernate-timeout-ac 0" in hibernation.remedy


def test_a_machine_on_its_battery_is_warned_of() -> None:
    battery, _ = lines.sleep(FakeWindows(battery=True))
    assert (battery.state, battery.remedy) == (WARNING, "Plug it in for the night.")


def test_a_windows_that_does_not_say_when_it_sleeps_is_not_taken_for_one_that_never_does() -> None:
    assert only(lines.sleep(FakeWindows(sleeps=None))).state is NOT_CHECKED


def test_who_else_is_logged_on_is_named_and_oneself_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines.getpass, "getuser", lambda: "Admin")
    monkeypatch.setattr(psutil, "process_iter", list)
    monkeypatch.setattr(psutil, "users", lambda: [SimpleNamespace(name="admin")])
    assert only(lines.sessions()).state is OK
    monkeypatch.setattr(psutil, "users", lambda: [SimpleNamespace(name=name) for name in ("zoe", "ADMIN", "Bo", "Bo")])
    found = only(lines.sessions())
    assert (found.state, "Bo, zoe" in found.message) == (WARNING, True)


def test_a_crm_client_that_runs_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "users", list)

    def gone() -> str:
        raise psutil.NoSuchProcess(7)

    def not_told() -> str:
        raise OSError(87, "as Wine says of some")

    names = (gone, not_told, lambda: "python", lambda: "SOCRM.EXE")
    monkeypatch.setattr(psutil, "process_iter", lambda: [SimpleNamespace(name=name) for name in names])
    found = only(lines.sessions())
    assert (found.state, "Windows client runs" in found.message) == (WARNING, True)


def test_a_mapped_drive_is_warned_of_with_the_share_behind_it() -> None:
    windows = FakeWindows(drives={"Z:": REMOTE}, shares={"Z:": r"\\files\arc"})
    found = only(lines.drives(installation(r"z:\SO_ARC", r"Z:\other", r"C:\x"), windows))
    assert (found.state, r"Give \\files\arc in place of Z:" in found.remedy) == (WARNING, True)


def test_a_drive_that_this_account_does_not_have_is_an_error() -> None:
    assert only(lines.drives(installation(r"Y:\SO_ARC"), FakeWindows(drives={"Y:": ABSENT}))).state is ERROR


def test_disks_and_shares_by_their_own_name_are_no_mapped_drives() -> None:
    assert only(lines.drives(installation(r"C:\SO_ARC", r"\\files\arc\SO_ARC"), FakeWindows())).state is OK
    assert only(lines.drives(None, FakeWindows())).state is NOT_CHECKED


def test_the_folders_to_exclude_from_a_virus_scanner_are_named_unless_windows_leaves_them_alone() -> None:
    work = on_windows(r"C:\work\1")
    found = only(lines.scanner(installation(r"D:\SO_ARC"), work, FakeWindows(excluded=[r"c:\workshop"])))
    assert (found.state, found.remedy.endswith(r"C:\work\1, D:\SO_ARC.")) == (OK, True)
    assert only(lines.scanner(None, work, FakeWindows(excluded=["C:\\WORK\\"]))).remedy == ""


def test_elsewhere_than_on_windows_what_cannot_be_wrong_is_well_and_what_is_not_looked_at_is_not_called_so() -> None:
    assert [only(found).state for found in (lines.long_paths(None), lines.drives(None, None))] == [OK, OK]
    unseen = (lines.sleep(None), lines.scanner(None, Path(), None))
    assert [only(found).state for found in unseen] == [NOT_CHECKED, NOT_CHECKED]


def test_without_an_installation_it_is_said_why_and_that_things_were_not_looked_at() -> None:
    found = only(lines.known_installation(None, "No installation was found."))
    assert (found.state, "No installation was found." in found.message) == (NOT_CHECKED, True)
    assert "mssql" in only(lines.known_installation(installation(), "")).message

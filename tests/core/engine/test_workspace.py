"""The workspace: where it is, who may enter it, and one writer at a time."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import anyio
import pytest
from filelock import FileLock

from omt_core.api.errors import ChoiceNeededError, InputError
from omt_core.engine import workspace


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's word for it; Windows has an ACL")
def test_a_workspace_is_private_to_its_user(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    workspace.make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.anyio
async def test_the_second_writer_is_refused_with_a_clear_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_PATIENCE", 0.0)
    async with workspace.locked(tmp_path):
        assert await workspace.is_locked(tmp_path)
        with pytest.raises(InputError) as caught:
            async with workspace.locked(tmp_path):
                pass
        assert caught.value.code == "workspace-locked"
    assert not await workspace.is_locked(tmp_path)


@pytest.mark.anyio
async def test_whoever_only_looks_whether_a_run_is_there_does_not_stop_one_that_begins(tmp_path: Path) -> None:
    """A look takes the lock for a moment."""
    looking = FileLock(tmp_path / workspace.LOCK_FILE)
    begun = anyio.Event()

    async def begin() -> None:
        async with workspace.locked(tmp_path):
            begun.set()

    async with anyio.create_task_group() as group:
        looking.acquire()
        group.start_soon(begin)
        await anyio.wait_all_tasks_blocked()
        assert not begun.is_set()
        looking.release()
    assert begun.is_set()


@pytest.mark.parametrize("serial", ["..", "../../etc", "C:\\x", "a/b", "", "\x00", "1234567890"])
def test_a_serial_number_never_leads_out_of_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serial: str
) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path)
    folder = workspace.folder_for(serial, None)
    assert folder.parent == tmp_path / "migrations"
    assert folder.resolve().parent == (tmp_path / "migrations").resolve()


def test_of_several_migrations_one_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "data_folder", lambda: tmp_path)
    with pytest.raises(InputError, match="no migration"):
        workspace.existing(None)
    for serial in ("1", "2"):
        folder = tmp_path / "migrations" / serial
        folder.mkdir(parents=True)
        (folder / workspace.JOURNAL_FILE).touch()
        if serial == "1":
            assert workspace.existing(None) == folder
    with pytest.raises(ChoiceNeededError) as caught:
        workspace.existing(None)
    assert len(caught.value.choices) == 2
    with pytest.raises(InputError):
        workspace.existing(tmp_path)


def test_a_workspace_that_is_not_here_is_looked_for_with_other_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = tmp_path / "home/own", tmp_path / "home/other"
    monkeypatch.setattr(Path, "home", lambda: own)
    monkeypatch.setattr(workspace, "data_folder", lambda: own / "share/omt")
    journal = other / "share/omt/migrations/10/journal.sqlite"
    journal.parent.mkdir(parents=True)
    with pytest.raises(InputError) as nothing:
        workspace.existing(None)
    assert (nothing.value.code, str(own / "share/omt/migrations") in nothing.value.message) == ("workspace-empty", True)
    assert "omt thaw --answers" in nothing.value.remedy
    journal.touch()
    with pytest.raises(InputError) as found:
        workspace.existing(None)
    assert str(journal.parent) in found.value.message

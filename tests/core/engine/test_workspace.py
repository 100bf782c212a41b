"""The workspace: where it is, who may enter it, and one writer at a time."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from omt_core.api.errors import ChoiceNeededError, InputError
from omt_core.engine import workspace


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's word for it; Windows has an ACL")
def test_a_workspace_is_private_to_its_user(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    workspace.make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_second_writer_is_refused_with_a_clear_word(tmp_path: Path) -> None:
    with workspace.locked(tmp_path):
        assert workspace.is_locked(tmp_path)
        with pytest.raises(InputError) as caught, workspace.locked(tmp_path):
            pass
        assert caught.value.code == "workspace-locked"
    assert not workspace.is_locked(tmp_path)


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

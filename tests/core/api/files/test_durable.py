"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from omt_core.api import files
from omt_core.api.files import durable


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    file = files.WholeFile(path)
    file.write(b"ne")
    assert path.read_bytes() == b"old"
    file.discard()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    file = files.WholeFile(path)
    file.write(b"new")
    file.finish()
    file.discard()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"new")]


@pytest.mark.posix("modes are POSIX's word for it; Windows has an ACL")
def test_what_is_written_is_private(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "file", b"")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == files.PRIVATE_FILE


def test_what_a_killed_process_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "file.partial").write_bytes(b"half")
    files.write_whole(tmp_path / "file", b"whole")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"whole")]


def test_a_file_in_the_place_of_a_folder_is_an_error_and_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileExistsError):
        files.make_folder(tmp_path / "file")
    with pytest.raises(FileExistsError):
        files.make_file(tmp_path / "file")


@pytest.mark.posix("Windows removes no folder that is somebody's current one")
def test_a_folder_that_can_have_none_above_it_is_not_looked_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `Q:\\` where there is no such drive: what is above it is itself. tests/windows has the drive."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileNotFoundError):
        files.make_folder(Path("ten/inner"))


@pytest.mark.posix("stands in for Windows; test_rights.py asks it itself")
@pytest.mark.parametrize(("elsewhere", "kept"), [(None, 1), ("\\\\server\\share\\file", 0)])
def test_what_is_made_on_a_share_has_the_rights_that_the_share_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str | None, kept: int
) -> None:
    told: list[Path] = []
    monkeypatch.setattr(durable, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(durable, "place_on_other_machine", lambda _: elsewhere)
    monkeypatch.setattr(durable, "make_private", told.append)
    files.make_file(tmp_path / "file")
    assert len(told) == kept


def test_a_temporary_folder_that_somebody_looks_into_is_no_fault_of_what_was_done_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virus scanner does on Windows, where nothing that is open is removed; a stand-in refuses it here."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with files.temporary_folder() as folder:
        assert os.name == "nt" or stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "copy").write_bytes(b"")
    assert list(tmp_path.iterdir()) == []

    def refuse(path: Path) -> None:
        raise PermissionError(13, "it is being used by another process", str(path))

    monkeypatch.setattr(durable, "remove_tree", refuse)
    with files.temporary_folder() as folder:
        pass
    assert list(tmp_path.iterdir()) == [folder]

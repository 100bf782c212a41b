"""What is said of single files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from omt_archive.findings import REASONS
from omt_core.api.files import openable
from omt_core.api.items import InventoryState
from omt_crm.paths import lost_on_the_way
from omt_folders.disk import Disk, WindowsEntry, exact_status, judge, listed
from omt_folders.tree import walk


@pytest.fixture
def disk(tmp_path):
    (tmp_path / "root" / "folder").mkdir(parents=True)
    return Disk((tmp_path / "root",), reasons=REASONS)


def test_a_neighbour_whose_name_begins_alike_is_outside(disk, tmp_path):
    assert disk.contains(str(tmp_path / "root" / "x"))
    assert disk.contains(str(tmp_path / "root"))
    assert not disk.contains(str(tmp_path / "root2" / "x"))


def test_a_file_that_vanished_is_unreadable(disk, tmp_path):
    assert disk.examine_path(tmp_path / "root" / "gone").presence is InventoryState.UNREADABLE


@pytest.mark.posix("Windows has no named pipes among files")
def test_a_pipe_is_unreadable_and_not_opened(disk, tmp_path):
    os.mkfifo(tmp_path / "root" / "pipe")
    assert disk.examine_path(tmp_path / "root" / "pipe").presence is InventoryState.UNREADABLE


@pytest.mark.posix("modes are POSIX's word for it")
def test_a_file_that_the_system_lets_nobody_read_is_unreadable(disk, tmp_path, monkeypatch):
    file = tmp_path / "root" / "closed"
    file.write_bytes(b"x")
    file.chmod(0o200)
    # Root may read any mode, so the system's answer is given by hand.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert disk.examine_path(file).reason == "file-unreadable"


@pytest.mark.parametrize(("attributes", "recalled"), [(0x20, False), (0x1020, True), (0x400020, True), (0x40000, True)])
def test_windows_attributes_tell_what_is_in_the_cloud_or_on_tape(attributes, recalled):
    status = SimpleNamespace(st_mode=0o100644, st_size=5, st_mtime_ns=1, st_ctime_ns=2, st_file_attributes=attributes)
    assert judge("x", status, REASONS.file).recalled is recalled


@pytest.mark.symlinks
def test_a_link_that_leads_nowhere_is_unreadable(disk, tmp_path):
    (tmp_path / "root" / "link").symlink_to("nowhere")
    assert disk.examine_path(tmp_path / "root" / "link").presence is InventoryState.UNREADABLE


def test_entries_have_the_ordinary_path_of_what_was_opened_in_another_form(tmp_path, monkeypatch):
    """Stands in for Windows' long paths, which Wine does not limit: what is opened is `opened`, what is told is not."""
    (tmp_path / "opened" / "folder").mkdir(parents=True)
    (tmp_path / "opened" / "file").write_bytes(b"12345")
    monkeypatch.setattr("omt_folders.disk.openable", lambda path: str(path).replace("told", "opened"))
    entries = sorted(listed(tmp_path / "told", windows=True), key=lambda entry: entry.name)
    assert [(entry.name, entry.path, entry.is_dir(), entry.is_symlink()) for entry in entries] == [
        ("file", str(tmp_path / "told" / "file"), False, False),
        ("folder", str(tmp_path / "told" / "folder"), True, False),
    ]
    assert entries[0].stat(follow_symlinks=False).st_size == 5
    assert Disk((), reasons=REASONS).examine_path(tmp_path / "told" / "file").size == 5


def test_a_size_that_its_folder_has_not_heard_of_is_asked_of_the_file(tmp_path):
    """Stands in for NTFS, whose folders tell an old size of a file that is open or has several names."""
    (tmp_path / "file").write_bytes(b"12345")
    told = SimpleNamespace(name="file", is_symlink=lambda: False, stat=lambda **_: tmp_path.stat())
    stale = WindowsEntry(str(tmp_path), told)
    assert exact_status(stale).st_size == 5
    disk = Disk((tmp_path,), reasons=REASONS, exact=True)
    assert disk.examine(stale).size == 5


if sys.platform == "win32":

    def test_what_ends_in_a_dot_and_what_lies_deep_is_listed_and_examined(tmp_path):
        """Wine knows no limit of a path's length; that the long ones are found says that the form is right."""
        deep = Path(tmp_path, *["x" * 60] * 5, "folder.")
        Path(openable(deep)).mkdir(parents=True)
        for name in ("letter.doc", "letter.doc."):
            with Path(openable(deep / name)).open("wb") as file:
                file.write(name.encode())
        disk = Disk((tmp_path,), reasons=REASONS, exact=True)
        assert len(str(deep)) > 300
        found = {file.relative: file for file in walk(tmp_path, disk)}
        assert {relative.rpartition("/")[2]: file.examination.size for relative, file in found.items()} == {
            "letter.doc": 10,
            "letter.doc.": 11,
        }
        for file in found.values():
            assert str(file.path).startswith(str(tmp_path))
            assert disk.examine_path(file.path).size == file.examination.size
            Path(openable(file.path)).unlink()
        assert lost_on_the_way(deep / "letter.doc") is None

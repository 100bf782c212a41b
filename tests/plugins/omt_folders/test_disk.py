"""What is said of single files."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from omt_archive.findings import REASONS
from omt_core.api.items import InventoryState
from omt_folders.disk import Disk, judge


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


def test_a_pipe_is_unreadable_and_not_opened(disk, tmp_path):
    os.mkfifo(tmp_path / "root" / "pipe")
    assert disk.examine_path(tmp_path / "root" / "pipe").presence is InventoryState.UNREADABLE


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


def test_a_link_that_leads_nowhere_is_unreadable(disk, tmp_path):
    (tmp_path / "root" / "link").symlink_to("nowhere")
    assert disk.examine_path(tmp_path / "root" / "link").presence is InventoryState.UNREADABLE

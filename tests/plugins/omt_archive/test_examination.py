"""What is said of single files."""

from __future__ import annotations

import os

import pytest

from omt_archive.boundary import Boundary
from omt_archive.examination import examine_path
from omt_core.api.items import InventoryState


@pytest.fixture
def boundary(tmp_path):
    (tmp_path / "root").mkdir()
    return Boundary((tmp_path / "root",))


def test_a_neighbour_whose_name_begins_alike_is_outside(boundary, tmp_path):
    assert boundary.contains(str(tmp_path / "root" / "x"))
    assert boundary.contains(str(tmp_path / "root"))
    assert not boundary.contains(str(tmp_path / "root2" / "x"))


def test_a_file_that_vanished_is_unreadable(boundary, tmp_path):
    assert examine_path(tmp_path / "root" / "gone", boundary).presence is InventoryState.UNREADABLE


def test_a_pipe_is_unreadable_and_not_opened(boundary, tmp_path):
    os.mkfifo(tmp_path / "root" / "pipe")
    assert examine_path(tmp_path / "root" / "pipe", boundary).presence is InventoryState.UNREADABLE


def test_a_file_that_the_system_lets_nobody_read_is_unreadable(boundary, tmp_path, monkeypatch):
    file = tmp_path / "root" / "closed"
    file.write_bytes(b"x")
    file.chmod(0o200)
    # Root may read any mode, so the system's answer is given by hand.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert examine_path(file, boundary).reason == "file-unreadable"


def test_a_link_that_leads_nowhere_is_unreadable(boundary, tmp_path):
    (tmp_path / "root" / "link").symlink_to("nowhere")
    assert examine_path(tmp_path / "root" / "link", boundary).presence is InventoryState.UNREADABLE

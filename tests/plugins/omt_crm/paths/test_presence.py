"""Gone, or only away."""

from __future__ import annotations

import errno

import anyio
import pytest

from omt_core.api import FolderAwayError, Notice, folder_away
from omt_crm.paths import is_back, is_line_fault, lost_on_the_way, presence, wait_until_back


class Told:
    def __init__(self, at_once=None):
        self.notices = []
        self._at_once = at_once

    def emit(self, event):
        assert isinstance(event, Notice)
        self.notices.append(event.message)
        if self._at_once is not None:
            self._at_once()


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root" / "HH" / "2014.1").mkdir(parents=True)
    (tmp_path / "root" / "HH" / "2014.1" / "other.doc").write_bytes(b"x")
    return tmp_path / "root"


def file_of(root):
    return root / "HH" / "2014.1" / "a.doc"


def test_a_file_is_gone_when_the_folders_down_to_it_answer(root):
    assert lost_on_the_way(file_of(root), (root,)) is None
    (root / "HH" / "2014.1" / "other.doc").unlink()
    assert lost_on_the_way(file_of(root), (root,)) is None


@pytest.mark.parametrize("name", ["", "HH", "HH/2014.1"])
def test_it_is_away_with_the_first_folder_that_does_not_answer(root, tmp_path, name):
    (root / name).rename(tmp_path / "elsewhere")
    assert lost_on_the_way(file_of(root), (root,)).folder == root / name


def test_a_root_that_holds_nothing_any_more_is_an_empty_mount_point(root):
    (root / "HH").rename(root.parent / "elsewhere")
    lost = lost_on_the_way(root / "flat.doc", (root,))
    assert (lost.folder, lost.empty) == (root, True)


def test_the_innermost_of_several_roots_counts(root):
    inner = root / "HH"
    (inner / "2014.1").rename(root.parent / "elsewhere")
    assert lost_on_the_way(inner / "a.doc", (root, inner)).empty


def test_without_a_root_the_folder_of_the_file_has_to_answer(root, tmp_path):
    assert lost_on_the_way(file_of(root)) is None
    root.rename(tmp_path / "elsewhere")
    assert lost_on_the_way(file_of(root)) is not None


@pytest.mark.symlinks
def test_a_link_in_the_place_of_the_root_that_leads_nowhere_is_away(root, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(root)
    assert lost_on_the_way(file_of(link), (link,)) is None
    root.rename(tmp_path / "elsewhere")
    assert lost_on_the_way(file_of(link), (link,)).folder == link


@pytest.mark.parametrize("number", [53, 67, 59, 64, 121, 1231])
def test_what_windows_says_of_a_share_that_is_gone_is_no_word_about_the_file(number):
    error = FileNotFoundError(errno.ENOENT, "The network path was not found")
    error.winerror = number
    assert is_line_fault(error)


@pytest.mark.parametrize("number", [errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN])
def test_so_is_what_other_systems_say(number):
    assert is_line_fault(OSError(number, ""))


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EIO])
def test_what_may_be_true_of_one_file_is_not(number):
    assert not is_line_fault(OSError(number, ""))


def test_an_empty_folder_is_back_when_it_holds_something(tmp_path):
    lost = folder_away(tmp_path, "C:\\x", "", empty=True)
    assert not is_back(lost)
    (tmp_path / "x").mkdir()
    assert is_back(lost)


@pytest.mark.anyio
async def test_who_waits_says_so_and_goes_on_when_the_folder_is_back(root, tmp_path, monkeypatch):
    monkeypatch.setattr(presence, "SECONDS_BETWEEN_LOOKS", 0)
    away = tmp_path / "elsewhere"
    root.rename(away)
    told = Told(at_once=lambda: away.exists() and away.rename(root))
    await wait_until_back(folder_away(root, r"C:\SO_ARC", "No such file or directory"), told, minutes=10)
    begun, ended = told.notices
    assert begun.startswith(r"The folder C:\SO_ARC does not answer: No such file or directory.")
    assert begun.endswith("Nothing in it is taken for missing; waiting up to 10 minutes for it.")
    assert ended == r"The folder C:\SO_ARC answers again."


@pytest.mark.anyio
async def test_waiting_ends_with_the_error_after_its_time(tmp_path):
    lost = folder_away(tmp_path / "gone", "x", "y")
    with pytest.raises(FolderAwayError) as raised:
        await wait_until_back(lost, Told(), minutes=1e-9)
    assert raised.value is lost
    assert (lost.code, lost.exit_code) == ("folder-away", 3)


@pytest.mark.anyio
async def test_waiting_ends_quietly_on_a_stop(tmp_path):
    stop = anyio.Event()
    stop.set()
    await wait_until_back(folder_away(tmp_path / "gone", "x", "y"), Told(), minutes=10, stop=stop)

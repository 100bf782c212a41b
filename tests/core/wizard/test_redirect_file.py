"""The page that leads to the link is the user's own, and there for a short while."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from omt_core.engine.workspace import data_folder
from omt_core.wizard.redirect_file import RedirectFile

LINK = "http://127.0.0.1:4711/#token=abc&def"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.posix("there it is an access list")
def test_it_and_its_folder_are_for_their_user_alone(tmp_path: Path) -> None:
    page = RedirectFile(4711, folder=tmp_path / "data" / "wizard")
    page.write(LINK)
    assert (mode(page.path), mode(page.path.parent)) == (0o600, 0o700)


@pytest.mark.posix("there it is an access list")
def test_one_that_lies_there_already_is_not_written_into(tmp_path: Path) -> None:
    page = RedirectFile(4711, folder=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept", encoding="utf-8")
    page.path.symlink_to(elsewhere)
    page.write(LINK)
    assert elsewhere.read_text(encoding="utf-8") == "kept"
    assert not page.path.is_symlink()
    page.path.chmod(0o644)
    page.write(LINK)
    assert mode(page.path) == 0o600


def test_it_leads_to_the_link_and_runs_no_script(tmp_path: Path) -> None:
    page = RedirectFile(4711, folder=tmp_path)
    page.write(LINK)
    text = page.path.read_text(encoding="utf-8")
    assert 'content="0;url=http://127.0.0.1:4711/#token=abc&amp;def"' in text
    assert 'content="no-referrer"' in text
    assert "<script" not in text


def test_it_is_written_anew_and_removed_as_often_as_one_likes(tmp_path: Path) -> None:
    page = RedirectFile(4711, folder=tmp_path)
    page.write("http://127.0.0.1:4711/#token=first")
    page.write(LINK)
    assert "first" not in page.path.read_text(encoding="utf-8")
    page.remove()
    page.remove()
    assert list(tmp_path.iterdir()) == []


def test_it_lies_in_the_folder_of_the_tools_data() -> None:
    assert RedirectFile(4711).path == data_folder() / "wizard" / "open-4711.html"

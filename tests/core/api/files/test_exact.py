"""What is opened is what is named, and what is compared has one form."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.files import openable, ordinary, real_path

LONG = "\\".join(["x" * 60] * 6)


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("C:\\a", "\\\\?\\C:\\a"),
        ("C:\\letter.doc.", "\\\\?\\C:\\letter.doc."),
        ("C:\\a \\aux.docx", "\\\\?\\C:\\a \\aux.docx"),
        (f"C:\\{LONG}", f"\\\\?\\C:\\{LONG}"),
        ("\\\\host\\share", "\\\\?\\UNC\\host\\share"),
        (f"\\\\host\\share\\{LONG}", f"\\\\?\\UNC\\host\\share\\{LONG}"),
        ("c:/a/./b/../c", "\\\\?\\c:\\a\\c"),
        ("\\\\?\\C:\\a.", "\\\\?\\C:\\a."),
        ("\\\\.\\pipe\\x", "\\\\.\\pipe\\x"),
        ("D:beside", "D:beside"),
    ],
)
def test_windows_is_given_a_path_in_the_form_in_which_it_changes_nothing(path: str, opened: str) -> None:
    assert openable(path, windows=True) == opened
    assert openable(path, windows=False) == path


@given(st.lists(st.text(st.characters(exclude_characters='\\/\0:<>"|?*'), min_size=1).filter(lambda x: x.strip(". "))))
def test_what_is_opened_is_told_as_it_was_named(names: list[str]) -> None:
    for root in ("C:\\", "\\\\host\\share\\"):
        path = root + "\\".join(names) if names else root.rstrip("\\") + "\\x"
        assert ordinary(openable(path, windows=True), windows=True) == path


def test_what_is_no_drive_and_no_share_keeps_its_form() -> None:
    device = "\\\\?\\GLOBALROOT\\Device\\x"
    assert ordinary(device, windows=True) == openable(device, windows=True) == device
    assert ordinary("\\\\?\\C:\\a", windows=False) == "\\\\?\\C:\\a"


def test_a_path_that_says_only_a_part_is_opened_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"content")
    monkeypatch.chdir(tmp_path)
    assert Path(openable("file")).read_bytes() == b"content"
    assert Path(real_path("file")).samefile(tmp_path / "file")
    with pytest.raises(FileNotFoundError):
        real_path("nothing", strict=True)


if sys.platform == "win32":

    def test_names_that_the_ordinary_form_changes_are_files_of_their_own(tmp_path: Path) -> None:
        """Wine takes dots and blanks off as Windows does, also in the final path of a file, where Windows does not."""
        names = ["letter.doc", "letter.doc.", "letter.doc ", "aux.docx", "nul"]
        for number, name in enumerate(names):
            with Path(openable(tmp_path / name)).open("wb") as file:
                file.write(b"x" * (number + 1))
        assert (tmp_path / "letter.doc.").read_bytes() == b"x"
        assert [Path(openable(tmp_path / name)).stat().st_size for name in names] == [1, 2, 3, 4, 5]
        assert {path.name for path in Path(openable(tmp_path)).iterdir()} == set(names)
        assert {str(Path(real_path(tmp_path / name)).parent) for name in names} == {real_path(tmp_path)}
        for name in names:
            Path(openable(tmp_path / name)).unlink()

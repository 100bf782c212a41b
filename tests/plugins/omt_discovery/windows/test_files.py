from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from omt_discovery.windows.files import UnreadableFileError, WindowsFiles, same_path

HOSTILE = st.lists(
    st.sampled_from(("..", ".", "C:", "\\", "/", "x", "\\\\h\\s", "?", "etc", "\0", "~", ":", "UNC")), max_size=8
)


@given(HOSTILE.map("\\".join) | HOSTILE.map("".join) | st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("A:")
def test_no_path_leads_out_of_the_folder(tmp_path: Path, text: str) -> None:
    for path in (text, "C:\\" + text, "\\\\host\\share\\" + text):
        found = WindowsFiles(tmp_path).locate(path)
        assert found is None or found.resolve().is_relative_to(tmp_path.resolve())


def test_names_are_found_in_any_case(machine) -> None:
    there = machine.write(r"C:\SO_arc\Template\Mail.htm", "x")
    files = WindowsFiles(machine.root)
    assert files.locate(r"c:\so_ARC\TEMPLATE\MAIL.HTM") == there
    assert files.read("C:/so_arc/template/mail.htm", 10) == b"x"


def test_shares_lie_below_unc(machine) -> None:
    there = machine.write(r"\\server\crm$\SO_ARC\a.txt", "x")
    assert WindowsFiles(machine.root).locate(r"\\SERVER\CRM$\so_arc\a.txt") == there


def test_a_path_climbs_no_further_than_its_drive(machine) -> None:
    assert WindowsFiles(machine.root).locate(r"C:\a\..\..\..\..\b") == machine.root / "C" / "b"


@pytest.mark.parametrize("path", ["", "SO_ARC", r"\SO_ARC", "C:SO_ARC", "/etc/passwd", "%soarc%\\x", "C:\\a\0b"])
def test_a_path_that_is_not_absolute_lies_nowhere(machine, path: str) -> None:
    assert WindowsFiles(machine.root).locate(path) is None


@pytest.mark.symlinks
def test_a_link_that_leads_out_is_not_followed(machine, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "SuperOffice.ini").write_text("x")
    (machine.folder("C:\\") / "out").symlink_to(tmp_path / "secret")
    files = WindowsFiles(machine.root)
    assert files.locate(r"C:\out\SuperOffice.ini") is None
    assert files.find(r"C:\*\SuperOffice.ini") == []


@pytest.mark.symlinks
def test_a_circle_of_links_is_unreadable_and_no_more(machine) -> None:
    loop = machine.folder("C:\\") / "loop"
    loop.symlink_to("loop")
    files = WindowsFiles(machine.root)
    with pytest.raises(UnreadableFileError):
        files.read(r"C:\loop", 10)
    assert files.find(r"C:\*\x") == []


@pytest.mark.posix("Windows has no named pipes among files")
def test_what_is_no_regular_file_is_never_opened(machine) -> None:
    os.mkfifo(machine.folder("C:\\") / "pipe")
    with pytest.raises(UnreadableFileError, match="regular"):
        WindowsFiles(machine.root).read(r"C:\pipe", 10)


def test_a_file_above_the_limit_is_not_read(machine) -> None:
    machine.write(r"C:\big", b"x" * 11)
    with pytest.raises(UnreadableFileError, match="more than 10 bytes"):
        WindowsFiles(machine.root).read(r"C:\big", 10)


def test_patterns_match_parts_of_one_name(machine) -> None:
    for site in ("Web", "Webtools", "Other\\deep"):
        machine.write(rf"C:\SuperOffice\{site}\web.config")
    files = WindowsFiles(machine.root)
    assert files.find(r"c:\superoffice\web*\WEB.config") == [
        r"c:\superoffice\Web\WEB.config",
        r"c:\superoffice\Webtools\WEB.config",
    ]


def test_without_windows_and_without_a_folder_nothing_is_found() -> None:
    assert WindowsFiles(None).locate(r"C:\x") is None or os.name == "nt"


def test_paths_are_the_same_in_any_case_and_with_either_slash() -> None:
    assert same_path("C:/SO_ARC/", r"c:\so_arc")
    assert not same_path(r"C:\SO_ARC", r"D:\SO_ARC")

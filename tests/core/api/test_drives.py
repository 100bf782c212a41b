"""Drives that are not there, and paths that lead to another machine. Windows is a stand-in; it is in tests/windows."""

from __future__ import annotations

import pytest

from omt_core.api import InputError, drives

HERE, REMOTE, NONE = 3, 4, 1


class Windows:
    """What Windows would say: its drives by letter, and which of them this account has mapped to a share."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drives = {"C:": HERE}
        self.mapped: dict[str, str] = {}
        monkeypatch.setattr(drives, "drive_type", lambda root: self.drives.get(root.rstrip("\\").upper(), NONE))
        monkeypatch.setattr(drives, "_is_there", lambda root: root.rstrip("\\").upper() in self.drives)
        monkeypatch.setattr(drives, "remembered_share", lambda letter: self.mapped.get(letter.upper()))


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    return Windows(monkeypatch)


@pytest.mark.parametrize("path", [r"C:\omt", r"c:\omt\x", r"\\?\C:\omt"])
def test_a_path_on_a_disk_of_this_machine_is_nowhere_else(windows: Windows, path: str) -> None:
    assert drives._on_other_machine(path) is None
    drives._refuse_missing(path)


@pytest.mark.parametrize(
    "path", [r"\\srv\share\omt", r"\\?\UNC\srv\share\omt", r"Q:\omt", r"q:\omt"], ids=["UNC", "long", "drive", "small"]
)
def test_a_share_is_on_another_machine_by_whatever_name(windows: Windows, path: str) -> None:
    windows.drives["Q:"] = REMOTE
    windows.mapped["Q"] = r"\\srv\share"
    assert drives._on_other_machine(path) == r"\\srv\share\omt"


def test_a_network_drive_of_which_only_this_session_knows_is_told_by_its_letter(windows: Windows) -> None:
    windows.drives["Q:"] = REMOTE
    assert drives._on_other_machine(r"Q:\omt") == r"Q:\omt"


def test_a_mapped_drive_is_on_another_machine_also_where_this_session_does_not_see_it(windows: Windows) -> None:
    windows.mapped["Q"] = "\\\\srv\\share\\"
    assert drives._on_other_machine(r"Q:\omt") == r"\\srv\share\omt"


def test_a_disk_that_has_taken_the_letter_of_a_mapped_drive_is_of_this_machine(windows: Windows) -> None:
    windows.drives["Q:"] = HERE
    windows.mapped["Q"] = r"\\srv\share"
    assert drives._on_other_machine(r"Q:\omt") is None


def test_of_a_mapped_drive_that_is_not_there_the_share_is_named(windows: Windows) -> None:
    windows.mapped["Q"] = r"\\srv\share"
    with pytest.raises(InputError) as refused:
        drives._refuse_missing(r"Q:\ten")
    assert refused.value.code == "drive-not-there"
    assert "started as administrator does not see mapped drives" in refused.value.message
    assert refused.value.remedy.endswith(r" \\srv\share\ten")


@pytest.mark.parametrize(("path", "named"), [(r"Q:\ten", "The drive Q: "), (r"\\srv\arc\x", r"The share \\srv\arc ")])
def test_a_drive_or_share_that_is_not_there_is_named(windows: Windows, path: str, named: str) -> None:
    with pytest.raises(InputError) as refused:
        drives._refuse_missing(path)
    assert refused.value.code == "drive-not-there"
    assert named in refused.value.message


def test_the_drives_are_those_whose_bit_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drives, "_drive_letters", lambda: 0b10_0000_0000_0000_0000_0000_1100)
    assert drives.roots() == ("C:\\", "D:\\", "Z:\\")

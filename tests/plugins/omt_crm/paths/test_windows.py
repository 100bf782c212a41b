from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.errors import InstallationError
from omt_crm.paths import map_windows_path

ROOT = Path("machine")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C:\\SO_ARC", "C/SO_ARC"),
        ("c:/SO_ARC/x", "C/SO_ARC/x"),
        ("\\\\host\\share\\SO_ARC", "UNC/host/share/SO_ARC"),
        ("//host/share/x", "UNC/host/share/x"),
        ("\\\\?\\D:\\x", "D/x"),
        ("\\\\?\\UNC\\host\\share\\x", "UNC/host/share/x"),
        ("C:\\", "C"),
        ("C:\\SO_ARC. \\x .\\...", "C/SO_ARC/x/..."),
    ],
)
def test_a_windows_path_is_found_below_the_root(text, expected):
    assert map_windows_path(text, ROOT) == ROOT / expected


@pytest.mark.parametrize(
    "text",
    ["C:x", "x\\y", "\\x", "", "C:\\a\\..\\..\\b", "\\\\.\\PhysicalDrive0\\x", "\\\\host", "\\\\?\\GLOBALROOT\\x\\y"],
)
def test_what_is_not_absolute_or_climbs_is_refused(text):
    with pytest.raises(InstallationError) as caught:
        map_windows_path(text, ROOT)
    assert caught.value.code == "path-unusable"


@pytest.mark.posix("what a POSIX machine does")
def test_without_a_root_only_this_machines_own_paths_are_taken():
    assert map_windows_path("/srv/SO_ARC", None) == Path("/srv/SO_ARC")
    with pytest.raises(InstallationError):
        map_windows_path("C:\\SO_ARC", None)

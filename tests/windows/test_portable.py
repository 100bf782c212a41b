"""The tests that mean something on Windows, run inside Windows' Python as they are.

Each group is one process, since a start takes long there. What they ask of Linux, and what Wine does not have, is
skipped by its marks: see `inside.py`.
"""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest

from tests.windows.machine import Windows

_SOURCE = PureWindowsPath(r"C:\src")
_TESTS = Path(__file__).parents[1]

GROUPS = {
    "archive": ("plugins/omt_archive/documents", "plugins/omt_archive/service", "plugins/omt_folders/test_disk.py"),
    "discovery": ("plugins/omt_discovery", "plugins/omt_crm/paths"),
    "freeze": ("plugins/omt_freeze", "plugins/omt_report", "plugins/omt_upload/files"),
    "core": (
        "core/journal", "core/engine/test_workspace.py", "core/engine/upload/test_rate.py",
        "core/answers", "core/test_settings.py", "core/test_logs.py", "core/wizard/test_redirect_file.py",
        "core/cli/test_console.py", "core/cli/test_output.py", "core/cli/test_main.py", "core/api/files",
        "core/api/plain",
    ),
}  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_they_pass_inside_windows(group: str, windows: Windows) -> None:
    wanted = [str(_SOURCE / "tests" / name) for name in GROUPS[group]]
    assert all((_TESTS / name).exists() for name in GROUPS[group])
    ended = windows.python(
        "-m", "pytest", "-p", "tests.windows.inside", "-p", "no:cacheprovider", "-c", _SOURCE / "pyproject.toml",
        "--quiet", "--tb=short", "--timeout=600", "--durations=10", *wanted,
        environment={"PYTHONPATH": str(_SOURCE)}, seconds=1800,
    )  # fmt: skip
    said = (ended.out + ended.err).decode("utf-8", "replace")
    print(said)  # which were skipped, and which took long
    assert ended.code == 0, said

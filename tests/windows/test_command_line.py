"""The command line on Windows: that it starts, and what it says through a pipe."""

from __future__ import annotations

from omt_core.version import __version__
from tests.windows.machine import Windows


def test_it_says_its_version(windows: Windows) -> None:
    ended = windows.omt("--version")
    assert (ended.code, ended.err) == (0, b"")
    assert __version__ in ended.text

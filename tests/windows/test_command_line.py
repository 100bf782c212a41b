"""The command line on Windows: that it starts, and what it says through a pipe."""

from __future__ import annotations

from omt_core.version import __version__
from tests.windows.machine import OMT, PYTHON, Windows


def test_it_says_its_version(windows: Windows) -> None:
    ended = windows.omt("--version")
    assert (ended.code, ended.err) == (0, b"")
    assert __version__ in ended.text


def test_a_reader_that_went_away_ends_no_command(windows: Windows) -> None:
    """A write to its pipe is EINVAL on Windows, where it is EPIPE elsewhere."""
    with windows.start(PYTHON, *OMT, "plugins", "--json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.close()
        said = process.stderr.read()
        assert (process.wait(), said) == (0, b"")

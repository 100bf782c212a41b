"""The program itself: what it does before and after all that a command does."""

from __future__ import annotations

import gc
import sys
from types import SimpleNamespace

import pytest

from omt_core.__main__ import main
from omt_core.version import __version__


def test_ctrl_c_while_the_tool_is_loaded_ends_it_with_a_word_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["omt", "status"])
    monkeypatch.setitem(sys.modules, "omt_core.cli.main", SimpleNamespace(main=interrupted))
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        gc.enable()
    assert ended.value.code == 130
    assert capfd.readouterr().err == "Stopped.\n"


def test_the_version_is_said(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["omt", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capfd.readouterr().out == f"omt {__version__}\n"

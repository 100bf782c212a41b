"""The program itself: what it does before and after all that a command does."""

from __future__ import annotations

import gc
import os
import platform
import subprocess
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


_ARENAS = """
import ctypes, sys, threading
from omt_core.__main__ import main
sys.argv = ["omt", "--help"]
try:
    main()
except SystemExit:
    pass
at_once = threading.Barrier(4)
def take():
    at_once.wait()
    kept.append(b"." * 2000)
    at_once.wait()
kept = []
threads = [threading.Thread(target=take) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fdopen(2, b"w"))
library.malloc_info(0, file)
library.fflush(file)
"""


@pytest.mark.skipif("glibc" not in platform.libc_ver()[0], reason="no other C library has arenas")
@pytest.mark.parametrize(("set_to", "fewest", "most"), [(None, 1, 1), ("3", 2, 3)])
def test_all_threads_share_one_arena_unless_the_environment_says_otherwise(set_to, fewest, most) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    if set_to is not None:
        environment["MALLOC_ARENA_MAX"] = set_to
    told = subprocess.run([sys.executable, "-c", _ARENAS], check=True, capture_output=True, text=True, env=environment)
    assert fewest <= told.stderr.count("<heap nr=") <= most

"""The program itself: what it does before and after all that a command does."""

from __future__ import annotations

import gc
import os
import platform
import re
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


_MALLOC = """
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
bytearray(28 << 20)
kept.append(bytearray(24 << 20))
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fdopen(2, b"w"))
library.malloc_info(0, file)
library.fflush(file)
"""


def malloc_info(**environment: str) -> str:
    """What the C library says of a process that has run the tool, and then has used memory in several threads."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", _MALLOC]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=others | environment).stderr


def mapped(told: str) -> int:
    """The bytes of blocks that are mappings of their own."""
    found = re.search(r'<total type="mmap" count="\d+" size="(\d+)"', told)
    assert found is not None
    return int(found[1])


@pytest.mark.skipif("glibc" not in platform.libc_ver()[0], reason="no other C library has arenas")
def test_threads_share_one_arena_and_a_large_block_goes_back_also_when_one_was_freed_before() -> None:
    told = malloc_info()
    assert told.count("<heap nr=") == 1
    assert mapped(told) > 24 << 20


@pytest.mark.skipif("glibc" not in platform.libc_ver()[0], reason="no other C library has arenas")
def test_what_the_environment_says_of_memory_counts() -> None:
    told = malloc_info(MALLOC_ARENA_MAX="3")
    assert 1 < told.count("<heap nr=") <= 3
    assert mapped(told) < 24 << 20

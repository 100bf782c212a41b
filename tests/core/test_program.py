"""The program itself: what it does before and after all that a command does."""

from __future__ import annotations

import gc
import json
import os
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from omt_core.__main__ import main
from omt_core.version import __version__


@pytest.fixture(autouse=True)
def _ctrl_c_as_before() -> Iterator[None]:
    """The program leaves it as its own end needs it."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_the_last_is_printed_ends_it_with_a_word_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*, take_over: Callable[[], None]) -> int:
        take_over()
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


_PRESSED = """
import builtins, signal, sys
from omt_core.__main__ import main
presses, sys.argv = int(sys.argv[1]), ["omt", *sys.argv[2:]]
load = builtins.__import__
def pressing(name, *others):
    global presses
    while presses and name == "omt_core.app":
        presses -= 1
        signal.raise_signal(signal.SIGINT)
    return load(name, *others)
builtins.__import__ = pressing
main()
"""
"""Runs the tool, with Ctrl-C pressed so often while its modules are loaded."""
_ALWAYS = """
import signal, sys
from omt_core.__main__ import main
import omt_core.cli.main as program
def failed(*given):
    signal.raise_signal(signal.SIGINT)
    return fail(*given)
fail, program._failed = program._failed, failed
sys.argv = ["omt", "no-such-command", "--json"]
try:
    main()
finally:
    signal.raise_signal(signal.SIGINT)
"""
"""Runs a command that fails, with Ctrl-C pressed as that is said, and again as the process ends."""


def run_program(program: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    return subprocess.run(
        [sys.executable, "-c", program, *words], check=False, capture_output=True, text=True, env=environment
    )


@pytest.mark.parametrize("presses", ["1", "2"])
def test_ctrl_c_while_the_tool_is_loaded_has_its_result(presses: str, tmp_path: Path) -> None:
    ended = run_program(_PRESSED, tmp_path, presses, "status", "--json")
    assert (ended.returncode, ended.stderr) == (130, "")
    (line,) = ended.stdout.splitlines()
    result = json.loads(line)
    assert (result["event"], result["exit_code"], result["error"]["code"]) == ("result", 130, "interrupted")


def test_ctrl_c_while_the_tool_is_loaded_is_said_to_a_person_in_their_language(tmp_path: Path) -> None:
    ended = run_program(_PRESSED, tmp_path, "1", "status", "--language", "de")
    assert (ended.returncode, ended.stdout) == (130, "")
    assert "Fehler interrupted" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_third_ctrl_c_while_the_tool_is_loaded_ends_it_at_once(tmp_path: Path) -> None:
    ended = run_program(_PRESSED, tmp_path, "3", "status")
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "Stopped.\n")


def test_ctrl_c_takes_no_result_away_and_leaves_the_exit_code(tmp_path: Path) -> None:
    ended = run_program(_ALWAYS, tmp_path)
    assert (ended.returncode, ended.stderr) == (2, "")
    assert json.loads(ended.stdout)["exit_code"] == 2


@pytest.mark.posix("a process that is started to ignore it")
def test_ctrl_c_that_is_ignored_stays_so(tmp_path: Path) -> None:
    ended = run_program(
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + _PRESSED, tmp_path, "3", "plugins"
    )
    assert (ended.returncode, ended.stderr) == (0, "")


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

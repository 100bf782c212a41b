"""What a session needs of the machine: its log, drives, rights and a console. Each program asks many things at once."""

from __future__ import annotations

from tests.windows.machine import PYTHON, Windows

_LOG = r"""
import logging, subprocess, sys
from pathlib import Path
from omt_core import logs

logs._BYTES = 2_000
if sys.argv[1:] == ["second"]:
    print(logs.begin_logging("info").name, flush=True)
    sys.stdin.readline()
    for number in range(100):
        logging.getLogger("omt.test").info("second line %s", number)
    logs.end_logging()
    sys.exit()

folder = logs.log_folder()
for number in range(1, 6):
    (folder / f"omt.log.{number}").write_text(f"history {number}\n", "utf-8")
path = logs.begin_logging("info")
assert path == folder / "omt.log", path
second = subprocess.Popen(
    [sys.executable, sys.argv[0], "second"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
assert second.stdout.readline() == "omt-2.log\n"
second.stdin.write("go\n")
second.stdin.flush()

with path.open("rb"):  # as an editor has it
    try:
        path.replace(folder / "other")
    except PermissionError:
        pass
    else:
        raise AssertionError("Windows renames no file that is open")
    for number in range(100):
        logging.getLogger("omt.test").info("first line %s", number)
    lines = [line for file in folder.glob("omt.log*") for line in file.read_text("utf-8").splitlines()]
    assert sum("first line" in line for line in lines) == 100, lines
    assert sorted(line for line in lines if line.startswith("history")) == [f"history {n}" for n in range(1, 6)]
for number in range(100, 160):
    logging.getLogger("omt.test").info("first line %s", number)
logs.end_logging()
assert second.wait(120) == 0
lines = [line for file in folder.glob("omt*.log*") for line in file.read_text("utf-8").splitlines()]
assert sum("first line" in line for line in lines) == 160
assert sum("second line" in line for line in lines) == 100
assert path.stat().st_size < 2_000
print("done")
"""


def test_two_processes_and_an_editor_cost_no_line_of_the_log_and_nothing_of_its_history(windows: Windows) -> None:
    (windows.place.here / "log.py").write_text(_LOG)
    ended = windows.python(windows.place.there / "log.py")
    assert ended.text == "done\n", ended.err.decode()


_MACHINE = r"""
import ctypes, os, sys, winreg
from pathlib import Path

import anyio
from omt_core.api import InputError, drives, files
from omt_core.cli import enter_key
from omt_core.engine import workspace
from omt_core.engine.upload.wakefulness import kept_awake
from omt_core.wizard.controller.folders import list_folders

here = Path(sys.argv[1])


def refusal(act, *words):
    try:
        act(*words)
    except InputError as error:
        return error
    raise AssertionError("nothing was refused")


assert "C:\\" in drives.roots(), drives.roots()
assert "V:\\" not in drives.roots(), drives.roots()
assert anyio.run(list_folders, "").folders == drives.roots()
assert "Python311" in anyio.run(list_folders, "C:\\").folders

for missing in ("V:\\", "V:\\ten\\inner", r"V:\ten"):
    error = refusal(files.make_folder, Path(missing))
    assert (error.code, "V: of V:" in error.message) == ("drive-not-there", True), error
error = refusal(files.make_folder, Path(r"\\nowhere\share\ten"))
assert (error.code, r"The share \\nowhere\share " in error.message) == ("drive-not-there", True), error
assert refusal(workspace.existing, Path(r"V:\omt")).code == "drive-not-there"
assert refusal(workspace.make_private, Path(r"V:\omt")).code == "drive-not-there"
error = refusal(workspace.make_private, Path(r"\\nowhere\share\omt"))
assert (error.code, r"at \\nowhere\share\omt" in error.message) == ("workspace-remote", True), error

with winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Network\W") as key:
    winreg.SetValueEx(key, "RemotePath", 0, winreg.REG_SZ, r"\\srv\arc")
error = refusal(files.make_folder, Path(r"W:\ten"))
assert (error.code, error.remedy[-14:]) == ("drive-not-there", r" \\srv\arc\ten"), error
error = refusal(workspace.make_private, Path(r"W:\omt"))
assert (error.code, r"at \\srv\arc\omt" in error.message) == ("workspace-remote", True), error

started = []
sys.addaudithook(lambda event, told: started.append(told) if event in ("subprocess.Popen", "os.system") else None)
folder = here / "work" / "inner"
workspace.make_private(folder)
workspace.make_private(folder)
assert (folder.is_dir(), started) == (True, [])
assert drives.place_on_other_machine(folder) is None

state = ctypes.WinDLL("kernel32").SetThreadExecutionState
state.restype = ctypes.c_uint32
with kept_awake():
    within = state(ctypes.c_uint32(0x80000001))
assert (within, state(ctypes.c_uint32(0x80000000))) == (0x80000001, 0x80000000)

# Windows takes NUL for a terminal, and gives nothing of it for ever.
nul = os.open("NUL", os.O_RDONLY)
assert (os.isatty(nul), enter_key._is_console(nul)) == (True, False)
enter_key._read(nul, None, None)
print("done")
"""


def test_drives_rights_and_sleep_are_what_windows_says_of_them(windows: Windows) -> None:
    (windows.place.here / "machine.py").write_text(_MACHINE)
    ended = windows.python(windows.place.there / "machine.py", windows.place.there)
    assert ended.text == "done\n", ended.err.decode()
    # The mapped drive that the program left behind, as the person at the command line meets it.
    told = windows.omt("--json", "tenant", "serve", r"W:\ten").json_lines()[-1]
    assert (told["exit_code"], told["error"]["code"]) == (2, "drive-not-there")
    assert told["error"]["remedy"].endswith(r" \\srv\arc\ten")


_ENTER = """
import os, signal
import anyio
from omt_core.cli import enter_key

async def main():
    signal.signal(signal.SIGINT, lambda *_: os.write(1, b"went on\\n"))  # may come in the middle of a print
    with enter_key.enter_pressed(watched=True) as asked:
        print("ready", enter_key._is_console(0), flush=True)
        await asked.receive()
        print("pressed", flush=True)

anyio.run(main)
"""


def test_enter_is_noticed_in_a_console_also_after_a_ctrl_c_that_did_not_end_the_tool(windows: Windows) -> None:
    """Wine's console does not end a read at Ctrl-C, as Windows' does: test_enter_key.py stands in for that."""
    (windows.place.here / "enter.py").write_text(_ENTER)
    with windows.console(PYTHON, windows.place.there / "enter.py") as console:
        console.wait_for("ready True")
        console.type("\x03")
        console.wait_for("went on")
        console.type("\r")
        assert console.wait() == 0
        assert "pressed" in console.text

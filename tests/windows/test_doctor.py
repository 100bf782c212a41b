"""`omt doctor` on Windows: what it asks of the system is answered, or said not to be."""

from __future__ import annotations

import json

from tests.windows.machine import Windows

ASK = r"""
import ctypes, json, sys
from pathlib import Path
from omt_core.api import may_write
from omt_core.engine.machine.windows import HIBERNATION, SLEEP, this_windows

here = Path(sys.argv[1])
for name in ("file", "held"):
    (here / name).write_bytes(b"x")
windows_itself = ctypes.WinDLL("kernel32")  # GENERIC_READ, shared with nobody
held = windows_itself.CreateFileW(str(here / "held"), 0x80000000, 0, None, 3, 0, None)
windows = this_windows()
print(json.dumps({
    "seconds": [windows.idle_seconds(SLEEP), windows.idle_seconds(HIBERNATION)],
    "battery": windows.on_battery(),
    "drives": [windows.drive_type("C:"), windows.drive_type("Q:")],
    "share": windows.share_of("Q:"),
    "paths": windows.number(r"SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled"),
    "version": windows.number(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion", "CurrentMajorVersionNumber"),
    "names": windows.names(r"SOFTWARE\No Such Key"),
    "writable": [may_write(here), may_write(here / "file"), may_write(here / "held")],
    "left": sorted(one.name for one in here.iterdir()),
}))
"""


def test_windows_answers_what_the_doctor_asks_of_it(windows: Windows) -> None:
    folder = windows.place.here / "work"
    folder.mkdir()
    said = json.loads(windows.code(ASK, windows.place.there / "work").text)
    assert all(one is None or one >= 0 for one in said["seconds"])
    assert said["battery"] in {True, False, None}
    assert said["drives"] == [3, 1]
    assert (said["share"], said["names"]) == (None, None)
    assert said["paths"] in {0, 1, None}
    assert said["version"] == 10
    assert said["writable"] == [True, True, True]
    assert said["left"] == ["file", "held"]


def test_the_doctor_says_its_lines_and_no_line_of_a_fault(windows: Windows) -> None:
    ended = windows.omt("doctor", "--json")
    *lines, result = ended.json_lines()
    named = {line["name"] for line in lines}
    assert {"python", "workspace", "disk", "long-paths", "sleep", "sessions", "mapped-drives", "virus-scanner"} <= named
    assert (result["event"], result["findings"], ended.err) == ("result", [], b"")
    assert [line["message"] for line in lines if "did not tell" in line["message"]] == []

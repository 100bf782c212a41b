"""What a migrator gets: the zip, made of what is fetched, unpacked and used as it is on a server without Python."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath

from packaging_windows.__main__ import build
from packaging_windows.archive import CONTENTS, digest
from packaging_windows.inputs import ROOT, fetch
from tests.windows.browser import Browser
from tests.windows.machine import Windows

FOLDER = "Zip för Ærø 日本"
"""Blanks, letters of the machine's code page and others."""

HOSTILE = {"PYTHONHOME": "C:\\nowhere", "PYTHONPATH": "C:\\nowhere", "PYTHONSTARTUP": "C:\\nowhere\\x.py"}
"""What another Python on the server may have left."""


def partner_wheel(folder: Path) -> Path:
    """Build the wheel of the e-mail domains plugin."""
    words = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(words, cwd=ROOT / "contrib" / "omt_email_domains", check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def listed(top: Path) -> dict[str, str]:
    """The files below a folder with their hashes, but for the list itself and the plugins that were put in."""
    files = (path for path in top.rglob("*") if path.is_file())
    names = {path.relative_to(top).as_posix(): path for path in files}
    return {name: digest(path) for name, path in names.items() if name != CONTENTS and not name.endswith(".whl")}


@contextmanager
def read_only(top: Path) -> Iterator[None]:
    """Take the rights to write from a folder and all that is in it."""
    paths = [top, *top.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(modes[path] & ~0o222)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(modes[path])


def test_the_zip_is_unpacked_extended_by_a_plugin_and_run_from_a_folder_that_may_only_be_read(
    windows: Windows, tmp_path: Path
) -> None:
    inputs, _ = fetch(tmp_path, None)
    made = build(inputs, tmp_path / "out")
    with zipfile.ZipFile(made) as opened:
        opened.extractall(windows.place.here / FOLDER)
    top, there = windows.place.here / FOLDER / made.stem, windows.place.there / FOLDER / made.stem
    wheel = partner_wheel(windows.place.here / "given")

    added = windows.run("cmd", "/c", there / "omt.cmd", "plugins", "add", windows.place.there / "given" / wheel.name)
    assert (added.code, "email_domains" in added.text) == (0, True), added.err

    with read_only(top):
        use(windows, there)
    told = json.loads((top / CONTENTS).read_text(encoding="utf-8"))["files"]
    assert listed(top) == {name: entry["sha256"] for name, entry in told.items()}


def use(windows: Windows, there: PureWindowsPath) -> None:
    """List the plugins, migrate a company in small, and open the wizard, all by `omt.exe`."""
    found = windows.run(there / "omt.exe", "plugins", "--json", environment=HOSTILE)
    plugins = {line["name"]: line for line in found.json_lines() if line["event"] == "plugin"}
    assert {line["state"] for line in plugins.values()} == {"active"}
    assert (plugins["email_domains"]["default"], len(plugins) > 14) == (False, True)

    demo = ("demo", "--users", "3", "--documents", "6", "--workspace", windows.place.there / "demo")
    done = windows.run(there / "omt.exe", *demo, environment=HOSTILE, seconds=1500)
    assert (done.code, b"nothing differs" in done.out) == (0, True), done.out + done.err

    with windows.start(there / "omt.exe", "--no-browser", "--json") as process:
        assert process.stdout is not None
        browser = Browser(json.loads(process.stdout.readline())["url"])
        assert browser.come_in() == 204
        assert "<html" in browser.page()
        assert browser.call("api/state")["screen"] == "welcome"
        browser.call("api/close", {})
        assert process.wait(timeout=300) == 0

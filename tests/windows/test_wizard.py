"""The wizard on Windows: a person in a console, and their browser at its server."""

from __future__ import annotations

import json
import re

from tests.windows.browser import Browser
from tests.windows.machine import OMT, PYTHON, Console, Windows

_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+#token=[\w-]+")


def links(console: Console) -> list[str]:
    """The links that were shown so far, the first one first."""
    return list(dict.fromkeys(_LINK.findall(console.text)))


def test_a_link_lets_one_browser_in_enter_makes_another_and_ctrl_c_ends_the_tool(windows: Windows) -> None:
    with windows.console(PYTHON, *OMT, "--no-browser") as console:
        console.wait_for("Ctrl-C ends the tool.")
        (first,) = links(console)
        browser = Browser(first)
        assert browser.come_in() == 204
        assert browser.come_in() == 401
        assert "<html" in browser.page()
        folders = browser.call("api/folders")
        console.type("\r")
        console.wait_for("Ctrl-C ends the tool.", times=2)
        assert Browser(links(console)[1]).come_in() == 204
        assert browser.call("api/state")["screen"] == "welcome"
        console.type("\x03")
        assert console.wait() == 0
    assert "C:" in json.dumps(folders)
    (file,) = (windows.place.here / "temp").rglob("omt*.log")
    log = file.read_text(encoding="utf-8")
    assert "a browser was let in" in log
    assert first.partition("#token=")[2] not in log

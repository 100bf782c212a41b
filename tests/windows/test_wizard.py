"""The wizard on Windows: a person in a console, and their browser at its server."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any

from tests.windows.machine import OMT, PYTHON, Console, Windows

_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+#token=[\w-]+")


def links(console: Console) -> list[str]:
    """The links that were shown so far, the first one first."""
    return list(dict.fromkeys(_LINK.findall(console.text)))


class Browser:
    """What a page does over HTTP: exchanges the token of a link, and calls with the cookie it got."""

    def __init__(self, link: str) -> None:
        self.home, _, self._token = link.partition("#token=")
        self._origin = self.home.rpartition("/")[0].rpartition("/")[0]
        self._cookie = ""

    def come_in(self) -> int:
        """Exchange the token for a cookie, and return the status."""
        try:
            with self._send("api/exchange", {"token": self._token}) as response:
                self._cookie = response.headers["Set-Cookie"].partition(";")[0]
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the server and return what it answers."""
        with self._send(path, body) as response:
            return json.loads(response.read())

    def page(self) -> str:
        """Fetch the page itself."""
        with self._send("", None) as response:
            return str(response.read().decode("utf-8"))

    def _send(self, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"Content-Type": "application/json", "Origin": self._origin, "Cookie": self._cookie}
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.urlopen(urllib.request.Request(f"{self.home}{path}", data, headers), timeout=120)


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

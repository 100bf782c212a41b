"""A browser at the wizard's server, as far as a test needs one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


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

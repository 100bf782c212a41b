"""The wizard as a process, started as a person does."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.omt import PROGRAM, environment

REPOSITORY = Path(__file__).parents[2]
_LINK_SECONDS = 120
_ENDING_SECONDS = 120


class Wizard:
    """A running wizard. `link` is the newest that it has printed."""

    def __init__(self, *words: str | Path, folder: Path, extra: Mapping[str, str] | None = None) -> None:
        """Start it and wait for its first link."""
        paths = {"PYTHONPATH": str(REPOSITORY)}
        self._log = folder / "wizard.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*PROGRAM, *map(str, words), "--no-browser", "--json"],
                stdout=subprocess.PIPE, stderr=log, text=True, env=environment(folder, {**paths, **(extra or {})}),
            )  # fmt: skip
        self._links: queue.Queue[str | None] = queue.Queue()
        self._lines: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.link = ""
        self.next_link()

    @property
    def address(self) -> str:
        """Where the wizard is served, without the token."""
        return self.link.partition("#")[0]

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a browser names them."""
        return "/".join(self.link.split("/")[:3])

    def next_link(self) -> str:
        """Wait until another link is printed, and return it."""
        link = self._links.get(timeout=_LINK_SECONDS)
        assert link is not None, f"the wizard ended: {self._log.read_text(encoding='utf-8')}"
        self.link = link
        return link

    def kill(self) -> None:
        """End it as a power cut does: at once, without a word."""
        self._process.kill()
        self._wait()

    def interrupt(self) -> None:
        """Press Ctrl-C once."""
        self._process.send_signal(signal.SIGINT)

    def result(self) -> dict[str, Any]:
        """Wait until it ends by itself, and return its result."""
        self._wait()
        assert self._lines, f"the wizard ended with {self._process.returncode} and no result"
        return self._lines[-1]

    def end(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
        self._wait()

    def _wait(self) -> None:
        self._process.wait(timeout=_ENDING_SECONDS)
        self._reader.join(timeout=_ENDING_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            self._lines.append(said)
            if said.get("event") == "wizard":
                self._links.put(said["url"])
        self._links.put(None)

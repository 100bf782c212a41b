"""Runs the tool in processes of its own, with a simulated installation and a tenant."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = (sys.executable, "-m", "omt_core")
FLEET = '[core.roles]\ntransfer = "dask"\n'


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMT_", "DASK_"))}
    return {**kept, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "DASK_CONFIG": str(folder / "dask")}


OF_EVERY_RUN = {"tenant", "public_key", "migration", "snapshot", "completed_at"}
"""What of a receipt's header differs between any two migrations of the same, beside the signature."""


class Tool:
    """The tool, with workspaces and tenants by name; `inside` are the words that run a command where it runs."""

    def __init__(self, folder: Path, site: Path, *, inside: Sequence[str] = ()) -> None:
        self.folder = folder
        self.site = site
        self.program = (*inside, *PROGRAM)
        truth = json.loads((site / "truth.json").read_text(encoding="utf-8"))
        self.plans: str = truth["tenant_plans"]
        self.output = ""

    @contextmanager
    def tenant(self, name: str, *more: str) -> Generator[Mapping[str, str]]:
        """Serve a tenant, and name it in the answers of this name."""
        words = (*self.program, "tenant", "serve", str(self.folder / f"tenant-{name}"), "--plans", self.plans, *more)
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment(self.folder)) as serving:
            assert serving.stdout is not None
            online = json.loads(serving.stdout.readline())
            answers = (self.site / "answers.toml").read_text(encoding="utf-8")
            address = f"[online]\nurl = {json.dumps(online['url'])}\ntoken_file = {json.dumps(online['token_file'])}\n"
            text = f"test_migration = true\n{answers}\n{address}"
            (self.site / f"{name}.toml").write_text(text, encoding="utf-8")
            try:
                yield online
            finally:
                serving.send_signal(signal.SIGTERM)

    def words(self, name: str, settings: str = "", *more: str) -> list[str]:
        """Return the words of a migration in the workspace of this name."""
        file = self.folder / f"{name}-settings.toml"
        file.write_text(settings, encoding="utf-8")
        work = self.folder / f"work-{name}"
        words = ["migrate", "--workspace", work, "--answers", self.site / f"{name}.toml", "--settings", file, "--json"]
        return [*self.program, *map(str, words), *more]

    def migrate(self, name: str, settings: str = "", *more: str) -> tuple[int, dict[str, Any]]:
        """Run a test migration to its end; returns its exit code and its result."""
        done = subprocess.run(
            self.words(name, settings, *more),
            capture_output=True,
            text=True,
            env=environment(self.folder),
            cwd=self.site,
            timeout=250,
            check=False,
        )
        self.output = done.stdout + done.stderr
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout.splitlines()[-1])

    def run(self, *words: str | Path) -> list[str]:
        """Run another command; returns the lines that it prints."""
        done = subprocess.run(
            [*self.program, *map(str, words)], capture_output=True, text=True, env=environment(self.folder), check=True
        )
        return done.stdout.splitlines()

    def manifest(self, name: str) -> bytes:
        """Return the manifest that the tenant signed."""
        return (self.folder / f"work-{name}" / "manifest.jsonl").read_bytes()

    def receipt(self, name: str) -> dict[str, Any]:
        """Return the receipt."""
        found: dict[str, Any] = json.loads((self.folder / f"work-{name}" / "receipt.json").read_bytes())
        return found

    def said_of_any_run(self, name: str) -> str:
        """Return the receipt's header, but what differs between any two runs."""
        header = self.receipt(name)["header"]
        return json.dumps({key: value for key, value in header.items() if key not in OF_EVERY_RUN})


@dataclass
class Telling:
    """A tool that runs, and the events that it has told of so far."""

    process: subprocess.Popen[str]
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def listen(self) -> None:
        """Take events until there are no more."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                self.events.append(json.loads(line))

    def wait(self, until: Callable[[], bool]) -> None:
        """Return once something holds. Fails where the tool ends before."""
        while not until():
            assert self.process.poll() is None, self.events[-5:]
            time.sleep(0.02)

    @property
    def machines(self) -> list[dict[str, str]]:
        """Each time that the tool told of its machines: what each of them was doing, by name."""
        return [
            {one["name"]: one["state"] for one in event["machines"]}
            for event in list(self.events)
            if event.get("event") == "machines"
        ]


@contextmanager
def telling(words: list[str], folder: Path) -> Generator[Telling]:
    """Run the tool; what is not done in the end, in a while, is killed."""
    with (folder / "tool.err").open("w") as errors:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment(folder))
        running = Telling(process)
        listener = threading.Thread(target=running.listen)
        listener.start()
        with process:
            try:
                yield running
                process.wait(180)
            finally:
                process.kill()
                listener.join()

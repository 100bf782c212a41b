"""A whole simulated migration by the public commands, each in a process of its own, and what each one took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from memory import peak_of
from processes import first_line, running

from omt_simulator import SimulationSpec, content, generate

_OMT = (sys.executable, "-m", "omt_core")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command took: seconds by the clock, processor seconds, and the most memory it had resident, in bytes.

    `told` is the last that it said of each event.
    """

    seconds: float
    processor: float
    resident: int
    told: Mapping[str, Mapping[str, object]]

    @property
    def result(self) -> Mapping[str, object]:
        """What it said at its end."""
        return self.told["result"]


@dataclass(frozen=True, slots=True)
class Site:
    """A simulated installation. `archive` is the folder of its documents."""

    folder: Path
    plans: str

    @classmethod
    def at(cls, folder: Path) -> Site:
        """Return the one that was simulated in a folder."""
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        return cls(folder, str(truth["tenant_plans"]))

    @property
    def archive(self) -> Path:
        """Where its documents lie."""
        return self.folder / "machine" / "C" / "SO_ARC"


@dataclass(frozen=True, slots=True)
class Served:
    """A tenant that is being served for a site."""

    site: Site
    pid: int
    environment: Mapping[str, str]

    def migrate(self, workspace: Path, *words: str) -> Ran:
        """Run `omt migrate`."""
        answers = str(self.site.folder / "answers.toml")
        return run("migrate", "--answers", answers, "--workspace", str(workspace), *words, environment=self.environment)

    def resident(self) -> int:
        """Return the most memory that the tenant ever had resident."""
        return peak_of(Path(f"/proc/{self.pid}/status").read_text())


def build(folder: Path, *, documents: int, users: int, median_bytes: int) -> Site:
    """Simulate an installation whose files are about so large: what is measured is their number."""
    content.MEDIAN_BYTES, content.SMALLEST_BYTES = median_bytes, min(content.SMALLEST_BYTES, median_bytes)
    content.LARGEST_BYTES = 100 * median_bytes
    generate(folder, SimulationSpec(users=users, documents=documents))
    return Site.at(folder)


@contextmanager
def served(site: Site, folder: Path) -> Iterator[Served]:
    """Serve a tenant until the context ends."""
    with running([*_OMT, "tenant", "serve", str(folder), "--plans", site.plans]) as process:
        told = json.loads(first_line(process))
        address = {"OMT_ONLINE__URL": told["url"], "OMT_ONLINE__TOKEN_FILE": told["token_file"]}
        yield Served(site, process.pid, os.environ | address)


def run(*words: str, environment: Mapping[str, str] = os.environ) -> Ran:
    """Run a command of the tool to its end; exits when it fails."""
    begun = time.perf_counter()
    # S603: our own interpreter and program
    process = subprocess.Popen([*_OMT, *words, "--json"], stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603
    with process:
        if process.stdout is None:
            raise ValueError("nothing of it can be read")
        told: dict[str, Mapping[str, object]] = {}
        for line in process.stdout:
            one = json.loads(line)
            told[one["event"]] = one
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"omt {words[0]} ended with {process.returncode}: {told.get('result')}")
    return Ran(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, told)

"""Machines as network namespaces of this one: a hub, and sites that each have one line to it, which can break.

All addresses are of these namespaces (TEST-NET-1, RFC 5737): nothing of this machine's own network is touched.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

_PREFIX: Final = "omt-"


@dataclass(frozen=True, slots=True)
class Line:
    """The one way between a site and the hub, with an address at each end."""

    site: str
    hub: str
    end: str
    hub_address: str
    site_address: str

    def cut(self) -> None:
        """Let nothing through, with no word to either side, as a line does that a digger has found."""
        _ip("-n", self.site, "link", "set", self.end, "down")

    def heal(self) -> None:
        """Let everything through again."""
        _ip("-n", self.site, "link", "set", self.end, "up")

    def slow(self, rate: str, *, holds: str) -> None:
        """Let so much through in a second, each way, and drop what comes while as much as the line `holds` waits."""
        for namespace in (self.site, self.hub):
            shape = ("root", "tbf", "rate", rate, "burst", "16kb", "limit", holds)
            _run("tc", "-n", namespace, "qdisc", "replace", "dev", self.end, *shape)

    @property
    def passed(self) -> int:
        """How many bytes the site has sent so far."""
        told: list[dict[str, Any]] = json.loads(_ip("-n", self.hub, "-s", "-j", "link", "show", "dev", self.end))
        received: int = told[0]["stats64"]["rx"]["bytes"]
        return received

    @property
    def dropped(self) -> int:
        """How many packets the line has dropped on their way from the site."""
        told: list[dict[str, Any]] = json.loads(
            _run("tc", "-n", self.site, "-s", "-j", "qdisc", "show", "dev", self.end)
        )
        return sum(one.get("drops", 0) for one in told)


@dataclass(frozen=True, slots=True)
class Lab:
    """A hub with lines to sites."""

    hub: str
    lines: dict[str, Line]

    def inside(self, site: str | None = None) -> tuple[str, ...]:
        """Return the words that run a command at a site, or at the hub."""
        return ("ip", "netns", "exec", self.hub if site is None else self.lines[site].site)


@contextlib.contextmanager
def lab(*sites: str) -> Generator[Lab]:
    """Lend namespaces with lines; they are gone in the end, with all that is in them."""
    _remove_what_is_left()
    own = f"{_PREFIX}{os.getpid()}-"
    hub = f"{own}hub"
    lines = {
        name: Line(f"{own}{name}", hub, f"line{number}", f"192.0.2.{4 * number + 1}", f"192.0.2.{4 * number + 2}")
        for number, name in enumerate(sites)
    }
    try:
        for namespace in (hub, *(line.site for line in lines.values())):
            _ip("netns", "add", namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")
        for line in lines.values():
            _ip("-n", hub, "link", "add", line.end, "type", "veth", "peer", "name", line.end, "netns", line.site)
            for namespace, address in ((hub, line.hub_address), (line.site, line.site_address)):
                _ip("-n", namespace, "addr", "add", f"{address}/30", "dev", line.end)
                _ip("-n", namespace, "link", "set", line.end, "up")
        yield Lab(hub, lines)
    finally:
        _remove(own)


def require_namespaces() -> None:
    """Skip where there can be no namespaces, with the reason; fail with CI=true."""
    lacking = _lacking()
    if lacking is not None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(lacking)


def _lacking() -> str | None:
    for program in ("ip", "tc"):
        if shutil.which(program) is None:
            return f"{program} is not installed (iproute2)"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    try:
        with lab("probe") as made:
            made.lines["probe"].slow("8mbit", holds="64kb")
    except subprocess.CalledProcessError as error:
        return f"this kernel makes no lines between network namespaces: {error.stderr.strip()}"
    return None


def _remove_what_is_left() -> None:
    """Remove the namespaces of tests that were killed."""
    for name in _namespaces():
        number = name.removeprefix(_PREFIX).split("-")[0]
        if number.isdigit() and not os.path.exists(f"/proc/{number}"):  # noqa: PTH110 - no file
            _remove_whole(name)


def _remove(own: str) -> None:
    for name in _namespaces():
        if name.startswith(own):
            _remove_whole(name)


def _remove_whole(name: str) -> None:
    for number in _ip("netns", "pids", name).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(number), signal.SIGKILL)
    _ip("netns", "del", name)


def _namespaces() -> Sequence[str]:
    return [words[0] for line in _ip("netns", "list").splitlines() if (words := line.split())]


def _ip(*words: str) -> str:
    return _run("ip", *words)


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout

"""Sites behind lines that break, drop and delay, each in a network namespace: the end is that of the plain transfer."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import pytest
from namespaces import Lab, lab, require_namespaces
from omt_core.testing.crm import build_crm
from program import Telling, Tool, telling
from sites import Site, certificates, ended

ARCHIVES: Final = {"oslo": "SO_ARC", "bergen": "SO_ARC2"}
PORT: Final = 8786
TENANT_PORT: Final = 8443
QUICK: Final = {
    # A line that is silent for so long counts as broken, where Dask by itself waits for half a minute and more.
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "6s",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "5 seconds",
}
AGAIN: Final = ("sh", "-c", 'while :; do "$@"; done', "again")
"""A worker that was cut off for long ends once it hears of that: whoever started it does so again."""

ONLINE: Final = "connect_timeout = 4.0\nanswer_timeout = 6.0\nretry_longest_wait = 1.0"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_namespaces()
    return anyio.run(partial(build_crm, tmp_path_factory.mktemp("installation"), users=3, documents=60))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, installation: Path) -> Tool:
    """The plain transfer, to hold the others against."""
    tool = Tool(tmp_path_factory.mktemp("plain"), installation)
    with tool.tenant("plain"):
        code, _ = tool.migrate("plain")
    assert code == 0, tool.output[-3_000:]
    return tool


@dataclass
class Fleet:
    """The tool, its tenant and a scheduler at the hub, a worker at each site."""

    places: Lab
    tool: Tool
    site: Site
    settings: str

    @contextmanager
    def migrating(self) -> Generator[Telling]:
        """Migrate; what runs is killed where it is not done in the end."""
        with telling(self.tool.words("fleet", self.settings), self.tool.folder) as running:
            running.wait(lambda: "2 workers send." in [one.get("message") for one in running.events])
            yield running
        assert running.process.returncode == 0, (running.events[-3:], self.site.logs()[-3_000:])


@contextmanager
def fleet(folder: Path, installation: Path) -> Generator[Fleet]:
    with ExitStack() as stack:
        places = stack.enter_context(lab(*ARCHIVES))
        files = certificates(folder, "127.0.0.1", *(line.hub_address for line in places.lines.values()))
        tool = Tool(folder, installation, inside=places.inside())
        own = ("--cert", str(files["cert_file"]), "--key", str(files["key_file"]))
        online = stack.enter_context(tool.tenant("fleet", *own))
        stack.enter_context(forwarding(places, online["url"].rpartition(":")[2].strip("/")))
        site = stack.enter_context(ended(Site(folder, files, QUICK)))
        place = ("--host", "0.0.0.0", "--port", str(PORT), "--dashboard-address", "127.0.0.1:0")
        site.start("scheduler", "scheduler", "--protocol", "tls", *place, inside=places.inside())
        for home, line in places.lines.items():
            words = (f"tls://{line.hub_address}:{PORT}", "--host", line.site_address, "--preload", "omt_dask.worker")
            own = ("--name", f"{home}-1", "--no-nanny", "--nthreads", "2", "--resources", f"{home}=2")
            local = ("--local-directory", str(folder / home), "--dashboard-address", "127.0.0.1:0")
            site.start(f"{home}-1", "worker", *words, *own, *local, inside=(*places.inside(home), *AGAIN))
        while site.logs().count("Starting worker compute stream") < len(places.lines):
            assert all(process.poll() is None for process in site.processes.values()), site.logs()[-3_000:]
            time.sleep(0.05)
        yield Fleet(places, tool, site, settings_of(places, installation, site))


def settings_of(places: Lab, installation: Path, site: Site) -> str:
    """Return the settings of a fleet: each archive at its home, and from there the tenant by a line."""
    told = "\n".join(f"{name} = {json.dumps(str(path))}" for name, path in site.certificates.items())
    text = (
        f'[core.roles]\ntransfer = "dask"\n[online]\nca_file = {json.dumps(str(site.certificates["ca_file"]))}\n'
        f'[dask]\nscheduler = "tls://127.0.0.1:{PORT}"\n{told}\n'
        "[dask.upload]\nbundle_bytes = 65_536\nshortest_request = 16_384\n"
    )
    for home, line in places.lines.items():
        root = json.dumps(str(next(installation.rglob(ARCHIVES[home]))))
        text += (
            f"[dask.homes.{home}]\nroots = {{ {root} = {root} }}\n[dask.homes.{home}.online]\n{ONLINE}\n"
            f'url = "https://{line.hub_address}:{TENANT_PORT}"\n'
            f"ca_file = {json.dumps(str(site.certificates['ca_file']))}\n"
        )
    return text


@contextmanager
def forwarding(places: Lab, port: str) -> Generator[None]:
    """Hand what comes by the lines on to the tenant, which listens on loopback alone."""
    program = str(Path(__file__).with_name("forwarder.py"))
    words = [*places.inside(), sys.executable, program, str(TENANT_PORT), port]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def gone(running: Telling, name: str) -> Callable[[], bool]:
    """Return what tells whether a machine counts as gone."""
    return lambda: bool(running.machines) and running.machines[-1].get(name) == "gone"


def a_moment(running: Telling) -> Callable[[], bool]:
    """Return what tells whether the tool has told of its machines again."""
    told = len(running.machines) + 1
    return lambda: len(running.machines) > told


@pytest.mark.parametrize(("seed", "for_long"), [(1, False), (2, True)], ids=["for a moment", "for long"])
def test_lines_that_break_and_drop_change_nothing_of_the_end(
    tmp_path: Path, installation: Path, plain: Tool, seed: int, for_long: bool
) -> None:
    chance = random.Random(seed)
    with fleet(tmp_path, installation) as made:
        oslo, bergen = made.places.lines["oslo"], made.places.lines["bergen"]
        for line in (oslo, bergen):
            line.slow("1mbit", holds="24kb")
        with made.migrating() as running:
            before = {line: line.passed for line in (oslo, bergen)}
            for line, most in ((bergen, 100_000), (oslo, 300_000)):
                point = before[line] + chance.randrange(20_000, most)
                running.wait(lambda line=line, point=point: line.passed > point)
                line.cut()
                running.wait(gone(running, "oslo-1") if line is oslo and for_long else a_moment(running))
                line.heal()
        dropped = oslo.dropped
    assert dropped, "the line has dropped nothing"
    assert made.tool.manifest("fleet") == plain.manifest("plain")
    assert made.tool.said_of_any_run("fleet") == plain.said_of_any_run("plain")

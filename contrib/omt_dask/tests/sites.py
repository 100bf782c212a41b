"""Schedulers and workers as processes of their own, with certificates, and a transfer that uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.lowlevel
import trustme
from distributed import Client, Scheduler
from kept_journal import KeptJournal, items_below
from omt_core.api import Item, RateLimiter, StopSignal, UploadStage
from omt_core.api.calls import ConnectOnline, Transfer, TransferSummary
from omt_core.testing.online_side import open_migration
from omt_core.testing.property.simulation import Stop
from omt_core.testing.recording import RecordingContext, RecordingNotes
from omt_online.client import ClientSettings, connect
from omt_tenant.embedded import RunningTenant
from typing_extensions import override

from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import security_for
from omt_dask.tool.transfer import transfer_by_fleet

Act = Callable[[], None]


@dataclass
class Site:
    """A scheduler with its workers; each writes a log of all that it has to say."""

    folder: Path
    certificates: Mapping[str, Path]
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])

    @property
    def address(self) -> str:
        """The scheduler's address."""
        found: str = json.loads((self.folder / "scheduler.json").read_text(encoding="utf-8"))["address"]
        return found

    def start(self, name: str, *words: str, inside: Sequence[str] = ()) -> None:
        """Start a process of Dask's own command line, once one of the same name has ended."""
        if name in self.processes:
            self.processes.pop(name).wait()
        certificates = ("--tls-ca-file", "ca_file", "--tls-cert", "cert_file", "--tls-key", "key_file")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMT_", "DASK_"))}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [
                    *inside,
                    sys.executable,
                    "-m",
                    "dask",
                    *words,
                    *(str(self.certificates.get(word, word)) for word in certificates),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={
                    **kept,
                    "PYTHONPATH": str(Path(__file__).parent),
                    "DASK_CONFIG": str(self.folder),
                    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "debug",
                    **self.more,
                },
            )

    def start_scheduler(self) -> None:
        """Start a scheduler, and wait until it can be asked."""
        (self.folder / "scheduler.json").unlink(missing_ok=True)
        place = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.start("scheduler", "scheduler", "--protocol", "tls", *place, *self._file)

    def start_worker(self, name: str, resources: str, nanny: str = "--no-nanny") -> None:
        """Start a worker, which waits for its scheduler. One with a `--nanny` is started again where it ends."""
        here = ("--host", "127.0.0.1", "--local-directory", str(self.folder / name))
        own = ("--name", name, nanny, "--nthreads", "2", "--resources", resources)
        self.start(name, "worker", "--preload", "omt_dask.worker", *own, *here, *self._file)

    @property
    def _file(self) -> tuple[str, str]:
        """How processes of one machine find one another."""
        return ("--scheduler-file", str(self.folder / "scheduler.json"))

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process."""
        self.processes[name].send_signal(number)

    def logs(self) -> str:
        """Return all logs."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))

    def settings(self, **more: object) -> DaskSettings:
        """Return settings with this scheduler."""
        own = {"scheduler": self.address, **self.certificates, "wait_for_workers": 200}
        return DaskSettings.model_validate({**own, **more})


@contextmanager
def site(folder: Path, workers: Mapping[str, str], **more: str) -> Generator[Site]:
    """Run a scheduler and workers, each name with its resources; `more` are variables of Dask's configuration."""
    with ended(Site(folder, certificates(folder), more)) as running:
        running.start_scheduler()
        for name, resources in workers.items():
            running.start_worker(name, resources)
        yield running


def certificates(folder: Path, *names: str) -> Mapping[str, Path]:
    """Write certificates of one authority, as the settings call them, for these names and addresses."""
    authority = trustme.CA()
    own = authority.issue_cert("fleet.example.com", *names)
    files = {name: folder / f"{name}.pem" for name in ("ca_file", "cert_file", "key_file")}
    authority.cert_pem.write_to_path(files["ca_file"])
    own.cert_chain_pems[0].write_to_path(files["cert_file"])
    own.private_key_pem.write_to_path(files["key_file"])
    return files


@contextmanager
def ended(running: Site) -> Generator[Site]:
    """Lend a site whose processes all end."""
    try:
        yield running
    finally:
        for process in running.processes.values():
            process.kill()
            process.wait()


async def scheduler_is_there(running: Site) -> None:
    """Return once a scheduler has written down where it is, to the end."""
    while True:
        try:
            _ = running.address
        except (FileNotFoundError, json.JSONDecodeError):
            await anyio.sleep(0.05)
        else:
            return


class Counted(RateLimiter):
    """Admits everything, and acts once so many bytes were admitted."""

    def __init__(self, at: int | None = None, act: Act | None = None) -> None:
        self.admitted = 0
        self._at = at
        self._act = act

    @override
    async def acquire(self, size: int) -> None:
        await anyio.lowlevel.checkpoint()
        self.admitted += size
        if self._act is not None and self._at is not None and self.admitted >= self._at:
            act, self._act = self._act, None
            act()


@dataclass
class Run:
    """What one transfer came to."""

    summary: TransferSummary
    told: RecordingContext


async def transferred(
    tenant: RunningTenant,
    settings: DaskSettings,
    workspace: Path,
    folders: Sequence[Path],
    journal: KeptJournal,
    *,
    rate: RateLimiter | None = None,
    stop: StopSignal | None = None,
    spooled: bool = False,
    items: Callable[[], AsyncIterator[Sequence[Item]]] | None = None,
    run: RecordingContext | None = None,
) -> Run:
    """Move the files of all folders as one stage, or these `items`, and commit it.

    What is `spooled` is deleted once it is there.
    """

    async def told() -> AsyncIterator[Sequence[Item]]:
        found = [item for folder in folders for item in items_below("documents", folder)]
        yield sorted(found, key=lambda item: item.key)

    run = run or RecordingContext(workspace)
    online = ClientSettings(url=tenant.url, token_file=tenant.token_file)
    async with open_migration(lambda _: connect(online, ConnectOnline(run=run)), workspace) as migration:
        summary = await transfer_by_fleet(
            Transfer(
                stages=[
                    UploadStage(
                        name="documents",
                        title="Documents",
                        order=1,
                        plugin="tests",
                        items=items or told,
                        removes_sources=spooled,
                    )
                ],
                snapshot="s1",
                migration=migration,
                journal=journal,
                notes=RecordingNotes(),
                workspace=workspace,
                rate=rate or Counted(),
                stop=stop or Stop(),
                run=run,
            ),
            settings,
        )
    return Run(summary, run)


@asynccontextmanager
async def deadline(seconds: float = 240) -> AsyncGenerator[None]:
    """Fail a test that hangs, so that its processes end with it."""
    with anyio.fail_after(seconds):
        yield


async def watch_tasks(running: Site, texts: list[str], done: anyio.Event) -> None:
    """Collect what the scheduler can show of its tasks, over and over until it is done."""
    security = security_for(running.settings())
    async with Client(running.address, asynchronous=True, security=security, set_as_default=False) as client:
        while not done.is_set():
            texts.append(str(await client.run_on_scheduler(texts_of_tasks)))
            await anyio.sleep(0.05)


def bounds_of_queues(dask_scheduler: Scheduler) -> dict[str, int]:
    """Return how much each queue holds, 0 for one without a bound."""
    return {name: queue.maxsize for name, queue in dask_scheduler.extensions["queues"].queues.items()}


def texts_of_tasks(dask_scheduler: Scheduler) -> list[str]:
    """Return all that could be shown of each task."""
    return [
        text
        for task in list(dask_scheduler.tasks.values())
        for text in (repr(task), repr(task.run_spec), str(task.annotations), str(task.exception_text))
    ]

"""A scheduler and workers that begin in a moment, so that many may die: forked from a process that has loaded all."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

import dask.config
from distributed import Scheduler, Worker

from omt_dask.worker import tool_link

LOOPBACK: Final = "127.0.0.1"
FORKS: Final = get_context("forkserver")
CONFIG: Final = {
    # Not one of these tests kills the same batch as often by itself.
    "distributed.scheduler.allowed-failures": 10,
    "distributed.comm.timeouts.connect": "20s",
}


@dataclass
class ForkedSite:
    """Two workers, and those that have joined; who died is there again before the next run."""

    folder: Path
    processes: dict[str, ForkServerProcess] = field(default_factory=dict[str, ForkServerProcess])
    joined: int = 0

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return (self.folder / "address").read_text(encoding="utf-8")

    @property
    def workers(self) -> list[str]:
        """The names of all workers."""
        return sorted(name for name in self.processes if name != "scheduler")

    def begin(self) -> None:
        """Have a scheduler and two workers, whatever was before."""
        if "scheduler" not in self.processes or not self.processes["scheduler"].is_alive():
            self.end()
            (self.folder / "address").unlink(missing_ok=True)
            self._start("scheduler", _schedule)
            while not (self.folder / "address").exists():
                self.processes["scheduler"].join(0.01)
                assert self.processes["scheduler"].is_alive(), self.logs()
        for name in ("one", "two"):
            if name not in self.processes or not self.processes[name].is_alive():
                self.join(name)
        for name in set(self.workers) - {"one", "two"}:
            self.kill(name)

    def join(self, name: str | None = None) -> None:
        """Start a worker, one that was not there before if it is not said which."""
        self.joined += name is None
        self._start(name or f"late-{self.joined}", _work, self.address)

    def kill(self, name: str) -> None:
        """End a process by SIGKILL."""
        process = self.processes.pop(name)
        process.kill()
        process.join()
        process.close()

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process, if it is there."""
        process = self.processes.get(name)
        if process is not None and process.is_alive() and process.pid is not None:
            os.kill(process.pid, number)

    def end(self) -> None:
        """End all processes."""
        for name in list(self.processes):
            self.kill(name)

    def logs(self) -> str:
        """Return what all of them said."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))

    def _start(self, name: str, run: Callable[..., Coroutine[Any, Any, None]], *words: str) -> None:
        process = FORKS.Process(target=_run, args=(run, self.folder, name, *words), daemon=True)
        process.start()
        self.processes[name] = process


@contextmanager
def forked_site(folder: Path) -> Generator[ForkedSite]:
    """Lend a site; all its processes end with it."""
    FORKS.set_forkserver_preload(["distributed", "omt_dask.worker"])
    site = ForkedSite(folder)
    try:
        yield site
    finally:
        site.end()


def _run(run: Callable[..., Coroutine[Any, Any, None]], folder: Path, name: str, *words: str) -> None:
    with (folder / f"{name}.log").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.stdout = sys.stderr
    # What hears nothing of its tool ends soon: many tools die here.
    tool_link.SECONDS_OF_SILENCE = 10.0  # type: ignore[misc]
    with dask.config.set(CONFIG):
        asyncio.run(run(folder, name, *words))


async def _schedule(folder: Path, name: str) -> None:
    async with Scheduler(host=LOOPBACK, port=0, dashboard=False) as scheduler:
        (folder / "address.new").write_text(scheduler.address, encoding="utf-8")
        (folder / "address.new").rename(folder / "address")
        await scheduler.finished()


async def _work(folder: Path, name: str, address: str) -> None:
    place = folder / f"worker-{name}"
    async with Worker(address, name=name, host=LOOPBACK, nthreads=2, local_directory=str(place)) as worker:
        await worker.finished()

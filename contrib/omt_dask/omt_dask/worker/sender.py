"""Batches of the tool's on a worker, sent by the code of `omt_upload` from where the files are near."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from anyio.from_thread import BlockingPortal, start_blocking_portal
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from distributed import Client, Worker, WorkerPlugin, get_client, get_worker
from omt_core.api import Event, Notice, OmtError, OnlineMigration, RunContext, sentence
from omt_online.client.sender import sender
from omt_upload.lanes.batch_sender import Batch, BatchError, BatchResult, BatchSender
from omt_upload.settings import UploadSettings
from typing_extensions import override

from omt_dask.errors import DASK_ROOT_NOT_SEEN, DASK_SCHEDULER_LOST
from omt_dask.messages.answers import Answer, Machine, SendingFailedError
from omt_dask.messages.orders import SECONDS_BETWEEN_ORDERS
from omt_dask.worker.roots import unseen_roots
from omt_dask.worker.tool_link import Stop, ToolLink

_log: Final = logging.getLogger("omt.dask")

_KEYS: Final[dict[str, X25519PrivateKey]] = {}
"""This process' key for each run."""

_SECONDS_FOR_A_PLUGIN: Final = 30.0
_SECONDS_BETWEEN_TRIES: Final = 0.1


def plugin_name(run: str) -> str:
    """Return the name that a run's plugin has on its workers."""
    return f"omt-{run}"


def send_batch(run: str, home: str, batch: Batch) -> Answer:
    """Send a batch from this worker: the task that the tool hands out."""
    worker, until = get_worker(), time.monotonic() + _SECONDS_FOR_A_PLUGIN
    while True:
        plugin = worker.plugins.get(plugin_name(run))
        try:
            if isinstance(plugin, SendingPlugin):
                return plugin.send(home, batch, get_client())
        except _NotThereError:
            pass  # a worker that joins is given the plugin twice, and takes the first one away for the second
        if time.monotonic() > until:
            told = sentence("The worker {worker} does not hear from the tool.", worker=worker.name)
            raise SendingFailedError(BatchError.of(DASK_SCHEDULER_LOST.error(told)))
        time.sleep(_SECONDS_BETWEEN_TRIES)


def look(run: str, dask_worker: Worker) -> Machine:
    """Tell of this worker."""
    plugin = dask_worker.plugins[plugin_name(run)]
    assert isinstance(plugin, SendingPlugin)  # noqa: S101 - said to type checkers; the name is ours
    return plugin.machine


class _NotThereError(Exception):
    """The plugin is not set up yet, or is being taken away."""


class SendingPlugin(WorkerPlugin):
    """Keeps what batches of one run share on a worker: an event loop of its own, and a line for each home."""

    def __init__(self, run: str, homes: Mapping[str, Mapping[str, bool]], upload: UploadSettings) -> None:
        """Take what all workers may know: the run, what `unseen_roots` looks at, and how to send."""
        self.name = plugin_name(run)
        self._run = run
        self._homes = homes
        self._upload = upload
        self._scratch = Path()
        self._machine: Machine | None = None
        self._stack: ExitStack | None = None
        self._portal: BlockingPortal | None = None
        self._stop = Stop()
        self._tool: ToolLink | None = None
        self._senders: dict[str, BatchSender] = {}
        self._batches = _Batches()

    @property
    def machine(self) -> Machine:
        """This worker, as it was when it began."""
        if self._machine is None:
            raise RuntimeError("the plugin was not set up")
        return self._machine

    @override
    def __getstate__(self) -> dict[str, Any]:
        return {"run": self._run, "homes": self._homes, "upload": self._upload.model_dump(mode="json")}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        # Made anew: what it keeps is of one process.
        self.__init__(state["run"], state["homes"], UploadSettings.model_validate(state["upload"]))  # type: ignore[misc]

    @override
    def setup(self, worker: Worker) -> None:
        """Look at the roots, and begin an event loop for the transfer: that of Dask has its own work."""
        self._opening = threading.Lock()
        # One that joins at this moment is given the plugin twice; what was sealed for the first is for the second too.
        self._key = _KEYS.setdefault(self._run, X25519PrivateKey.generate())
        self._scratch = Path(worker.local_directory)
        name = str(worker.name)
        self._machine = Machine(
            name=name if name != worker.address else f"{socket.gethostname()} {name}",
            key=self._key.public_key().public_bytes_raw(),
            resources=dict(worker.state.total_resources),
            unseen=unseen_roots(self._homes, worker),
        )
        self._stack = ExitStack()
        self._portal = self._stack.enter_context(start_blocking_portal("asyncio"))

    @override
    async def teardown(self, worker: Worker) -> None:
        """End what was begun, as a stop does: what is on the line may end, and is cut off where that takes too long.

        Batches that are under way need the worker's event loop for that, so that it must go on.
        """
        del worker
        if self._portal is None or self._stack is None:
            return
        self._batches.close()
        self._portal.start_task_soon(self._stop.set)
        await asyncio.to_thread(self._batches.wait)
        await asyncio.to_thread(self._stack.close)

    def send(self, home: str, batch: Batch, client: Client) -> Answer:
        """Send a batch, in a thread of a worker. Raises `SendingFailedError`."""
        if self._portal is None:
            raise _NotThereError
        with self._batches.one():
            return self._send(self._portal, home, batch, client)

    def _send(self, portal: BlockingPortal, home: str, batch: Batch, client: Client) -> Answer:
        if self._stop.is_suspended:
            time.sleep(SECONDS_BETWEEN_ORDERS)  # what is given back at once is handed out again at once
        begun = time.monotonic()
        for root, why in self.machine.unseen:
            told = sentence(
                "The worker {worker} cannot see {root}: {reason}.", worker=self.machine.name, root=root, reason=why
            )
            raise SendingFailedError(BatchError.of(DASK_ROOT_NOT_SEEN.error(told)))
        try:
            with self._opening:  # the first batch opens the line, others wait for it
                if home not in self._senders:
                    self._senders[home] = self._opened(portal, home, client)
            result: BatchResult = portal.call(_sent, self._senders[home], batch, self._stop)
        except StoppedError:
            result = BatchResult.of_nothing(batch)
        except OmtError as error:
            raise SendingFailedError(BatchError.of(error)) from None
        except (OSError, TimeoutError, ValueError) as error:
            name = self.machine.name
            told = sentence(
                "The worker {worker} does not hear from the tool: {reason}.", worker=name, reason=repr(error)
            )
            raise SendingFailedError(BatchError.of(DASK_SCHEDULER_LOST.error(told))) from None
        return Answer(machine=self.machine.name, seconds=time.monotonic() - begun, result=result)

    def _opened(self, portal: BlockingPortal, home: str, client: Client) -> BatchSender:
        assert self._stack is not None  # noqa: S101 - said to type checkers; a portal is there
        if self._tool is None:
            self._tool = ToolLink(self._run, client, self.machine.name, self._key, self._stop)
            self._stack.callback(portal.start_task_soon(self._tool.watch).cancel)
        line: AbstractContextManager[BatchSender] = portal.wrap_async_context_manager(
            serving(self._tool, home, self._upload, self._scratch)
        )
        return self._stack.enter_context(line)


async def _sent(batches: BatchSender, batch: Batch, stop: Stop) -> BatchResult:
    """Send a batch; what of it is not done a while behind a stop is cut off."""
    with stop.cut() as scope:
        return await batches.send(batch, scope)


class _Batches:
    """Counts batches that are under way: an event loop that ends before one is done would leave it waiting for ever."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._closed = False

    @contextmanager
    def one(self) -> Generator[None]:
        """Count one. Raises `_NotThereError` once no more are taken."""
        with self._changed:
            if self._closed:
                raise _NotThereError
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Take no more."""
        with self._changed:
            self._closed = True

    def wait(self) -> None:
        """Return when none is under way. Blocks."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way)


class StoppedError(Exception):
    """A stop came before a line was open."""


@asynccontextmanager
async def serving(tool: ToolLink, home: str, upload: UploadSettings, scratch: Path) -> AsyncGenerator[BatchSender]:
    """Lend what sends batches of a home by this worker's line.

    Raises `OmtError`, `StoppedError` where a stop comes before it is open, and `TimeoutError` without orders.
    """
    run = _Log(scratch)
    migration: OnlineMigration | None = None
    async with AsyncExitStack() as stack:
        with tool.stop.cut() as scope, scope:
            if not tool.stop.is_set():
                online = (await tool.next_orders()).online[home]
                if not tool.stop.is_set():
                    migration = await stack.enter_async_context(sender(online, tool.next_pass, run))
        if migration is None:
            raise StoppedError
        batches = BatchSender(upload, migration=migration, rate=tool.rate, stop=tool.stop, run=run, workspace=scratch)
        stack.callback(batches.close)
        yield batches


@dataclass(frozen=True, slots=True)
class _Log(RunContext):
    """Takes events on a worker: what is a line for a person goes to its log."""

    folder: Path = field(repr=False)

    @property
    @override
    def workspace(self) -> Path | None:
        return self.folder

    @override
    def emit(self, event: Event) -> None:
        if isinstance(event, Notice):
            _log.warning("%s", event.message)

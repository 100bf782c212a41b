"""What runs on a worker: batches of the tool's, sent by the code of `omt_upload` from where the files are near."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import anyio
import anyio.to_thread
from anyio.from_thread import BlockingPortal, start_blocking_portal
from distributed import Client, Queue, Variable, Worker, WorkerPlugin, get_client, get_worker
from omt_core.api import Event, Notice, OmtError, RateLimiter, RunContext, SenderPass, StopSignal
from omt_core.api.files import openable
from omt_online.client.sender import sender
from omt_online.settings import ClientSettings
from omt_upload.lanes.batch_sender import Batch, BatchResult, BatchSender
from omt_upload.settings import UploadSettings
from typing_extensions import override

from omt_dask.orders import SECONDS_BETWEEN_ORDERS, SECONDS_OF_SILENCE, Orders, orders_name, permits_name

_log: Final = logging.getLogger("omt.dask")

_PATIENCE: Final = "5s"
"""How long one question to the scheduler waits for its answer; where a permit is not there yet, it is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeThere:
    """What the workers of a home need to know: the roots that they must see, and how they reach the tenant."""

    roots: tuple[str, ...]
    online: ClientSettings

    def packed(self) -> dict[str, Any]:
        """Return it as plain values: a path of this system is none of a worker's, and no secret's place goes along."""
        return {"roots": self.roots, "online": self.online.model_dump(mode="json", exclude={"token_file"})}

    @classmethod
    def unpacked(cls, value: Mapping[str, Any]) -> HomeThere:
        """Take it from plain values."""
        return cls(roots=tuple(value["roots"]), online=ClientSettings.model_validate(value["online"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A worker as it tells of itself; `unseen` are roots of its homes with the reason why it cannot see them."""

    name: str
    resources: Mapping[str, float]
    unseen: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a batch, which worker sent it, and how many seconds that took."""

    machine: str
    seconds: float
    result: BatchResult


class SendingFailedError(Exception):
    """A batch could not be sent. Its words are those of an `OmtError`, in a form that goes from process to process."""

    def __init__(self, kind: str, code: str, message: str, remedy: str) -> None:
        super().__init__(kind, code, message, remedy)
        self.kind, self.code, self.message, self.remedy = kind, code, message, remedy


def plugin_name(run: str) -> str:
    """Return the name that a run's plugin has on its workers."""
    return f"omt-{run}"


def send_batch(run: str, home: str, batch: Batch) -> Answer:
    """Send a batch from this worker: the task that the tool hands out."""
    return _plugin(get_worker(), run).send(home, batch, get_client())


def look(run: str, dask_worker: Worker) -> Machine:
    """Tell of this worker."""
    return _plugin(dask_worker, run).machine


def _plugin(worker: Worker, run: str) -> SendingPlugin:
    plugin = worker.plugins[plugin_name(run)]
    assert isinstance(plugin, SendingPlugin)  # noqa: S101 - said to type checkers; the name is ours
    return plugin


class SendingPlugin(WorkerPlugin):
    """Keeps what batches of one run share on a worker: an event loop of its own, and a line for each home."""

    def __init__(self, run: str, homes: Mapping[str, HomeThere], upload: UploadSettings) -> None:
        self.name = plugin_name(run)
        self._run = run
        self._homes = homes
        self._upload = upload
        self._scratch = Path()
        self._machine: Machine | None = None
        self._stack: ExitStack | None = None
        self._portal: BlockingPortal | None = None
        self._senders: dict[str, BatchSender] = {}

    @property
    def machine(self) -> Machine:
        """This worker, as it was when it began."""
        if self._machine is None:
            raise RuntimeError("the plugin was not set up")
        return self._machine

    @override
    def __getstate__(self) -> dict[str, Any]:
        homes = {name: home.packed() for name, home in self._homes.items()}
        return {"run": self._run, "homes": homes, "upload": self._upload.model_dump(mode="json")}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        homes = {name: HomeThere.unpacked(home) for name, home in state["homes"].items()}
        # Made anew: what it keeps is of one process.
        self.__init__(state["run"], homes, UploadSettings.model_validate(state["upload"]))  # type: ignore[misc]

    @override
    def setup(self, worker: Worker) -> None:
        """Look at the roots, and begin an event loop for the transfer: that of Dask has its own work."""
        self._opening = threading.Lock()
        self._scratch = Path(worker.local_directory)
        resources = dict(worker.state.total_resources)
        name = str(worker.name)
        self._machine = Machine(
            name=name if name != worker.address else f"{socket.gethostname()} {name}",
            resources=resources,
            unseen=tuple(
                (root, why)
                for home, there in self._homes.items()
                if home in resources
                for root in there.roots
                if (why := _unseen(Path(root))) is not None
            ),
        )
        self._stack = ExitStack()
        self._portal = self._stack.enter_context(start_blocking_portal("asyncio"))

    @override
    def teardown(self, worker: Worker) -> None:
        """End what was begun."""
        del worker
        if self._stack is not None:
            self._stack.close()

    def send(self, home: str, batch: Batch, client: Client) -> Answer:
        """Send a batch, in a thread of a worker. Raises `SendingFailedError`."""
        portal = self._portal
        if portal is None:
            raise RuntimeError("the plugin was not set up")
        begun = time.monotonic()
        for root, why in self.machine.unseen:
            raise SendingFailedError(
                "InstallationError",
                "dask-root-not-seen",
                f"The worker {self.machine.name} cannot see {root}: {why}.",
                "",
            )
        try:
            with self._opening:  # the first batch opens the line, others wait for it
                if home not in self._senders:
                    self._senders[home] = self._opened(portal, home, client)
            result: BatchResult = portal.call(self._senders[home].send, batch)
        except OmtError as error:
            raise SendingFailedError(type(error).__name__, error.code, str(error.message), str(error.remedy)) from None
        return Answer(machine=self.machine.name, seconds=time.monotonic() - begun, result=result)

    def _opened(self, portal: BlockingPortal, home: str, client: Client) -> BatchSender:
        assert self._stack is not None  # noqa: S101 - said to type checkers; a portal is there
        tool = _Tool(self._run, client)
        online = self._homes[home].online
        serving: AbstractContextManager[BatchSender] = portal.wrap_async_context_manager(
            _serving(tool, online, self._upload, self._scratch)
        )
        return self._stack.enter_context(serving)


@asynccontextmanager
async def _serving(
    tool: _Tool, online: ClientSettings, upload: UploadSettings, scratch: Path
) -> AsyncGenerator[BatchSender]:
    run = _Log(scratch)
    async with anyio.create_task_group() as watch:
        await tool.look()
        watch.start_soon(tool.watch)
        async with sender(online, tool.next_pass, run) as migration:
            batches = BatchSender(
                upload, migration=migration, rate=tool.rate, stop=tool.stop, run=run, workspace=scratch
            )
            try:
                yield batches
            finally:
                batches.close()
        watch.cancel_scope.cancel()


class _Tool:
    """The tool as a worker hears of it."""

    def __init__(self, run: str, client: Client) -> None:
        self.stop = _Stop()
        self._variable = Variable(orders_name(run), client=client)
        self._orders: Orders | None = None
        self._heard = time.monotonic()
        queue = Queue(permits_name(run), client=client)
        self.rate = _Permits(partial(_drawn, queue), self.stop)

    async def next_pass(self) -> SenderPass:
        """Return the pass of now."""
        orders = await self.look()
        return orders.given

    async def look(self) -> Orders:
        """Ask for the orders of now. Raises TimeoutError where there are none."""
        orders = Orders.unpacked(await anyio.to_thread.run_sync(_value_of, self._variable))
        if self._orders is None or orders.number != self._orders.number:
            self._heard = time.monotonic()
        self._orders = orders
        if orders.stop:
            self.stop.set()
        return orders

    async def watch(self) -> None:
        """Look at the orders until the tool says stop, or nothing for long."""
        while not self.stop.is_set():
            await anyio.sleep(SECONDS_BETWEEN_ORDERS)
            try:
                await self.look()
            except (OSError, TimeoutError):
                _log.info("The tool's orders are not to be had.")
            if time.monotonic() - self._heard > SECONDS_OF_SILENCE:
                _log.warning("Nothing was heard of the tool for long: nothing more is sent for it.")
                self.stop.set()


class _Permits(RateLimiter):
    """This worker's share of the line: it asks for as many bytes as it has come to, and spends them."""

    def __init__(self, draw: Callable[[], int], stop: _Stop) -> None:
        self._draw = draw
        self._stop = stop
        self._left = 0
        self._lock = anyio.Lock()

    @override
    async def acquire(self, size: int) -> None:
        async with self._lock:
            while self._left < size and not self._stop.is_set():
                try:
                    self._left += await anyio.to_thread.run_sync(self._draw)
                except TimeoutError:
                    continue  # others have come to theirs first
            self._left -= size


class _Stop(StopSignal):
    """Set once the tool says so."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Begin nothing new."""
        self._event.set()

    @override
    def is_set(self) -> bool:
        return self._event.is_set()

    @override
    async def wait(self) -> None:
        await self._event.wait()


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


def _drawn(queue: Queue) -> int:
    """Take a permit, of so many bytes. Raises TimeoutError where none is there in a while. Blocks."""
    return cast("int", queue.get(timeout=_PATIENCE))


def _value_of(variable: Variable) -> Mapping[str, Any]:
    """Return what a variable holds. Raises TimeoutError where it is not there. Blocks."""
    return cast("Mapping[str, Any]", variable.get(timeout=_PATIENCE))


def _unseen(root: Path) -> str | None:
    """Return why a root cannot be looked into, None where it can."""
    try:
        next(Path(openable(root)).iterdir(), None)
    except OSError as error:
        return error.strerror or str(error)
    return None

"""The tool's side of a fleet: what it tells its workers, what it has them send, and which machine sent what."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import anyio
from distributed import Client, Queue, Variable
from distributed.scheduler import KilledWorker
from omt_core.api import (
    MachinesProgress,
    Notice,
    SenderPass,
    SenderPasses,
    SendingMachine,
    TransferLimits,
    plural,
    sentence,
)
from omt_core.api.calls import Transfer
from omt_upload.lanes.batch_sender import Batch, BatchResult

from omt_dask.errors import (
    DASK_HOME_EMPTY,
    DASK_NO_SENDERS,
    DASK_ROOT_NOT_SEEN,
    DASK_SCHEDULER_LOST,
    DASK_WORKERS_DIED,
)
from omt_dask.messages.answers import Answer, Machine, SendingFailedError
from omt_dask.messages.draining import SECONDS_TO_DRAIN, Drain
from omt_dask.messages.orders import SECONDS_BETWEEN_ORDERS, Orders, orders_name, permits_name
from omt_dask.settings import DaskSettings
from omt_dask.tool.absences import Absences
from omt_dask.tool.homes import looked_into
from omt_dask.tool.machines import Machines
from omt_dask.tool.scheduler import SECONDS_BETWEEN_TRIES, answered, has_line, scheduler_there
from omt_dask.worker import SendingPlugin, look, plugin_name, send_batch

ANYWHERE: Final = ""
"""The home of all roots where no homes are set: workers of this machine see what the tool sees."""

_SECONDS_BETWEEN_LOOKS: Final = 0.5

_SECONDS_BETWEEN_LATER_LOOKS: Final = 2.0

_SECONDS_FOR_A_LOOK: Final = 300.0
"""A scheduler that hangs keeps its connections, and says nothing by them."""

_SECONDS_TO_FORGET: Final = 5.0

_PIECE: Final = 64 << 10
_FIRST_PERMIT: Final = 256 << 10
_LARGEST_PERMIT: Final = 64 << 20
_QUICK, _SLOW = 0.2, 1.0
"""Seconds that the limit took over a permit, below which the next is larger, and above which it is smaller."""

_PERMITS_AHEAD: Final = 1
"""A permit that lies about is a share of the line that nobody has: few, and the limit holds to the byte."""

_SECONDS_FOR_ANSWERS: Final = 2 * SECONDS_BETWEEN_ORDERS + SECONDS_TO_DRAIN + 10.0
"""So long workers are waited for that were told to stop: they hear of it, cut off what goes on too long, and answer."""


class Fleet:
    """The workers of one run, and for each home how many batches are sent there at once."""

    def __init__(self, call: Transfer, settings: DaskSettings) -> None:
        """Know of none before `begin`."""
        self.ready = anyio.Event()
        self.capacity: Mapping[str, int] = {}
        self._followers: list[Callable[[], None]] = []
        self._machines = Machines()
        self._workers: dict[str, Machine] = {}
        self._in_hand: Counter[str] = Counter()
        self._drains: defaultdict[str, Drain] = defaultdict(Drain)
        self._absences = Absences(self._say, minutes=settings.upload.away_minutes)
        self._known_client: Client | None = None
        self._permits: Queue | None = None
        self._call = call
        self._settings = settings
        self._run = secrets.token_hex(6)
        self._prefix = f"omt-{self._run}-"
        self._batches = 0
        self._orders = 0
        self._given: SenderPass | None = None
        self._readers: dict[str, bytes] = {}
        self._renew_at = 0.0

    @property
    def _client(self) -> Client:
        if self._known_client is None:
            raise RuntimeError("the fleet has not begun")
        return self._known_client

    async def begin(self, client: Client) -> None:
        """Give the first orders by a client's scheduler, and look at every worker; then it is `ready`.

        Raises `InputError` where there are no workers for a home or no passes for senders, and `InstallationError`
        where one cannot see a root.
        """
        self._known_client = client
        homes = await looked_into(self._settings.homes) or {ANYWHERE: {}}
        with scheduler_there():
            # Before there is a batch: who asks for a queue first makes it, and a worker would make one without a bound.
            self._permits = await Queue(permits_name(self._run), client=self._client, maxsize=_PERMITS_AHEAD)
            await self._client.register_plugin(SendingPlugin(self._run, homes, self._settings.upload))
            until = anyio.current_time() + self._settings.wait_for_workers
            lacking = homes.keys() - await self._looked()
            while lacking and anyio.current_time() < until and not self._call.stop.is_set():
                await anyio.sleep(_SECONDS_BETWEEN_LOOKS)
                lacking = homes.keys() - await self._looked()
            await self._order()
        for machine in self._workers.values():
            for root, why in machine.unseen:
                seen = sentence(
                    "The worker {worker} cannot see {root}: {reason}.", worker=machine.name, root=root, reason=why
                )
                raise DASK_ROOT_NOT_SEEN.error(seen)
        for home in () if self._call.stop.is_set() else sorted(lacking):
            raise DASK_HOME_EMPTY.error(
                sentence("No worker has the resource {home}, and dask.homes names it.", home=home)
                if home
                else sentence("The scheduler has no workers.")
            )
        self._say(plural(len(self._machines), "One worker sends.", "{number:,} workers send."))
        if self._dashboard:
            self._say(sentence("Dask shows its work at {link}.", link=self._dashboard))
        self.ready.set()

    async def keep(self) -> None:
        """Give orders and permits until this is cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_ordering)
            tasks.start_soon(self._keep_permitting)
            tasks.start_soon(self._keep_looking)

    async def sent(self, home: str, batch: Batch) -> BatchResult:
        """Have a worker of a home send a batch. Raises `OmtError` where none could begin, `InstallationError` else.

        A worker that says nothing for long behind a stop is not waited for: what it had sent is asked for in the next
        run.
        """
        self._in_hand[home] += 1
        try:
            with self._drains[home].lent() as scope, scope:
                return await self._answered(home, batch)
        finally:
            self._in_hand[home] -= 1
        return BatchResult.of_nothing(batch)

    async def _answered(self, home: str, batch: Batch) -> BatchResult:
        self._batches += 1
        with scheduler_there():
            future = self._client.submit(
                send_batch,
                self._run,
                home,
                batch,
                key=f"{self._prefix}{batch.stage}-{self._batches}",
                resources={home: 1} if home else None,
                retries=self._settings.retries,
                pure=False,
            )
            try:
                answer: Answer = await future
            except SendingFailedError as error:
                raise error.error.as_raised() from None
            except KilledWorker as error:
                raise DASK_WORKERS_DIED.error() from error
            finally:
                future.release()
        self._machines.take(answer)
        return answer.result

    async def end(self) -> None:
        """Have workers forget the run. Those that are still at a batch do so once they have drained."""
        try:
            with anyio.move_on_after(_SECONDS_TO_FORGET, shield=True):
                await self._client.unregister_worker_plugin(plugin_name(self._run))
        except (OSError, asyncio.CancelledError):
            return  # the scheduler is gone, and with it the run
        except ValueError:
            pass  # it ended before they knew of it
        Variable(orders_name(self._run), client=self._client).delete()

    @property
    def rows(self) -> tuple[SendingMachine, ...]:
        """What each machine is doing now, and has sent."""
        return self._machines.rows()

    def lacks(self, home: str) -> bool:
        """Tell whether batches of a home wait for a worker, which there has not been for a while."""
        return home in self._absences.told

    def follow(self, changed: Callable[[], None]) -> None:
        """Have it told whenever workers came or went, or a home lacks them."""
        self._followers.append(changed)

    def tell(self) -> None:
        """Tell whoever watches what each machine is doing."""
        self._call.run.emit(MachinesProgress(machines=self.rows, dashboard=self._dashboard))

    @property
    def _dashboard(self) -> str:
        """Where Dask shows its work; empty where it does not say, as a scheduler does not that is lost."""
        try:
            return self._client.dashboard_link or ""
        except KeyError:
            return ""

    def _say(self, message: str) -> None:
        self._call.run.emit(Notice(message=message))

    async def _looked(self) -> Mapping[str, int]:
        """Look at all workers; returns and keeps how many batches each home sends at once."""
        if self._client.scheduler is None:
            raise DASK_SCHEDULER_LOST.error()
        try:
            with anyio.fail_after(_SECONDS_FOR_A_LOOK):
                identity = cast("Mapping[str, Any]", await self._client.scheduler.identity())
                batches: Mapping[str, Sequence[str]] = await self._client.processing()
        except TimeoutError as error:
            raise DASK_SCHEDULER_LOST.error() from error
        workers: Mapping[str, Mapping[str, Any]] = identity["workers"]
        for address in self._workers.keys() - workers.keys():
            del self._workers[address]
        joined = [address for address in workers if address not in self._workers]
        if joined:
            # One that dies at this moment, or hangs, says nothing; what it had to do is Dask's business.
            told: Mapping[str, Machine] = {}
            with anyio.move_on_after(self._settings.wait_for_workers):
                told = await self._client.run(look, self._run, workers=joined, on_error="ignore")
            for address, machine in told.items():
                self._workers[address] = machine
                self._readers[machine.name] = machine.key
                self._machines.join(machine.name, address)
        own = {address for address, keys in batches.items() if any(key.startswith(self._prefix) for key in keys)}
        self._machines.look({address: worker["last_seen"] for address, worker in workers.items()}, own)
        capacity = self._capacity()
        changed = self._absences.look(self._waiting, capacity)
        if changed or capacity != self.capacity:
            self.capacity = capacity
            for follower in self._followers:
                follower()
        return capacity

    @property
    def _waiting(self) -> Collection[str]:
        """The homes that have batches which are not answered."""
        return [home for home, count in self._in_hand.items() if count]

    def _capacity(self) -> Mapping[str, int]:
        if not self._settings.homes:
            return {ANYWHERE: len(self._workers) * self._settings.worker_batches} if self._workers else {}
        at = [(home, machine.resources[home]) for machine in self._workers.values() for home in machine.resources]
        capacity = {home: sum(int(size) for one, size in at if one == home) for home in self._settings.homes}
        return {home: size for home, size in capacity.items() if size}

    async def _order(self) -> None:
        if self._given is None or anyio.current_time() >= self._renew_at:
            migration = self._call.migration
            self._given = await migration.hand_out() if isinstance(migration, SenderPasses) else None
            if self._given is None:
                raise DASK_NO_SENDERS.error()
            # Half of its time is the tool's, to renew it in; what workers are told is the other half.
            self._renew_at = anyio.current_time() + self._given.seconds / 2
        self._orders += 1
        orders = Orders(
            number=self._orders,
            stop=self._call.stop.is_set(),
            given=replace(self._given, seconds=self._given.seconds / 2, limits=self._share(self._given.limits)),
            online={
                name: self._settings.online if home.online is None else home.online
                for name, home in self._settings.homes.items()
            }
            or {ANYWHERE: self._settings.online},
        )
        await Variable(orders_name(self._run), client=self._client).set(orders.packed(self._readers))

    def _share(self, limits: TransferLimits) -> TransferLimits:
        """Return what one sender may have under way: the tenant counts all of them, and what it turns away was sent."""
        homes = self._settings.homes.keys()
        senders = sum(len(homes & machine.resources.keys()) if homes else 1 for machine in self._workers.values())
        return replace(limits, parallel_uploads=max(1, limits.parallel_uploads // max(1, senders)))

    async def _keep_ordering(self) -> None:
        stopped = False
        while True:
            with anyio.move_on_after(SECONDS_BETWEEN_ORDERS):
                if stopped:
                    await anyio.sleep(SECONDS_BETWEEN_ORDERS)
                else:
                    await self._call.stop.wait()
                    stopped = True
            if stopped:
                self._begin_draining()
            await answered(self._client, self._order)

    def _begin_draining(self) -> None:
        for home in self._waiting:
            self._drains[home].begin(_SECONDS_FOR_ANSWERS if home in self.capacity else 0)

    async def _keep_looking(self) -> None:
        """Look for workers that come and go: those that join wait until they are told what only they can read."""
        while True:
            self.tell()
            await anyio.sleep(_SECONDS_BETWEEN_LATER_LOOKS)
            await answered(self._client, self._looked)

    async def _keep_permitting(self) -> None:
        """Draw from the one limit for all workers, and hand it out in shares that are about a second of it."""
        assert self._permits is not None  # noqa: S101 - said to type checkers; `begin` was before
        size = _FIRST_PERMIT
        while True:
            begun = anyio.current_time()
            for begin in range(0, size, _PIECE):
                await self._call.rate.acquire(min(_PIECE, size - begin))
            took = anyio.current_time() - begun
            with scheduler_there():
                try:
                    await self._permits.put(size)
                except OSError:
                    # It may have arrived: one that is lost is nobody's share, and one that came twice broke the limit.
                    if not has_line(self._client):
                        raise
                    await anyio.sleep(SECONDS_BETWEEN_TRIES)
            if took < _QUICK:
                size = min(2 * size, _LARGEST_PERMIT)
            elif took > _SLOW:
                size = max(size // 2, _PIECE)

"""How a worker hears of the tool: its orders, its stop, and this worker's share of the line."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final, cast

import anyio
import anyio.to_thread
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from distributed import Client, Queue, Variable
from omt_core.api import RateLimiter, SenderPass, StopSignal
from typing_extensions import override

from omt_dask.messages.draining import SECONDS_TO_DRAIN, Drain
from omt_dask.messages.orders import SECONDS_BETWEEN_ORDERS, SECONDS_OF_SILENCE, Orders, orders_name, permits_name

_log: Final = logging.getLogger("omt.dask")

_PATIENCE: Final = "5s"
"""How long one question to the scheduler waits for its answer; where a permit is not there yet, it is asked again."""


class Stop(StopSignal):
    """Set once the tool says so, or is not heard for long. What is under way then is cut off in a while."""

    def __init__(self) -> None:
        self._event = anyio.Event()
        self._drain = Drain()
        self._is_final = False

    def set(self) -> None:
        """Begin nothing new, ever."""
        self._is_final = True
        self._begin()

    def suspend(self) -> None:
        """Begin nothing new until it is resumed."""
        if not self.is_set():
            self._begin()

    def resume(self) -> None:
        """Go on, unless it was said to stop."""
        if self.is_suspended:
            self._event = anyio.Event()
            self._drain.undo()

    @property
    def is_final(self) -> bool:
        """Whether nothing new will ever be begun."""
        return self._is_final

    @property
    def is_suspended(self) -> bool:
        """Whether it may be resumed."""
        return self.is_set() and not self._is_final

    def cut(self) -> AbstractContextManager[anyio.CancelScope]:
        """Lend a scope for what is to be cut off `SECONDS_TO_DRAIN` behind the stop."""
        return self._drain.lent()

    @override
    def is_set(self) -> bool:
        return self._event.is_set()

    @override
    async def wait(self) -> None:
        await self._event.wait()

    def _begin(self) -> None:
        self._event.set()
        self._drain.begin(SECONDS_TO_DRAIN)


class ToolLink:
    """The tool as a worker hears of it."""

    def __init__(self, run: str, client: Client, name: str, key: X25519PrivateKey, stop: Stop) -> None:
        """Ask the scheduler for the queue of permits. Blocks. Raises `OSError`."""
        self.stop = stop
        self._variable = Variable(orders_name(run), client=client)
        self._name = name
        self._key = key
        self._number = 0
        self._heard = time.monotonic()
        queue = Queue(permits_name(run), client=client)
        self.rate = Permits(partial(_drawn, queue), stop)

    async def next_pass(self) -> SenderPass:
        """Return the pass of now."""
        return (await self.next_orders()).given

    async def next_orders(self) -> Orders:
        """Return the orders of now; waits until the tool knows of this worker. Raises TimeoutError."""
        with anyio.fail_after(SECONDS_OF_SILENCE):
            while True:
                try:
                    orders = await self._look()
                except (OSError, ValueError):
                    # A line that breaks for a moment; or what is sealed for one of this name that has died: the tool
                    # hears of this one soon.
                    orders = None
                if orders is not None:
                    return orders
                await anyio.sleep(SECONDS_BETWEEN_ORDERS)

    async def _look(self) -> Orders | None:
        value = await anyio.to_thread.run_sync(_value_of, self._variable)
        if value["number"] != self._number:
            self._number, self._heard = value["number"], time.monotonic()
        if value["stop"]:
            self.stop.set()
        return Orders.unpacked(value, self._name, self._key)

    async def watch(self) -> None:
        """Look at the orders until the tool says stop; while nothing is heard of it, nothing is sent for it.

        A machine that slept may have been away for longer than that, the tool's or this one.
        """
        while not self.stop.is_final:
            await anyio.sleep(SECONDS_BETWEEN_ORDERS)
            try:
                await self._look()
            except Exception:  # noqa: BLE001 - whatever it is, it is told by what follows from it: silence
                _log.info("The tool's orders are not to be had.", exc_info=True)
            if time.monotonic() - self._heard <= SECONDS_OF_SILENCE:
                self.stop.resume()
            elif not self.stop.is_set():
                _log.warning("Nothing was heard of the tool for long: nothing more is sent for it until it is.")
                self.stop.suspend()


class Permits(RateLimiter):
    """This worker's share of the line: it asks for as many bytes as it has come to, and spends them."""

    def __init__(self, draw: Callable[[], int], stop: Stop) -> None:
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
                except OSError:
                    # The line to the scheduler has broken; where that is for long, nothing is heard of the tool either.
                    await anyio.sleep(SECONDS_BETWEEN_ORDERS)
            self._left -= size


def _drawn(queue: Queue) -> int:
    """Take a permit, of so many bytes. Raises TimeoutError where none is there in a while. Blocks."""
    return cast("int", queue.get(timeout=_PATIENCE))


def _value_of(variable: Variable) -> Mapping[str, Any]:
    """Return what a variable holds. Raises TimeoutError where it is not there. Blocks."""
    return cast("Mapping[str, Any]", variable.get(timeout=_PATIENCE))

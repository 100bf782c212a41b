"""A run in which every step is counted, so that anything may happen at any of them, and the same again.

A step is what the tool does beside its own memory: a piece of work that would go to a thread (a transaction of the
journal, a read, a part of a manifest), or a call of the online side. Threads are used only when asked for: work is
done in place, and what would run beside it is let run first, or afterwards, as a seed says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final, Literal, NoReturn, TypeAlias, TypeVar
from unittest.mock import patch

import anyio
from anyio.lowlevel import checkpoint
from typing_extensions import override

from omt_core.api.context import RateLimiter, StopSignal
from omt_core.api.errors import OnlineUnavailableError, UploadMismatchError
from omt_core.testing.property.archive import Edit

T = TypeVar("T")

_UNREACHABLE: Final = "online-unreachable"
_MISMATCH: Final = "content-mismatch"
"""Codes of the bundled client."""

Trouble = Literal[
    "die before it", "die after it", "stop", "cancel", "fail", "lose the answer", "cut the line", "refuse", "expire"
]
LINE: tuple[Trouble, ...] = ("fail", "lose the answer", "cut the line")
ONLINE: tuple[Trouble, ...] = (*LINE, "refuse")
TROUBLES: tuple[Trouble, ...] = ("die before it", "die after it", "stop", "cancel", "expire", *ONLINE)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something that happens on another machine; with what is `harmless` a run ends as if it had not happened."""

    what: str
    harmless: bool = True


Happening: TypeAlias = Trouble | Edit | Elsewhere


@dataclass(frozen=True, slots=True)
class Event:
    """What happens at a step, counted from the one before: trouble, an edit of the archive, or something elsewhere.

    Trouble of the line waits for the next call of the online side.
    """

    steps: int
    what: Happening


_running: ContextVar[Simulation | None] = ContextVar("_running", default=None)


async def _work(run_sync: Callable[..., Awaitable[T]], work: Callable[..., T], *args: object, **how: object) -> T:
    simulation = _running.get()
    return await (run_sync if simulation is None else simulation.work)(work, *args, **how)


async def _in_place(work: Callable[..., T], *args: object, **_: object) -> T:
    return work(*args)


class Stop(StopSignal):
    """What Ctrl-C sets."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Ask for a stop."""
        self._event.set()

    @override
    def is_set(self) -> bool:
        return self._event.is_set()

    @override
    async def wait(self) -> None:
        await self._event.wait()


class Unlimited(RateLimiter):
    """Admits everything at once."""

    @override
    async def acquire(self, size: int) -> None:
        return


class DiedError(BaseException):
    """The process is gone; nothing that it does any more has an effect."""


class Simulation:
    """One run. `happened` is what came to pass; with `threads` the system decides what is done first."""

    def __init__(
        self,
        events: Sequence[Event],
        seed: int,
        *,
        edit: Callable[[Edit], None],
        expire: Callable[[], None],
        elsewhere: Callable[[Elsewhere], None],
        threads: bool = False,
    ) -> None:
        self.happened: list[Happening] = []
        self.steps = 0
        self.stop = Stop()
        self.scope = anyio.CancelScope()
        self._events = list(events)
        self._random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._edit = edit
        self._expire = expire
        self._elsewhere = elsewhere
        self._run_sync: Callable[..., Awaitable[Any]] = anyio.to_thread.run_sync if threads else _in_place
        self._dead = False
        self._cut = False

    @property
    def troubled(self) -> bool:
        """Whether this run need not end well."""
        return any(
            not what.harmless if isinstance(what, Elsewhere) else not isinstance(what, Edit) for what in self.happened
        )

    @property
    def dead(self) -> bool:
        """Whether the process died."""
        return self._dead

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the steps of what is done here, and of all tasks that begin here."""
        here = _running.set(self)
        try:
            with patch("anyio.to_thread.run_sync", partial(_work, anyio.to_thread.run_sync)):
                yield
        finally:
            _running.reset(here)

    async def work(self, work: Callable[..., T], *args: object, **how: object) -> T:
        """Do what would go to a thread."""
        await self._others_first()
        trouble = self._step(possible=())
        result: T = await self._run_sync(work, *args, **how)
        if trouble == "die after it":
            self._die()
        with anyio.CancelScope(shield=True):  # a thread is not left alone
            await self._others_first()
        return result

    async def online(self, call: Callable[..., Awaitable[T]], *args: object, body: bool = False) -> T:
        """Call the online side, perhaps with a body, which alone can be refused."""
        await self._others_first()
        trouble = self._step(possible=ONLINE if body else LINE)
        if self._cut or trouble == "fail":
            raise OnlineUnavailableError(_UNREACHABLE, "the line is cut", "try again")
        if trouble == "refuse":
            raise UploadMismatchError(_MISMATCH, "what came is not what was announced", "try again")
        result = await call(*args)
        if trouble == "die after it":
            self._die()
        if trouble == "lose the answer":
            raise OnlineUnavailableError(_UNREACHABLE, "the answer is lost", "try again")
        await self._others_first()
        if self._dead:
            self._die()
        return result

    async def _others_first(self) -> None:
        for _ in range(self._random.randrange(4)):
            await checkpoint()

    def _step(self, *, possible: Collection[Trouble]) -> Trouble | None:
        """Count a step; returns the trouble that it has, which is one of the line only where that is possible."""
        if self._dead:
            self._die()
        self.steps += 1
        if not self._events or self.steps < self._events[0].steps:
            return None
        what = self._events[0].what
        if what in ONLINE and what not in possible:
            return None
        del self._events[0]
        self.steps = 0
        self.happened.append(what)
        if isinstance(what, Edit):
            self._edit(what)
            return None
        if isinstance(what, Elsewhere):
            self._elsewhere(what)
            return None
        self._begin(what)
        return what

    def _begin(self, what: Trouble) -> None:
        match what:
            case "die before it":
                self._die()
            case "stop":
                self.stop.set()
            case "cancel":
                self.scope.cancel()
            case "cut the line":
                self._cut = True
            case "expire":
                self._expire()
            case _:
                pass

    def _die(self) -> NoReturn:
        self._dead = True
        raise DiedError

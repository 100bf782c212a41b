"""The workers of a scheduler as those who read folders at their homes."""

from __future__ import annotations

import logging
import math
import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio
import anyio.from_thread
import anyio.lowlevel
from distributed import Client
from omt_core.api import (
    FolderListings,
    FolderLook,
    KnownContent,
    NearReader,
    Notice,
    OmtError,
    RunContext,
    joined,
    sentence,
)
from typing_extensions import override

from omt_dask.errors import DASK_SCHEDULER_LOST
from omt_dask.messages.walks import FolderColumns, LookOrder, ReadOrder, WalkOrder
from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import connected
from omt_dask.tool.homes import Roots, filled_roots
from omt_dask.tool.readiness import looked
from omt_dask.tool.walks import Walks, is_a_name
from omt_dask.worker.walk import equal_there, looks_there, walk_below

OrderT = TypeVar("OrderT")
A = TypeVar("A")

_log: Final = logging.getLogger("omt.dask")

_ENTRIES_AT_ONCE: Final = 20_000
_SECONDS_TO_CONNECT: Final = 30.0
_SLOWEST: Final = 10 << 20
"""Bytes a second that a home reads at least, or else this machine does."""

_BEFORE_BATCHES: Final = 10
"""The priority of reading: what is sent next waits for it."""


async def open_near_readers(settings: DaskSettings, run: RunContext) -> Sequence[NearReader]:
    """Reach the workers of all homes, or say why not all of them read: then this machine does."""
    try:
        async with AsyncExitStack() as stack:
            with anyio.fail_after(_SECONDS_TO_CONNECT):
                client = await stack.enter_async_context(connected(settings, Path()))
                homes = await _reading(client, settings, run)
            if homes:
                return (HomeReader(client, homes, stack.pop_all(), run, patience=settings.wait_for_workers),)
    except Exception as error:  # noqa: BLE001 - whatever it is, this machine reads all itself
        _log.info("The workers of homes were not reached.", exc_info=True)
        lost = error if isinstance(error, OmtError) else DASK_SCHEDULER_LOST.error()
        _say(run, lost.message)
    return ()


async def _reading(client: Client, settings: DaskSettings, run: RunContext) -> Mapping[str, Roots]:
    """Return the homes whose workers can see all of their roots; why others cannot is said by name."""
    roots = {name: Roots(home.roots) for name, home in settings.homes.items()}
    answers = await looked(client, await filled_roots(settings.homes))
    there = {home for answer in answers for home in answer.homes}
    for home in sorted(roots.keys() - there):
        _say(run, sentence("No worker has the resource {home}, and dask.homes names it.", home=home))
    blind: set[str] = set()
    for answer in answers:
        for root, why in answer.unseen:
            _say(
                run,
                sentence("The worker {worker} cannot see {root}: {reason}.", worker=answer.name, root=root, reason=why),
            )
            blind.update(answer.homes)
    return {home: roots[home] for home in sorted(there - blind)}


def _say(run: RunContext, why: str) -> None:
    itself = sentence("What lies there is read from this machine instead.")
    run.emit(Notice(message=joined([why, itself], " ")))


class HomeReader(NearReader):
    """Has folders listed and looked at and files read by workers of the homes whose roots they lie below."""

    def __init__(
        self, client: Client, homes: Mapping[str, Roots], stack: AsyncExitStack, run: RunContext, *, patience: float
    ) -> None:
        """Use a client, to be closed with what else is on the stack; wait up to `patience` seconds for a folder."""
        self._patience = patience
        self._client = client
        self._homes = dict(homes)
        self._stack = stack
        self._run = run
        self._prefix = f"omt-{secrets.token_hex(6)}-read-"
        self._tasks = 0
        self._loop = anyio.lowlevel.current_token()
        self._listings: list[Walks] = []

    @override
    def listings(self, *, exact: bool) -> FolderListings:
        async def walk(home: str, folder: str) -> Sequence[FolderColumns]:
            return await self._walked(home, WalkOrder(folder=folder, entries=_ENTRIES_AT_ONCE, exact=exact))

        walks = Walks(self._place, walk, patience=self._patience)
        self._listings.append(walks)
        return walks

    @override
    def looks(self, folders: Mapping[str, Collection[str]]) -> Mapping[str, FolderLook]:
        at: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for folder in folders:
            placed = self._place(folder)
            if placed is not None:
                home, there = placed
                at[home][folder] = there
        return anyio.from_thread.run(self._looks, folders, at, token=self._loop) if at else {}

    @override
    def equal(self, root: str, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None] | None:
        asked = partial(self._equal, root, files, any_case=any_case)
        return anyio.from_thread.run(asked, token=self._loop)

    @override
    async def aclose(self) -> None:
        for walks in self._listings:
            await walks.aclose()
        await self._stack.aclose()

    def _place(self, folder: str) -> tuple[str, str] | None:
        for home, roots in self._homes.items():
            there = roots.located(os.path.join(folder, ""))  # noqa: PTH118 - with a separator behind, as roots have it
            if there is not None:
                return home, there
        return None

    async def _walked(self, home: str, order: WalkOrder) -> Sequence[FolderColumns]:
        """Return what a worker of the home found; nothing where none could, and then it is not asked again."""
        return await self._asked(home, walk_below, order) or ()

    async def _looks(
        self, folders: Mapping[str, Collection[str]], at: Mapping[str, Mapping[str, str]]
    ) -> Mapping[str, FolderLook]:
        told: dict[str, FolderLook] = {}

        async def ask(home: str, own: Mapping[str, str]) -> None:
            order = LookOrder(tuple((there, tuple(folders[here])) for here, there in own.items()))
            seen = await self._asked(home, looks_there, order, within=self._patience) or ()
            told.update((here, look) for here, look in zip(own, seen, strict=False) if look and _is_tellable(look))

        async with anyio.create_task_group() as asking:
            for home, own in at.items():
                asking.start_soon(ask, home, own)
        return told

    async def _equal(self, root: str, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None] | None:
        placed = self._place(root)
        if placed is None:
            return None
        home, there = placed
        order = ReadOrder(root=there, files=tuple(files), any_case=any_case)
        seconds = self._patience + sum(file.size for file in files) / _SLOWEST
        return await self._asked(home, equal_there, order, within=seconds)

    async def _asked(
        self, home: str, task: Callable[[OrderT], A], order: OrderT, *, within: float = math.inf
    ) -> A | None:
        """Return what a worker of the home answers within so many seconds; None else, and it is not asked again."""
        if home not in self._homes:
            return None
        self._tasks += 1
        try:
            future = self._client.submit(
                task,
                order,
                key=f"{self._prefix}{task.__name__}-{self._tasks}",
                resources={home: 1},
                priority=_BEFORE_BATCHES,
                pure=False,
            )
            try:
                with anyio.fail_after(within):
                    told: A = await future
            finally:
                future.release()
        except Exception as error:  # noqa: BLE001 - whatever it is, this machine looks itself, and comes to the same
            _log.info("What was asked of a home failed.", exc_info=True)
            if self._homes.pop(home, None) is not None:
                why = sentence(
                    "The workers of {home} do not read there any more: {reason}.",
                    home=home,
                    reason=type(error).__name__,
                )
                _say(self._run, why)
            return None
        return told


def _is_tellable(look: FolderLook) -> bool:
    """Tell whether no name of there would lead elsewhere here."""
    return all(map(is_a_name, look.folders))

"""Has parts of tables imported while the rest is still on its way, so that completion finds little left to do."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import anyio
import anyio.abc
import anyio.to_thread

from omt_tenant.importing import AheadImport, PartToImport
from omt_tenant.tenant import Store

_log = logging.getLogger("omt.tenant")

KEPT_OPEN: Final = 1.0
"""Seconds without news for which the database stays open: to close and to open it costs a tenth of a part's import, and
while it is open DuckDB keeps its memory."""

Parts = Sequence[tuple[str, PartToImport]]
"""Parts with the names of their tables."""


class Preparation:
    """The one import ahead of a server. What is told of is a hint: what comes of it is held against what is committed.

    It ends for good where it fails, until the next completion is over: that one finds out, and says, what is wrong.
    """

    def __init__(self, store: Store, tasks: anyio.abc.TaskGroup) -> None:
        self._store = store
        self._tasks = tasks
        self._ahead = self._new()
        self._waiting: list[tuple[str, PartToImport]] = []
        self._idle = anyio.Event()
        self._idle.set()
        self._news = anyio.Event()
        self._resting = False

    def tell(self, parts: Parts) -> None:
        """Take note of parts that are stored; nothing is waited for."""
        if self._resting:
            return
        self._waiting += parts
        self._news.set()
        if self._idle.is_set():
            self._idle = anyio.Event()
            self._tasks.start_soon(self._work)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Let the part at hand be finished, and touch nothing while somebody else works on what was prepared."""
        await self.aclose()
        try:
            yield
        finally:
            self._ahead = self._new()
            self._resting = False

    async def aclose(self) -> None:
        """Stop, between two parts, and close the database."""
        self._resting = True
        self._waiting.clear()
        self._news.set()
        await self._idle.wait()

    async def _work(self) -> None:
        try:
            while self._waiting and not self._resting:
                await self._import()
        except Exception:  # noqa: BLE001 - whatever it is, the import meets it again and tells the client
            _log.info("Nothing more is imported ahead of its completion.", exc_info=True)
            self._resting = True
            await anyio.to_thread.run_sync(self._ahead.forget)
        finally:
            self._idle.set()

    async def _import(self) -> None:
        """Take what is waiting, and what comes within a moment of it; behind that the database is closed."""
        try:
            while self._waiting and not self._resting:
                parts, self._waiting = self._waiting, []
                self._news = anyio.Event()
                await anyio.to_thread.run_sync(self._ahead.take, parts, self._is_resting)
                with anyio.move_on_after(KEPT_OPEN):
                    await self._news.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._ahead.close)

    def _new(self) -> AheadImport:
        return AheadImport(self._store.layout.databases, self._store.contents, self._store.settings.importing)

    def _is_resting(self) -> bool:
        return self._resting

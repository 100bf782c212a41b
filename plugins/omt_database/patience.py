"""Waiting for the database: what it waits for is told, one that is not there any more is given up, and waited for."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import anyio

from omt_core.api import InstallationError, joined, listing, sentence
from omt_database.drivers.driver import Driver, Look
from omt_database.drivers.failures import comes_back
from omt_database.errors import DATABASE_SILENT, DATABASE_UNREACHABLE
from omt_database.thread import Pending, ThreadLostError, WorkThread

T = TypeVar("T")

_log = logging.getLogger("omt.database")

LOOKS: Final = 2
"""So many looks in a row have to find nobody at work before a connection is given up."""

SECONDS_BETWEEN_TRIES: Final = 2.0

NAMED: Final = 3
"""So many tables of a statement are named."""

_NAMES: Final = re.compile(r'\b(?:FROM|JOIN|INTO|UPDATE)\s+"?(\w+)', re.IGNORECASE)


def tables_of(sql: str) -> str:
    """Name the tables of a statement, for a person who is told that it waits."""
    names = list(dict.fromkeys(_NAMES.findall(sql)))
    return listing(names, NAMED)


@dataclass
class Patience:
    """Waits for work on a connection's thread; `tell` takes a line for a person.

    After `notice_after` seconds the server is asked what it is at, through a connection of its own, and again after
    each half of that. Where it is not at work for any of `sessions`, or cannot be reached, twice in a row, the thread
    is given up: it hangs on a line that is dead.
    """

    driver: Driver
    tell: Callable[[str], None]
    notice_after: float
    sessions: Callable[[], Sequence[int]]

    async def result(self, pending: Pending[T], doing: str, thread: WorkThread) -> T:
        """Return what the work returned; `doing` names the tables that it is about.

        Whatever ends the wait before the work is over stops the work too.
        """
        try:
            if not await pending.over(self.notice_after):
                await self._watch(pending, doing, thread)
            return await pending.result()
        except ThreadLostError:
            raise _silent(doing) from None
        finally:
            if not pending.done:
                await pending.stopped()

    async def _watch(self, pending: Pending[T], doing: str, thread: WorkThread) -> None:
        waited, dead = self.notice_after, 0
        told: str | None = None
        while True:
            look = await self._look()
            if pending.done:
                return
            dead = dead + 1 if look is not None and not look.at_work else 0
            if dead >= LOOKS:
                _log.error("The database connection is given up: nobody is at work at its other end.")
                thread.give_up()
                return
            text = look.text if look is not None else ""
            if text != told:
                told = text
                self.tell(_waiting(waited, doing, text))
            if await pending.over(self.notice_after / 2):
                return
            waited += self.notice_after / 2

    async def _look(self) -> Look | None:
        """Ask on a thread that may hang without harm: it keeps nobody waiting who gives up."""
        thread = WorkThread()
        thread.letting_go = 0
        try:
            return await thread.run(partial(self.driver.look, self.sessions()))
        except self.driver.errors as error:
            explained = self.driver.explain(error)
            _log.warning("Asking the database what it waits for failed: %s", explained.message)
            unreachable = explained.code == DATABASE_UNREACHABLE.code
            return Look(at_work=False, text=sentence("the server cannot be reached")) if unreachable else None
        finally:
            thread.close()


def _waiting(seconds: float, doing: str, known: str) -> str:
    """Say that the database is silent: while what is read, and what is known to hold it up."""
    if doing and known:
        return sentence(
            "The database has not answered for {seconds:.0f} seconds ({doing}): {known}. The tool waits.",
            seconds=seconds,
            doing=doing,
            known=known,
        )
    if doing:
        return sentence(
            "The database has not answered for {seconds:.0f} seconds ({doing}). The tool waits.",
            seconds=seconds,
            doing=doing,
        )
    if known:
        return sentence(
            "The database has not answered for {seconds:.0f} seconds: {known}. The tool waits.",
            seconds=seconds,
            known=known,
        )
    return sentence("The database has not answered for {seconds:.0f} seconds. The tool waits.", seconds=seconds)


def _silent(doing: str) -> InstallationError:
    if not doing:
        return DATABASE_SILENT.error()
    return DATABASE_SILENT.error(
        sentence(
            "The database server does not answer any more: the connection to it is dead (it was read: {doing}).",
            doing=doing,
        )
    )


async def wait_until_back(
    answers: Callable[[], Awaitable[None]], tell: Callable[[str], None], *, minutes: float
) -> None:
    """Return once `answers` raises nothing; `tell` takes lines for a person.

    Raises its `InstallationError` where that says something else than that the database is away, such as a login that
    is refused, which more tries may lock; and the last of them when the minutes are over.
    """
    away = await _error_of(answers)
    if away is None:
        return
    waits = sentence("It is waited for up to {minutes:g} minutes.", minutes=minutes)
    tell(joined([away.message, waits], " "))
    with anyio.move_on_after(60 * minutes):
        while True:
            await anyio.sleep(SECONDS_BETWEEN_TRIES)
            still = await _error_of(answers)
            if still is None:
                tell(sentence("The database answers again."))
                return
            away = still
    raise away


async def _error_of(answers: Callable[[], Awaitable[None]]) -> InstallationError | None:
    try:
        await answers()
    except InstallationError as error:
        if not comes_back(error):
            raise
        return error
    return None

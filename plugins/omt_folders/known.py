"""The folders that a migration confirmed, each looked at: in processes beside this one where there are many files."""

from __future__ import annotations

import os
import queue
from collections import defaultdict, deque
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from threading import Event
from typing import Final, TypeAlias

from anyio.from_thread import check_cancelled

from omt_core.api import ItemRecord, KnownFolder
from omt_core.api.files import openable
from omt_folders.look import Look, look_at
from omt_folders.looker import Looker

FILES_FOR_PROCESSES: Final = 20_000
"""Fewer files than these are looked at before a process is there."""

_FILES_AT_ONCE: Final = 5_000
_MOST_PROCESSES: Final = 4
"""More of them would have a share's server seek."""

_PORTIONS_AHEAD: Final = 4
"""So many of each process are looked at or wait to be, so that one that takes long holds up no other."""

_SECONDS_BETWEEN_SIGNS: Final = 0.1


Others: TypeAlias = Mapping[str, Collection[str]]
"""By folder, the names in it that lead to what an earlier run found there and did not confirm."""


def others_of(left: Iterable[ItemRecord]) -> Others:
    """Return the names that lead to these items, by each folder on the way to them."""
    others: defaultdict[str, set[str]] = defaultdict(set)
    for record in left:
        folder, separator, name = (record.location or "").rpartition(os.sep)
        while separator and name not in others[folder]:
            others[folder].add(name)
            folder, separator, name = folder.rpartition(os.sep)
    return others


def looks(folders: Sequence[KnownFolder], others: Others) -> Generator[tuple[KnownFolder, Look | None]]:
    """Yield the folders, in whatever order, each with what a look at it shows (`look_at`).

    Blocking, to be run in a thread of anyio's.
    """
    portions = _portions(folders)
    processes = min(sum(1 for _ in islice(_portions(folders), _MOST_PROCESSES)), _cores())
    if processes > 1 and sum(folder.files for folder in folders) >= FILES_FOR_PROCESSES:
        yield from _Lookers(processes, others).looks(portions)
        return
    for portion in portions:
        check_cancelled()
        yield from zip(portion, _look_here(portion, others), strict=True)


_Asked: TypeAlias = tuple[Sequence[KnownFolder], Future[Sequence[Look | None]]]


class _Lookers:
    """Starts a process when all that there are have work, up to so many."""

    def __init__(self, count: int, others: Others) -> None:
        self._count = count
        self._others = others
        self._started: list[Looker] = []
        self._idle: queue.SimpleQueue[Looker] = queue.SimpleQueue()
        self._ended = Event()

    def looks(self, portions: Iterable[Sequence[KnownFolder]]) -> Iterator[tuple[KnownFolder, Look | None]]:
        try:
            with ThreadPoolExecutor(self._count) as threads:
                try:
                    waiting: deque[_Asked] = deque()
                    for portion in portions:
                        waiting.append((portion, threads.submit(self._look, portion)))
                        if len(waiting) == self._count * _PORTIONS_AHEAD:
                            yield from _answered(waiting.popleft())
                    while waiting:
                        yield from _answered(waiting.popleft())
                finally:
                    self._ended.set()
                    threads.shutdown(wait=False, cancel_futures=True)
                    self._close()
        finally:
            self._close()  # what was being started then

    def _close(self) -> None:
        for looker in self._started:
            looker.close()

    def _look(self, portion: Sequence[KnownFolder]) -> Sequence[Look | None]:
        """Have a process look. What it could not because it is gone is done in this one."""
        try:
            looker = self._looker()
            seen = looker.look([(openable(one.path), list(self._others.get(one.path, ()))) for one in portion])
        except (EOFError, OSError, ValueError, TypeError):
            return [None] * len(portion) if self._ended.is_set() else _look_here(portion, self._others)
        self._idle.put(looker)
        return seen

    def _looker(self) -> Looker:
        with suppress(queue.Empty):
            return self._idle.get_nowait()
        looker = Looker()
        self._started.append(looker)
        return looker


def _answered(asked: _Asked) -> Iterator[tuple[KnownFolder, Look | None]]:
    portion, future = asked
    return zip(portion, _awaited(future), strict=True)


def _awaited(future: Future[Sequence[Look | None]]) -> Sequence[Look | None]:
    while True:
        check_cancelled()
        with suppress(TimeoutError):
            return future.result(_SECONDS_BETWEEN_SIGNS)


def _look_here(portion: Sequence[KnownFolder], others: Others) -> Sequence[Look | None]:
    return [look_at(openable(folder.path), others.get(folder.path, ())) for folder in portion]


def _portions(folders: Sequence[KnownFolder]) -> Iterator[Sequence[KnownFolder]]:
    portion: list[KnownFolder] = []
    files = 0
    for folder in folders:
        portion.append(folder)
        files += folder.files
        if files >= _FILES_AT_ONCE:
            yield portion
            portion, files = [], 0
    if portion:
        yield portion


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

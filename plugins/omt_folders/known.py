"""The folders that a migration confirmed, each looked at: by those who are near, else here, many in processes."""

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

from omt_core.api import FolderLook, ItemRecord, KnownFolder, NearReader
from omt_core.api.files import openable
from omt_core.api.plain import digest_of
from omt_folders.look import look_at
from omt_folders.looker import Looker

FILES_FOR_PROCESSES: Final = 20_000
"""Fewer files than these are looked at before a process is there."""

_FILES_AT_ONCE: Final = 5_000
_MOST_PROCESSES: Final = 4
"""More of them would have a share's server seek."""

_PORTIONS_AHEAD: Final = 4
"""So many of each process are looked at or wait to be, so that one that takes long holds up no other."""

_NEAR_AT_ONCE: Final = 4
"""So many portions are with those who are near at a time."""

_SECONDS_BETWEEN_SIGNS: Final = 0.1

_NOTHING: Final = FolderLook(digest_of(()), [], [])

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


def looks(
    folders: Sequence[KnownFolder], others: Others, near: Sequence[NearReader] = ()
) -> Generator[tuple[KnownFolder, FolderLook | None]]:
    """Yield the folders, in whatever order, each with what a look at it shows (`look_at`).

    Those who are `near` are asked first. Blocking, to be run in a thread of anyio's.
    """
    portions = _portions(folders)
    processes = min(sum(1 for _ in islice(_portions(folders), _MOST_PROCESSES)), _cores())
    many = processes > 1 and sum(folder.files for folder in folders) >= FILES_FOR_PROCESSES
    if many or near:
        threads = max(processes, _NEAR_AT_ONCE) if near else processes
        yield from _Lookers(threads, others, near, in_processes=many).looks(portions)
        return
    for portion in portions:
        check_cancelled()
        yield from zip(portion, _look_here(portion, others), strict=True)


_Asked: TypeAlias = tuple[Sequence[KnownFolder], Future[Sequence[FolderLook | None]]]


class _Lookers:
    """Has so many portions looked at at a time. Starts a process when all that there are have work."""

    def __init__(
        self, count: int, others: Others, near: Sequence[NearReader] = (), *, in_processes: bool = True
    ) -> None:
        self._count = count
        self._others = others
        self._near = near
        self._in_processes = in_processes
        self._started: list[Looker] = []
        self._idle: queue.SimpleQueue[Looker] = queue.SimpleQueue()
        self._ended = Event()

    def looks(self, portions: Iterable[Sequence[KnownFolder]]) -> Iterator[tuple[KnownFolder, FolderLook | None]]:
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

    def _look(self, portion: Sequence[KnownFolder]) -> Sequence[FolderLook | None]:
        told = self._told(portion)
        rest = [folder for folder in portion if folder.path not in told]
        if not rest:
            return [told[folder.path] for folder in portion]
        seen = {folder.path: look for folder, look in zip(rest, self._look_beside(rest), strict=True)}
        return [told.get(folder.path) or seen[folder.path] for folder in portion]

    def _told(self, portion: Sequence[KnownFolder]) -> Mapping[str, FolderLook]:
        """Ask those who are near. Where a file system is not mounted, an empty folder shows: that is looked at here."""
        told: dict[str, FolderLook] = {}
        for reader in self._near:
            asked = {one.path: self._others.get(one.path, ()) for one in portion if one.path not in told}
            if asked and not self._ended.is_set():
                told |= {path: look for path, look in reader.looks(asked).items() if look != _NOTHING}
        return told

    def _look_beside(self, portion: Sequence[KnownFolder]) -> Sequence[FolderLook | None]:
        """Have a process look. What it could not because it is gone is done in this one."""
        if not self._in_processes:
            return _look_here(portion, self._others)
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


def _answered(asked: _Asked) -> Iterator[tuple[KnownFolder, FolderLook | None]]:
    portion, future = asked
    return zip(portion, _awaited(future), strict=True)


def _awaited(future: Future[Sequence[FolderLook | None]]) -> Sequence[FolderLook | None]:
    while True:
        check_cancelled()
        with suppress(TimeoutError):
            return future.result(_SECONDS_BETWEEN_SIGNS)


def _look_here(portion: Sequence[KnownFolder], others: Others) -> Sequence[FolderLook | None]:
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

"""Folders of one inventory, listed by workers at their homes: a few ahead of the one that is asked for.

What is on its way is bounded, and so is what lies here unasked: an inventory of millions goes through as little memory
as one of thousands. Nothing here decides anything: a folder that does not come is looked at by the tool itself.
"""

from __future__ import annotations

import asyncio
import os
import stat
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import anyio
import anyio.from_thread
from omt_core.api import FolderEntry, FolderListings
from typing_extensions import override

from omt_dask.messages.walks import FolderColumns

AHEAD: Final = 4
"""So many folders behind the one that was asked for are asked for too."""

_ENTRIES_HELD: Final = 200_000
"""What lies here unasked is dropped beyond that, the oldest first; who asks for it then asks anew."""

_PARENTS_KNOWN: Final = 256

_LONGEST_NUMBER: Final = 18
_NO_NUMBER: Final = 1 << 62


class Walks(FolderListings):
    """Asks `place` which home a folder lies at, and by which name, and `walk` to have it walked there."""

    def __init__(
        self,
        place: Callable[[str], tuple[str, str] | None],
        walk: Callable[[str, str], Awaitable[Sequence[FolderColumns]]],
        *,
        patience: float,
    ) -> None:
        """Wait up to `patience` seconds for a folder."""
        self._place = place
        self._walk = walk
        self._patience = patience
        self._held: OrderedDict[str, FolderColumns] = OrderedDict()
        self._entries_held = 0
        self._on_their_way: dict[str, anyio.Event] = {}
        self._siblings: OrderedDict[str, _Siblings] = OrderedDict()
        self._overdue: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @override
    def listing(self, folder: str) -> Sequence[FolderEntry] | None:
        placed = self._place(folder)
        if placed is None:
            return None
        columns = anyio.from_thread.run(self._told, folder, *placed)
        return None if columns is None else entries_of(folder, columns)

    async def aclose(self) -> None:
        """Wait for nothing any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _told(self, folder: str, home: str, there: str) -> FolderColumns | None:
        self._look_ahead(folder)
        while folder not in self._held:
            if home in self._overdue:
                return None
            arrived = self._bringing(folder)
            own = arrived is None or folder in self._on_their_way
            with anyio.move_on_after(self._patience):
                await (arrived or self._begin(folder, home, there)).wait()
                if own:
                    break
                continue
            self._overdue.add(home)
            return None
        return self._taken(folder)

    def _bringing(self, folder: str) -> anyio.Event | None:
        """Return what is set once a walk ends that is to come by this folder, its own or one above it."""
        while folder not in self._on_their_way:
            above = os.path.dirname(folder)  # noqa: PTH120 - a text
            if above == folder:
                return None
            folder = above
        return self._on_their_way[folder]

    def _begin(self, folder: str, home: str, there: str) -> anyio.Event:
        arrived = self._on_their_way[folder] = anyio.Event()
        task = asyncio.get_running_loop().create_task(self._bring(folder, home, there, arrived))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return arrived

    async def _bring(self, folder: str, home: str, there: str, arrived: anyio.Event) -> None:
        try:
            for columns in await self._walk(home, there):
                self._keep(os.path.join(folder, *columns.below), columns)  # noqa: PTH118 - a text
            self._overdue.discard(home)
        finally:
            del self._on_their_way[folder]
            arrived.set()

    def _keep(self, folder: str, columns: FolderColumns) -> None:
        before = self._held.pop(folder, None)
        self._entries_held += 1 + len(columns.names) - (0 if before is None else 1 + len(before.names))
        self._held[folder] = columns
        while self._entries_held > _ENTRIES_HELD and len(self._held) > 1:
            _, dropped = self._held.popitem(last=False)
            self._entries_held -= 1 + len(dropped.names)

    def _taken(self, folder: str) -> FolderColumns | None:
        columns = self._held.pop(folder, None)
        if columns is None:
            return None
        self._entries_held -= 1 + len(columns.names)
        self._siblings[folder] = _Siblings(sorted(columns.folders, key=_place))
        while len(self._siblings) > _PARENTS_KNOWN:
            self._siblings.popitem(last=False)
        return columns

    def _look_ahead(self, folder: str) -> None:
        """Have the folders walked that will be asked for behind this one, if it goes on by their names."""
        parent, name = os.path.split(folder)
        siblings = self._siblings.get(parent)
        if siblings is None:
            return
        self._siblings.move_to_end(parent)
        siblings.asked.add(name)
        begin = bisect_right(siblings.names, _place(name), key=_place)
        for sibling in siblings.names[begin : begin + AHEAD]:
            path = os.path.join(parent, sibling)  # noqa: PTH118 - a text
            if sibling in siblings.asked or path in self._held or path in self._on_their_way:
                continue
            siblings.asked.add(sibling)
            placed = self._place(path)
            if placed is not None and placed[0] not in self._overdue:
                self._begin(path, *placed)


def _place(name: str) -> tuple[int, str]:
    """Return what folders are mostly gone through by: names, and ranges of ids by their numbers."""
    return (int(name) if name.isdecimal() and len(name) <= _LONGEST_NUMBER else _NO_NUMBER, name)


@dataclass(slots=True)
class _Siblings:
    """The folders in one folder, in their order, and which of them were asked for."""

    names: Sequence[str]
    asked: set[str] = field(default_factory=set[str])


class _Status(NamedTuple):
    """What a worker told of an entry."""

    st_mode: int
    st_size: int
    st_mtime_ns: int
    st_ctime_ns: int
    st_file_attributes: int


class _ToldEntry(FolderEntry):
    """An entry that a worker told of: never a link."""

    __slots__ = ("_begin", "_name", "_status")

    def __init__(self, begin: str, name: str, status: _Status) -> None:
        self._begin = begin
        self._name = name
        self._status = status

    @property
    @override
    def name(self) -> str:
        return self._name

    @property
    @override
    def path(self) -> str:
        return self._begin + self._name

    @override
    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return stat.S_ISDIR(self._status.st_mode)

    @override
    def is_symlink(self) -> bool:
        return False

    @override
    def stat(self, *, follow_symlinks: bool = True) -> _Status:
        return self._status


def entries_of(folder: str, columns: FolderColumns) -> Sequence[FolderEntry] | None:
    """Return the entries of a folder; None where a name of there would lead elsewhere here, or not all was told."""
    if not columns.told or not all(map(is_a_name, columns.names)):
        return None
    begin = os.path.join(folder, "")  # noqa: PTH118 - with a separator behind
    rows = zip(
        columns.modes, columns.sizes, columns.mtimes_ns, columns.ctimes_ns, columns.attributes, strict=True
    )  # fmt: skip
    return [_ToldEntry(begin, name, _Status(*row)) for name, row in zip(columns.names, rows, strict=True)]


def is_a_name(name: str) -> bool:
    """Tell whether what another machine calls an entry of a folder is one entry of it here too."""
    return (
        name not in {"", os.curdir, os.pardir}
        and os.sep not in name
        and "\0" not in name
        and (os.altsep is None or os.altsep not in name)
    )

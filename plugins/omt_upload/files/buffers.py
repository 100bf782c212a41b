"""The memory that a transfer reads files into: one piece that is set aside once, and lent part by part.

So a transfer takes no more of it than that, whatever it has under way: who wants a part that is not free waits. What of
it was not needed for a while goes back to the system on Linux. While something else of the process needs much
memory, such as large tables, less of it is lent.
"""

from __future__ import annotations

import mmap
import sys
from bisect import insort
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, TypeVar

import anyio

from omt_core.api import byte_size, sentence
from omt_upload.errors import MEMORY_SHORT

Memory = TypeVar("Memory")

_PAGE: Final = 1 << 16
"""What parts are aligned to: pages on every system."""

_WHILE: Final = 32
"""So many parts are lent before what none of them needed goes back: to have it anew costs 0.3 ms a MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """Memory that is lent: `begin` bytes behind the start of what was set aside, None where it is none of that."""

    view: memoryview
    begin: int | None


class Buffers:
    """Lends parts of one piece of memory, to whoever came first."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self._whole = memoryview(memory)
        self._bounds = [len(self._whole)]
        self._loans = self._needed = self._touched = 0
        self._lent: list[tuple[int, int]] = []
        """Where parts that are lent begin and end, in order."""
        self._turn = anyio.Lock(fast_acquire=True)
        self._returned = anyio.Event()

    @property
    def room(self) -> int:
        """How many bytes are lent at once now."""
        return min(self._bounds)

    @asynccontextmanager
    async def kept_to(self, room: int, *, patience: float) -> AsyncIterator[None]:
        """Lend so many bytes at once until the context ends, and what is larger alone; the rest goes back.

        What is lent beyond is waited for so many seconds: a large file may have it for hours.
        """
        self._bounds.append(room)
        try:
            with anyio.move_on_after(patience):
                while self._lent and self._lent[-1][1] > room:
                    await self._change()
            self._give_back(room)
            yield
        finally:
            self._bounds.remove(room)
            self._returned.set()

    @asynccontextmanager
    async def lend(self, size: int) -> AsyncIterator[Buffer]:
        """Lend so many bytes, once they are free.

        Whoever holds some must not wait for another one who may want some. More than there is comes from the system:
        raises `InputError` `memory-short` where that has none.
        """
        if size > len(self._whole):
            yield Buffer(memoryview(set_aside(lambda length: mmap.mmap(-1, length), size, least=size)), None)
            return
        async with self._turn:
            while (begin := self._free(size)) is None:
                await self._change()
        part = begin, begin + size
        insort(self._lent, part)
        self._need(self._lent[-1][1])
        try:
            yield Buffer(self._whole[slice(*part)], begin)
        finally:
            self._lent.remove(part)
            if part[1] > self.room:
                self._give_back(self.room)
            self._returned.set()

    async def _change(self) -> None:
        """Wait until a part comes back, or more is lent than before."""
        if self._returned.is_set():
            self._returned = anyio.Event()
        await self._returned.wait()

    def _need(self, end: int) -> None:
        """Count a loan while memory is lent up to its `end`; give back what was not needed for a while."""
        self._loans += 1
        self._needed = max(self._needed, end)
        if self._loans < _WHILE:
            return
        self._give_back(self._needed)
        self._loans, self._needed = 0, end

    def _give_back(self, kept: int) -> None:
        """Give back what was touched behind the bytes that are `kept`, and behind all that is lent."""
        begin = _aligned(max(kept, self._lent[-1][1] if self._lent else 0))
        self._touched = max(self._touched, _aligned(self._needed))
        if begin >= self._touched:
            return
        if sys.platform == "linux":
            with suppress(OSError):  # then it stays
                self._memory.madvise(mmap.MADV_REMOVE, begin, self._touched - begin)
        self._touched = begin
        self._needed = min(self._needed, begin)

    def _free(self, size: int) -> int | None:
        """Return where the first part begins that is free and large enough: so the least is ever touched."""
        free = 0
        for begin, end in self._lent:
            if free + size <= begin:
                break
            free = _aligned(end)
        return free if free + size <= (self.room if self._lent else len(self._whole)) else None


def _aligned(place: int) -> int:
    """Return where the next part may begin."""
    return -(-place // _PAGE) * _PAGE


def set_aside(take: Callable[[int], Memory], size: int, *, least: int) -> Memory:
    """Set memory aside for buffers: `size` bytes or a half of them, and so on, where there are not so many.

    Windows charges all of it to memory and page file at once, touched or not: on a small server it says that there is
    too little (error 1455). Raises `InputError` `memory-short` where there are not the `least` that will do.
    """
    while True:
        try:
            return take(size)
        except OSError as error:
            if size // 2 >= least:
                size //= 2
                continue
            raise MEMORY_SHORT.error(
                sentence(
                    "The system has no {size} of memory left to read files into: {reason}.",
                    size=byte_size(size),
                    reason=error.strerror or error,
                )
            ) from error

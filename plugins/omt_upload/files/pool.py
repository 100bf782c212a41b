"""The reader processes of a transfer, and the memory that they read into."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from omt_protocol.bundle.writer import Framing
from omt_upload.files.contents import read_to_places
from omt_upload.files.outcome import Reading, TooLarge, Unread, understood
from omt_upload.files.process import ReaderProcess
from omt_upload.files.shared_memory import SharedMemory, share_memory

_PAGE: Final = 1 << 16
"""What buffers are aligned to: pages on every system."""


@dataclass(frozen=True, slots=True, eq=False)
class SharedBuffer:
    """A part of the shared memory, `begin` bytes behind its start."""

    begin: int
    view: memoryview


class ReaderPool:
    """Starts a process when all that there are have work, up to so many as may read at once."""

    def __init__(self, *, buffers: int, buffer_bytes: int) -> None:
        """Set so many buffers aside, each of `buffer_bytes` or a little more; fewer where memory is short.

        Raises OSError where there is none for a single one.
        """
        length = -(-buffer_bytes // _PAGE) * _PAGE
        self._memory = _as_much_as_there_is(buffers, length)
        whole = memoryview(self._memory.map)
        self._free = [SharedBuffer(begin, whole[begin : begin + length]) for begin in range(0, len(whole), length)]
        self._idle: queue.SimpleQueue[ReaderProcess] = queue.SimpleQueue()
        self._started: list[ReaderProcess] = []
        self._starting = Lock()

    def take(self) -> SharedBuffer | None:
        """Lend a buffer, or None when all are lent."""
        return self._free.pop() if self._free else None

    def give_back(self, buffer: SharedBuffer) -> None:
        """Take a buffer back."""
        self._free.append(buffer)

    def read(
        self, buffer: SharedBuffer, files: Sequence[tuple[str, int]], framing: Framing, *, tries: int
    ) -> Sequence[Reading | Unread | TooLarge]:
        """Have files read and hashed into a buffer. Blocks; so many threads at once as there may be processes.

        What a process could not do because it is gone (somebody ended it, or memory was short) is done in this one.
        """
        try:
            process = self._process()
            results = process.read(buffer.begin, buffer.begin + len(buffer.view), files, framing.layout, tries)
        except (EOFError, OSError, ValueError, TypeError):
            results = read_to_places(buffer.view, files, framing.layout, tries)
        else:
            self._idle.put(process)
        return understood(results, tries=tries)

    def close(self) -> None:
        """End all processes."""
        for process in self._started:
            process.close()
        self._memory.close()

    def _process(self) -> ReaderProcess:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            process = ReaderProcess(self._memory)
            with self._starting:
                self._started.append(process)
            return process


def _as_much_as_there_is(buffers: int, length: int) -> SharedMemory:
    """Set memory aside for so many buffers, or a half of them, and so on.

    Windows charges all of it to memory and page file at once, touched or not: on a small server it says that there is
    too little (error 1455).
    """
    while True:
        try:
            return share_memory(buffers * length)
        except OSError:
            if buffers <= 1:
                raise
            buffers //= 2

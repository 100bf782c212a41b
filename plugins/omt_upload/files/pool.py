"""The reader processes of a transfer, which read into memory that they share with it."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from threading import Lock

from omt_protocol.bundle.writer import Framing
from omt_upload.files.buffers import Buffer
from omt_upload.files.contents import read_to_places
from omt_upload.files.outcome import Reading, TooLarge, Unread, read_small_files, understood
from omt_upload.files.process import ReaderProcess
from omt_upload.files.shared_memory import SharedMemory


class ReaderPool:
    """Starts a process when all that there are have work, up to so many as may read at once."""

    def __init__(self, memory: SharedMemory) -> None:
        """Have processes read into parts of this memory, which is closed with them."""
        self._memory = memory
        self._idle: queue.SimpleQueue[ReaderProcess] = queue.SimpleQueue()
        self._started: list[ReaderProcess] = []
        self._starting = Lock()

    def read(
        self, buffer: Buffer, files: Sequence[tuple[str, int]], framing: Framing, *, tries: int
    ) -> Sequence[Reading | Unread | TooLarge]:
        """Have files read and hashed into a buffer. Blocks; so many threads at once as there may be processes.

        What a process could not do because it is gone (somebody ended it, or memory was short), or because it does not
        share the buffer, is done in this one.
        """
        if buffer.begin is None:
            return read_small_files(buffer.view, files, framing, tries=tries)
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

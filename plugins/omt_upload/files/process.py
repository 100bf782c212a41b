"""A process that reads and hashes small files into shared memory: for machines with cores to spare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from omt_core.api.plain import HelperProcess, serve_questions
from omt_upload.files.contents import Layout, Raw, read_to_places
from omt_upload.files.shared_memory import SharedMemory, map_shared

_Question: TypeAlias = tuple[int, int, Sequence[tuple[str, int]], Layout, int]


class ReaderProcess(HelperProcess):
    """Used by one thread at a time. All methods block."""

    def __init__(self, memory: SharedMemory) -> None:
        """Start the process."""
        super().__init__(serve, memory.handle, str(len(memory.map)), inherited=memory.inherited)

    def read(self, begin: int, end: int, files: Sequence[tuple[str, int]], layout: Layout, tries: int) -> list[Raw]:
        """Have files read into this part of the memory, as `read_to_places` does.

        Raises EOFError or OSError when the process is gone.
        """
        results: list[Raw] = self.ask((begin, end, list(files), layout, tries))
        return results


def serve(handle: str, size: str) -> None:
    """Read for the process that started this one, until that is gone."""
    with map_shared(handle, int(size)) as shared, memoryview(shared) as view:

        def read(question: _Question) -> list[Raw]:
            begin, end, files, layout, tries = question
            with view[begin:end] as part:
                return read_to_places(part, files, layout, tries)

        serve_questions(read)

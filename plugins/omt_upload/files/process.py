"""A process that reads and hashes small files into shared memory: for machines with cores to spare.

It is started afresh, not forked, and loads a few modules only, so that it is there in no time and small. Questions and
answers go through its pipes in Python's own `marshal`; both ends are the same program.
"""

from __future__ import annotations

import marshal
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from omt_upload.files.contents import Layout, Raw, read_to_places
from omt_upload.files.shared_memory import SharedMemory, map_shared

_START: Final = """
import sys, types
package = types.ModuleType("omt_upload")
package.__path__ = [sys.argv[1]]
sys.modules["omt_upload"] = package
from omt_upload.files.process import serve
serve(sys.argv[2], int(sys.argv[3]))
"""
"""The package without its front door, which would load the whole tool."""

_LENGTH: Final = 4
"""Bytes that say how long a message is."""


class ReaderProcess:
    """Used by one thread at a time. All methods block."""

    def __init__(self, memory: SharedMemory) -> None:
        """Start the process."""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                _START,
                str(Path(__file__).parent.parent),
                memory.handle,
                str(len(memory.map)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=memory.inherited,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def read(self, begin: int, end: int, files: Sequence[tuple[str, int]], layout: Layout, tries: int) -> list[Raw]:
        """Have files read into this part of the memory, as `read_to_places` does.

        Raises EOFError or OSError when the process is gone.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        _tell(stdin, (begin, end, list(files), layout, tries))
        results: list[Raw] = _told(stdout)
        return results

    def close(self) -> None:
        """End the process."""
        with suppress(OSError), self._process:
            self._process.kill()


def serve(handle: str, size: int) -> None:
    """Read for the process that started this one, until that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tool, which ends this process in its own time.
    with map_shared(handle, size) as shared, memoryview(shared) as view, suppress(EOFError, BrokenPipeError):
        while True:
            begin, end, files, layout, tries = _told(sys.stdin.buffer)
            with view[begin:end] as part:
                results = read_to_places(part, files, layout, tries)
            _tell(sys.stdout.buffer, results)


def _tell(pipe: IO[bytes], value: Any) -> None:  # noqa: ANN401 - whatever marshal holds
    """Write a value with its length before it: `marshal` itself would ask a pipe for one number after another."""
    text = marshal.dumps(value)
    pipe.write(len(text).to_bytes(_LENGTH) + text)
    pipe.flush()


def _told(pipe: IO[bytes]) -> Any:  # noqa: ANN401 - whatever marshal holds
    """Return a value that `_tell` wrote. Raises EOFError when the other end is gone, also where it left a part."""
    return marshal.loads(pipe.read(int.from_bytes(pipe.read(_LENGTH))))  # noqa: S302 - it comes from our own program

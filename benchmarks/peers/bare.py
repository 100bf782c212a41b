"""What the promise alone costs, without a tool round it: `bare_copy.py`, by which a figure of ours can be judged.

A tool that hashes by sha256 at both ends and syncs hardly takes less. It needs no installation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive import Archive
from processes import HERE

from peers.peer import Took, free_port, listening, timed

_PROGRAM = str(HERE / "bare_copy.py")


@dataclass(frozen=True, slots=True)
class BareServer:
    """The other end, writing below `folder`."""

    folder: Path
    port: int
    pid: int

    def copy(self, archive: Archive, *, port: int | None = None) -> Took:
        """Copy an archive to it, whether it is there already or not."""
        took = timed([sys.executable, _PROGRAM, "send", str(archive.folder), str(port or self.port)], self.pid)
        arrived = sum(path.stat().st_size for path in self.folder.iterdir())
        if arrived < archive.size:
            raise SystemExit(f"{arrived} bytes were brought of {archive.size}.")
        return took


@dataclass(frozen=True, slots=True)
class Bare:
    """Reads, hashes, sends, hashes, writes and syncs, and does nothing else."""

    name: str = "the promise alone"
    durable: bool = True
    verified: bool = True
    program: str = sys.executable
    install: str = ""

    @contextmanager
    def served(self, folder: Path) -> Iterator[BareServer]:
        """Serve a new folder until the context ends."""
        target = folder / "arrived"
        target.mkdir(parents=True)
        port = free_port()
        with listening([sys.executable, _PROGRAM, "serve", str(target), str(port)], port) as process:
            yield BareServer(target, port, process.pid)

"""rsync, from Debian, to its own daemon.

It holds each file that arrived against a checksum of what was read. It syncs nothing unless it is told to: with
`--fsync` each file by itself, without it a loss of power may take files that it called done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive import Archive

from peers.peer import HOST, Took, found, free_port, listening, require_arrived, timed

_MODULE = "archive"


@dataclass(frozen=True, slots=True)
class RsyncServer:
    """An rsync daemon whose module is `folder`."""

    peer: Rsync
    folder: Path
    port: int
    pid: int

    def copy(self, archive: Archive, *, port: int | None = None) -> Took:
        """Copy an archive to it; once more, it lists both sides and compares size and time."""
        target = f"rsync://{HOST}:{port or self.port}/{_MODULE}/"
        options = ["--archive", *(["--fsync"] if self.peer.fsync else [])]
        took = timed([str(self.peer.program), *options, f"{archive.folder}/", target], self.pid)
        require_arrived("rsync", self.folder, archive)
        return took


@dataclass(frozen=True, slots=True)
class Rsync:
    """With `fsync` each file is synced at the daemon."""

    fsync: bool = False
    verified: bool = True
    install: str = "apt-get install rsync"

    @property
    def name(self) -> str:
        """What tables call it."""
        return "rsync --fsync" if self.fsync else "rsync, no sync"

    @property
    def durable(self) -> bool:
        """Whether a loss of power leaves what it called done."""
        return self.fsync

    @property
    def program(self) -> str | None:
        """Where it is."""
        return found("rsync")

    @contextmanager
    def served(self, folder: Path) -> Iterator[RsyncServer]:
        """Run a daemon over a new folder until the context ends."""
        target = folder / _MODULE
        target.mkdir(parents=True)
        # Run as root a daemon writes as nobody, who may not write here.
        owner = f"uid = {os.getuid()}\ngid = {os.getgid()}\n" if os.getuid() == 0 else ""
        configuration = folder / "rsyncd.conf"
        configuration.write_text(
            f"use chroot = no\nlog file = {os.devnull}\n{owner}[{_MODULE}]\npath = {target}\nread only = no\n"
        )
        port = free_port()
        command = [str(self.program), "--daemon", "--no-detach", f"--config={configuration}", f"--address={HOST}"]
        with listening([*command, f"--port={port}"], port) as process:
            yield RsyncServer(self, target, port, process.pid)

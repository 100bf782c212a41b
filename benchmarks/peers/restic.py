"""restic, from Debian, backing up to `rclone serve restic`.

It hashes and encrypts what it reads and sends packs of many files, as we do. Its server neither syncs nor looks at what
arrives: only `restic check --read-data`, which reads everything back, would say whether it is what was sent.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive import Archive

from peers.peer import HOST, Took, found, free_port, listening, timed


@dataclass(frozen=True, slots=True)
class ResticServer:
    """A repository below `folder`, served by rclone."""

    peer: Restic
    folder: Path
    port: int
    pid: int

    def copy(self, archive: Archive, *, port: int | None = None) -> Took:
        """Back an archive up to it; once more, it finds the last snapshot and compares size and times."""
        words = ["backup", "--quiet", "--host", "site", "--compression", self.peer.compression, str(archive.folder)]
        took = timed(self._command(*words, port=port), self.pid, self._environment)
        told = json.loads(self._output("stats", "--json", "--mode", "restore-size", "latest"))
        if told["total_size"] != archive.size:
            raise SystemExit(f"restic has brought {told['total_size']} bytes.")
        return took

    def begin(self) -> None:
        """Make the repository."""
        self._output("init")

    def _output(self, *words: str) -> str:
        return subprocess.run(  # noqa: S603 - restic, with arguments of our own
            self._command(*words),
            env={**os.environ, **self._environment},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout

    def _command(self, *words: str, port: int | None = None) -> list[str]:
        return [str(self.peer.program), "-r", f"rest:http://{HOST}:{port or self.port}/", *words]

    @property
    def _environment(self) -> Mapping[str, str]:
        # No secret: the repository is gone with the folder.
        return {"RESTIC_PASSWORD": "measured", "RESTIC_CACHE_DIR": str(self.folder / "cache")}


@dataclass(frozen=True, slots=True)
class Restic:
    """`compression`: off, auto or max; random bytes, as our archives are, only lose by it."""

    compression: str = "off"
    durable: bool = False
    verified: bool = False
    install: str = "apt-get install restic; pip install -e '.[benchmarks]'"

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"restic, compression {self.compression}"

    @property
    def program(self) -> str | None:
        """Where it is; it needs rclone for a server."""
        return found("restic") if found("rclone") else None

    @contextmanager
    def served(self, folder: Path) -> Iterator[ResticServer]:
        """Serve a new repository until the context ends."""
        repository = folder / "repository"
        repository.mkdir(parents=True)
        port = free_port()
        command = [str(found("rclone")), "serve", "restic", str(repository), "--addr", f"{HOST}:{port}"]
        with listening([*command, "--config", os.devnull], port) as process:
            server = ResticServer(self, folder, port, process.pid)
            server.begin()
            yield server

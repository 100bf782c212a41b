"""What a peer is, and what it promises of a file once it is done: without that its time says little."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil
from archive import Archive
from processes import running

HOST = "127.0.0.1"
_WAIT_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Took:
    """What a run took: seconds by the clock, and seconds of processor time at both ends."""

    seconds: float
    client: float
    server: float


class Server(Protocol):
    """The other end of a peer, being served."""

    @property
    def port(self) -> int:
        """Where it listens on this machine."""
        ...

    def copy(self, archive: Archive, *, port: int | None = None) -> Took:
        """Bring an archive there, by another port if one stands before it; once more, where it is there already.

        Exits when not all of it is there in the end.
        """
        ...


class Peer(Protocol):
    """A program with the options that it is run with.

    `durable`: what it calls done is synced to disk at the other end. `verified`: what arrived there was held against a
    checksum of what was read.
    """

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    @property
    def durable(self) -> bool:
        """Whether a loss of power leaves what it called done."""
        ...

    @property
    def verified(self) -> bool:
        """Whether it looked at what arrived."""
        ...

    @property
    def program(self) -> str | None:
        """Where it is; None where it is not installed."""
        ...

    @property
    def install(self) -> str:
        """The command that installs it."""
        ...

    def served(self, folder: Path) -> AbstractContextManager[Server]:
        """Serve a new folder until the context ends."""
        ...


def installed(peers: Sequence[Peer]) -> Sequence[Peer]:
    """Return those that are there, and say of the others that they are left out; exits when none is left."""
    there = [peer for peer in peers if peer.program is not None]
    for peer in peers:
        if peer not in there:
            print(f"{peer.name} is left out: it is not installed. {peer.install}")
    if not there:
        raise SystemExit("No peer is installed.")
    return there


def found(program: str) -> str | None:
    """Return where a program is, that of this Python's own environment first."""
    return shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def listening(command: Sequence[str], port: int) -> Iterator[subprocess.Popen[str]]:
    """Run a server until the context ends, from when it takes connections on."""
    with running(command, stderr=subprocess.DEVNULL) as process:
        while True:
            try:
                socket.create_connection((HOST, port)).close()
            except OSError:
                if process.poll() is not None:
                    raise SystemExit(f"{command[0]} has ended instead of serving.") from None
                time.sleep(_WAIT_SECONDS)
            else:
                break
        yield process


def timed(command: Sequence[str], server: int, environment: Mapping[str, str] | None = None) -> Took:
    """Run a client to its end; `server` is the process of its other end. Exits when it fails."""
    program = Path(command[0]).name
    before, own, begun = with_children(server), _children_seconds(), time.perf_counter()
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env={**os.environ, **(environment or {})})  # noqa: S603 - our peers, with arguments of our own
    seconds = time.perf_counter() - begun
    if ended.returncode:
        raise SystemExit(f"{program} has failed with exit code {ended.returncode}.")
    return Took(seconds, _children_seconds() - own, with_children(server) - before)


def with_children(pid: int) -> float:
    """Return the processor time of a process and of all children that it has had; waits for those to end."""
    process = psutil.Process(pid)
    while process.children():
        time.sleep(_WAIT_SECONDS)
    return sum(process.cpu_times()[:4])


def require_arrived(who: str, folder: Path, archive: Archive) -> None:
    """Exit unless all files of an archive lie below a folder, by number and size."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    if (len(sizes), sum(sizes)) != (archive.files, archive.size):
        raise SystemExit(f"{who} has brought {len(sizes)} files with {sum(sizes)} bytes.")


def _children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system

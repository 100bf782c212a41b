"""Processes that serve while a transfer is measured, and the processor time that they take."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import psutil

HERE = Path(__file__).parent

_PIECE = bytes(1 << 20)
_AT_HAND_PIECES = 2 << 10


@contextmanager
def running(command: Sequence[str], **options: object) -> Iterator[subprocess.Popen[str]]:
    """Run a program, with what it prints to be read, until the context ends."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload]  # noqa: S603 - our own programs, and rclone
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def running_script(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run another program of this folder."""
    with running([sys.executable, str(HERE / name), *arguments]) as process:
        yield process


def first_line(process: subprocess.Popen[str]) -> str:
    """Wait for what a program says when it is ready."""
    if process.stdout is None:
        raise ValueError("nothing of it can be read")
    line = process.stdout.readline().strip()
    if not line:
        raise SystemExit(f"{process.args!r} has ended instead of serving.")
    return line


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process so far, user and system."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def processor_seconds_with_children(pid: int) -> float:
    """Return the processor time of a process and of all below it so far, user and system."""
    process = psutil.Process(pid)
    ended = process.cpu_times()
    below = sum(processor_seconds(child.pid) for child in process.children(recursive=True))
    return processor_seconds(pid) + below + ended.children_user + ended.children_system


def have_memory_at_hand(folder: Path) -> None:
    """Write 2 GiB into a file without a name on this disk, and drop it: the run that begins now finds memory for files.

    A virtual machine may give free memory back to its host after two seconds. To have it anew costs 1.8 s of the
    system's time for each GB, of whoever happens to be measured: rsync took 1.2 to 2.4 s for the same files.
    """
    with TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(_AT_HAND_PIECES):
            file.write(_PIECE)

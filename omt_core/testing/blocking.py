"""Catches code that waits on the event loop's own thread, where it holds up everything else in the run.

The interpreter tells of each such call by an audit event, so nothing depends on how long it takes: `time.sleep`,
opening files, listing folders, starting processes, connecting sockets that block, looking up names. A computation that
takes long tells nobody and is not caught.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final, SupportsIndex

from typing_extensions import override

BLOCKING: Final = frozenset(
    {
        "open",
        "os.listdir",
        "os.scandir",
        "os.system",
        "os.walk",
        "pathlib.Path.glob",
        "pathlib.Path.rglob",
        "shutil.copyfile",
        "shutil.rmtree",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "sqlite3.connect",
        "subprocess.Popen",
        "time.sleep",
        "urllib.Request",
    }
)
"""Audit events of calls that wait for a disk, another process or another machine."""

_IMPORTING: Final = ("<frozen importlib", "<frozen zipimport")
_watched: dict[int, list[BlockingCall]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingCall:
    """A call that waited on the event loop: the audit event, and the lines of code that led there, innermost last."""

    event: str
    where: tuple[str, ...]

    @override
    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.event} at {self.where[-1] if self.where else 'an unknown place'}"


@contextmanager
def watch_event_loop() -> Iterator[list[BlockingCall]]:
    """Collect the blocking calls of this thread while the context lasts. Enter it on the event loop's thread."""
    _listen()
    thread, found = threading.get_ident(), list[BlockingCall]()
    _watched[thread] = found
    try:
        with _sleep_told():
            yield found
    finally:
        del _watched[thread]


@contextmanager
def _sleep_told() -> Iterator[None]:
    """Have `time.sleep` tell of itself, which it does on its own from Python 3.13 on."""
    if sys.version_info >= (3, 13):
        yield
        return
    really = time.sleep

    def sleep(seconds: float | SupportsIndex) -> None:
        sys.audit("time.sleep", seconds)
        really(seconds)

    time.sleep = sleep
    try:
        yield
    finally:
        time.sleep = really


@cache
def _listen() -> None:
    """Install the audit hook. The interpreter cannot take it out again, so there is one, and it mostly sleeps."""
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if not _watched or event not in BLOCKING:
        return
    found = _watched.get(threading.get_ident())
    if found is None or _does_not_wait(event, arguments):
        return
    stack = traceback.StackSummary.extract(traceback.walk_stack(sys._getframe(1)), lookup_lines=False)  # noqa: SLF001 - the caller
    if not any(frame.filename.startswith(_IMPORTING) for frame in stack):
        where = tuple(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(stack))
        found.append(BlockingCall(event=event, where=where))


def _does_not_wait(event: str, arguments: tuple[object, ...]) -> bool:
    """Tell whether this is a call that returns at once, such as a connect of the event loop itself."""
    if event != "socket.connect" or not arguments:
        return False
    return isinstance(arguments[0], socket.socket) and arguments[0].gettimeout() == 0

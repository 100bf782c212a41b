"""Outputs that nobody has to read: a thread writes what is printed, so that a reader who stops does not stop the run.

A click into a Windows console, a pager, or a pipe that is full makes every write wait for as long as the reader likes.
What is printed is therefore put into a queue. Nothing that was put there is lost or changes its place while there is
a reader; who prints what may be missing, such as progress, asks first whether the reader is `behind`.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO, cast

from typing_extensions import override

_BEHIND: Final = 64 * 1024
"""Characters that wait before a reader counts as behind: what comes often is then left out until it has caught up."""
_PIECE: Final = 4 * 1024
"""Characters that are written at once: small, so that a slow reader is seen to take something."""
_PATIENCE: Final = 300.0
"""Seconds without a character taken after which, at the end, a program that reads counts as gone; a person never."""
_TURN: Final = 2.0
"""Seconds that an error waits for lines before it, whose reader may be another one and stuck; it waits so once."""
_READER_GONE: Final = frozenset({errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN, errno.ECONNRESET, errno.EIO})
"""What is raised when nobody reads any more: a pipe that is closed (Windows says EINVAL), a terminal that is gone."""
_LOOK: Final = 0.5
"""Seconds between two looks whether it is all written; on Windows a wait without an end would not hear Ctrl-C."""


class Output(io.TextIOBase):
    """Standard output or error, written by a thread. Use `outputs`."""

    def __init__(self, stream: TextIO, *, after: Output | None = None) -> None:
        """Write to a stream, each text once what `after` had been given before it is written, or a while has passed.

        The other's reader may be stuck, so that the wait has an end.
        """
        self._stream = stream
        self._first = after
        self._own = _own(stream)
        self._is_terminal = stream.isatty() and _takes_escapes(stream)
        self._queue: deque[tuple[str, int]] = deque()
        """What is to be written, and how much the other one had been given by then."""
        self._waiting = self._given = 0
        self._gone = self._ended = False
        self.fault: OSError | None = None
        """Why lines are lost that somebody may miss, such as a disk that is full; not that a reader has seen enough."""
        self._changed = threading.Condition()
        # A daemon, since one that is stuck in a write must not keep the process.
        threading.Thread(target=self._write_on, name="omt output", daemon=True).start()

    @property
    @override
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a variable; a property is read alike
        return self._stream.encoding

    @override
    def writable(self) -> bool:
        return True

    @override
    def isatty(self) -> bool:
        return self._is_terminal

    @property
    def behind(self) -> bool:
        """Whether the reader takes less than is printed."""
        return self._waiting > _BEHIND

    @override
    def write(self, text: str) -> int:
        with self._changed:
            if not self._gone:
                given = 0 if self._first is None else self._first.given
                self._queue.extend((text[start : start + _PIECE], given) for start in range(0, len(text), _PIECE))
                self._waiting += len(text)
                self._given += len(text)
                self._changed.notify_all()
        return len(text)

    @property
    def given(self) -> int:
        """How many characters were put here so far."""
        return self._given

    def wait_for(self, given: int) -> bool:
        """Wait until so many of the characters that were put here are written; tell whether they are. Blocking."""
        with self._changed:
            return self._changed.wait_for(lambda: self._given - self._waiting >= given, _TURN)

    def drain(self) -> None:
        """Wait until everything is written, or its reader is gone. Blocking; Ctrl-C ends it."""
        idle = 0.0
        with self._changed:
            before = self._waiting
            while self._waiting and (self._is_terminal or idle < _PATIENCE):
                self._changed.wait(_LOOK)
                idle = idle + _LOOK if self._waiting == before else 0.0
                before = self._waiting

    def end(self) -> None:
        """Let the thread end when everything is written."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _write_on(self) -> None:
        try:
            while (piece := self._next()) is not None:
                text, given = piece
                if self._first is not None and not self._first.wait_for(given):
                    self._first = None
                self._own.write(text)
                self._own.flush()
                with self._changed:
                    self._waiting -= len(text)
                    self._changed.notify_all()
        except (OSError, ValueError) as error:  # what runs goes on, since it is worth more than its lines
            with self._changed:
                self._gone = True
                if isinstance(error, OSError) and error.errno not in _READER_GONE:
                    self.fault = error
                self._queue.clear()
                self._waiting = 0
                self._changed.notify_all()
        if self._own is not self._stream:
            with suppress(OSError):
                self._own.close()

    def _next(self) -> tuple[str, int] | None:
        with self._changed:
            while not self._queue and not self._ended:
                self._changed.wait()
            return self._queue.popleft() if self._queue else None


@dataclass(slots=True)
class Printed:
    """What became of what was printed to standard output; known once `outputs` has ended."""

    lost: bool = False
    """Whether some of it could not be written, for another reason than a reader who has seen enough."""


@contextmanager
def outputs() -> Iterator[Printed]:
    """Make both outputs of the process such as nobody has to read, and wait at the end until they are written."""
    printed = Printed()
    with _both_there(), _written_by_threads(printed):
        yield printed


@contextmanager
def _both_there() -> Iterator[None]:
    """Have an output where the process was started without, as a service of Windows is, or by `>&-`."""
    before = sys.stdout, sys.stderr
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


@contextmanager
def _written_by_threads(printed: Printed) -> Iterator[None]:
    before = sys.stdout, sys.stderr
    out = Output(sys.stdout)
    # What one reader sees of both keeps its order, also where nothing tells that it is one, as of pipes on Windows.
    err = out if _is_same(sys.stdout, sys.stderr) else Output(sys.stderr, after=out)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", err)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        with suppress(KeyboardInterrupt):  # whoever does not want to wait has read enough
            out.drain()
            if out.fault is not None:
                printed.lost = True
                _tell_lost(out.fault, sys.stderr if err is out else cast("TextIO", err))
            err.drain()
        out.end()
        err.end()


def _tell_lost(fault: OSError, stream: TextIO) -> None:
    """Say that what was printed is not all there: whoever reads the file would take it for the whole."""
    from omt_core.api.language import Language, translated  # noqa: PLC0415 - on a disk that is full alone
    from omt_core.api.sentence import sentence  # noqa: PLC0415 - the same
    from omt_core.cli.errors import OUTPUT_LOST  # noqa: PLC0415 - the same

    error = OUTPUT_LOST.error(
        sentence("What was printed could not be written to the end: {why}.", why=fault.strerror or fault)
    )
    language = Language.of_this_machine()
    said, remedy = (translated(text, language) for text in (error.message, error.remedy))
    with suppress(OSError, ValueError):
        stream.write(f"{translated(sentence('error'), language)} {error.code}: {said}\n    {remedy}\n")
        stream.flush()


def behind(stream: TextIO) -> bool:
    """Tell whether the reader of a stream is behind; one that is no `Output` never is."""
    return isinstance(stream, Output) and stream.behind


def _own(stream: TextIO) -> TextIO:
    """Return the same output with a buffer of its own: Python's end would wait for one that another thread is stuck in.

    No character stops it either: what the encoding does not have becomes an escape (Windows' code pages).
    """
    try:
        number = os.dup(stream.fileno())
    except (OSError, ValueError):  # a stream in memory
        return stream
    stream.flush()
    return os.fdopen(number, "w", encoding=stream.encoding, errors="backslashreplace")


def _is_same(first: TextIO, second: TextIO) -> bool:
    """Tell whether two streams are the same terminal, pipe or file."""
    if first.isatty() and second.isatty():
        return True
    try:
        one, other = os.fstat(first.fileno()), os.fstat(second.fileno())
    except (OSError, ValueError):
        return False
    return one.st_ino != 0 and os.path.samestat(one, other)  # Windows gives pipes no number


def _takes_escapes(stream: TextIO) -> bool:
    """Tell whether a terminal obeys escape sequences; Windows' consoles do when they are told to."""
    if sys.platform != "win32":
        return True
    import ctypes  # noqa: PLC0415 - of use on Windows alone
    import msvcrt  # noqa: PLC0415 - there on Windows alone

    console = msvcrt.get_osfhandle(stream.fileno())
    mode = ctypes.c_ulong()
    obeys = 0x4  # ENABLE_VIRTUAL_TERMINAL_PROCESSING
    kernel = ctypes.windll.kernel32
    return bool(
        kernel.GetConsoleMode(console, ctypes.byref(mode)) and kernel.SetConsoleMode(console, mode.value | obeys)
    )

"""Windows' Python as a test runs it: to its end, to be watched, or in a real console."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any
from uuid import uuid4

from tests.windows.prefix import GIVEN, Prefix

PYTHON = r"C:\Python311\python.exe"
OMT = ("-m", "omt_core")
_SECONDS = 900
"""After which a program that should have ended is a failure; a busy machine is ten times slower than a quiet one."""
_LOOK = 0.05
_LOCAL = 3
"""Where `tcgetattr` has the modes that ICANON is one of."""
_AWAKE = "import sys; open(sys.argv[1], 'w').close(); sys.stdin.read(); sys.exit()"
_WINDOW = (50, 250)
"""Rows and columns of a console."""
_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>()][0-9A-B]?)")


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ended: its exit code and the bytes of both outputs."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """What it printed, as UTF-8, with lines that end as here."""
        return self.out.decode("utf-8").replace("\r\n", "\n")

    def json_lines(self) -> list[dict[str, Any]]:
        """What a program reads of it: asserts that every line of the output is an object of JSON in ASCII."""
        return [json.loads(line) for line in self.out.decode("ascii").splitlines()]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a test's own on drive C, by both of its names."""

    here: Path
    """What this machine calls it."""
    there: PureWindowsPath
    """What Windows calls it."""


class Console:
    """A program in a real console of Windows, with a person before it: what is typed arrives as keys do."""

    def __init__(self, process: subprocess.Popen[bytes], keys: int) -> None:
        self.process = process
        self._keys = keys
        self._seen = b""

    @property
    def text(self) -> str:
        """All that was on the screen so far, without colours, as one text."""
        return _ESCAPES.sub(b"", self._seen).decode("utf-8", "replace").replace("\r", "")

    def type(self, keys: str) -> None:
        """Press keys, once the console takes them as such: `\\x03` is Ctrl-C, `\\r` is Enter.

        Until then the terminal makes a signal to all of the one, and another key of the other.
        """
        until = time.monotonic() + _SECONDS
        while termios.tcgetattr(self._keys)[_LOCAL] & termios.ICANON:
            assert time.monotonic() < until, f"the console was never set up; on the screen was: {self.text}"
            assert self.process.poll() is None, f"it ended at once; on the screen was: {self.text}"
            self._read(time.monotonic() + _LOOK)
        os.write(self._keys, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C where the program reads no keys: the terminal then stays as it is, and tells all of it."""
        os.write(self._keys, b"\x03")

    def wait_for(self, text: str, *, times: int = 1, seconds: float = _SECONDS) -> None:
        """Wait until a text was written so often; fails when it never is, or when the program ends before."""
        until = time.monotonic() + seconds
        while self.text.count(text) < times:
            assert self._read(until), f"{text!r} never came; on the screen was: {self.text}"

    def wait(self, *, seconds: float = _SECONDS) -> int:
        """Read on until the program ended, and return its exit code."""
        until = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < until, f"it never ended; on the screen was: {self.text}"
            if not self._read(min(until, time.monotonic() + 1)):
                time.sleep(_LOOK)  # whoever has closed the console may take a while to end
        while self._read(time.monotonic()):
            pass
        return self.process.returncode

    def _read(self, until: float) -> bool:
        """Take what comes until then; False where nothing came."""
        ready, _, _ = select.select([self._keys], [], [], max(0, until - time.monotonic()))
        if not ready:
            return False
        try:
            piece = os.read(self._keys, 65536)
        except OSError:  # nobody holds the other end any longer
            return False
        self._seen += piece
        return bool(piece)


class Windows:
    """The machine. Programs run in `C:\\`, as an unprivileged user, with pipes; keep it `awake` meanwhile."""

    def __init__(self, prefix: Prefix, place: Place) -> None:
        self.prefix = prefix
        self.place = place
        """The folder of this test alone. What is written into it from here becomes Windows' own at the next start."""

    def python(self, *words: str | PureWindowsPath, **options: Any) -> Ended:
        """Run Windows' Python with these arguments to its end; options are those of `run`."""
        return self.run(PYTHON, *words, **options)

    def code(self, source: str, *words: str | PureWindowsPath, **options: Any) -> Ended:
        """Run a program of Python that is given as text; `words` are its `sys.argv[1:]`."""
        return self.python("-c", source, *words, **options)

    def omt(self, *words: str | PureWindowsPath, **options: Any) -> Ended:
        """Run a command of the tool to its end."""
        return self.python(*OMT, *words, **options)

    def run(
        self,
        *command: str | PureWindowsPath,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        seconds: float = _SECONDS,
    ) -> Ended:
        """Run a program of Windows to its end. `environment` is added to a new user's."""
        with self.start(*command, environment=environment) as process:
            out, err = process.communicate(stdin, timeout=seconds)
        return Ended(process.returncode, out, err)

    @contextmanager
    def start(
        self, *command: str | PureWindowsPath, environment: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start a program with three pipes, to be watched. It is ended with the context if it did not end before."""
        process = subprocess.Popen(
            self._words(command), env=self._environment(environment), cwd=self.prefix.drive,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            yield process
        finally:
            _end(process)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None and not stream.closed:
                    stream.close()

    @contextmanager
    def console(
        self, *command: str | PureWindowsPath, environment: Mapping[str, str] | None = None
    ) -> Iterator[Console]:
        """Start a program in a console of its own. It is ended with the context if it did not end before."""
        ours, theirs = pty.openpty()
        # So wide that no line of what is printed goes on in the next.
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *_WINDOW, 0, 0))
        try:
            process = subprocess.Popen(
                ["setsid", "--ctty", *self._words(command)],
                env={**self._environment(environment), "TERM": "xterm"}, cwd=self.prefix.drive,
                stdin=theirs, stdout=theirs, stderr=theirs,
            )  # fmt: skip
        finally:
            os.close(theirs)
        try:
            yield Console(process, ours)
        finally:
            _end(process)
            os.close(ours)

    def _words(self, command: Sequence[str | PureWindowsPath]) -> list[str]:
        self.prefix.account.take(self.place.here)
        return [*self.prefix.account.run_as, "wine", *map(str, command)]

    def _environment(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        # The folders in which the tool keeps workspaces and log are the test's own.
        own = {"TEMP": str(self.place.there / "temp"), "LOCALAPPDATA": str(self.place.there / "local")}
        given = {**own, **(extra or {})}
        return {**self.prefix.environment(), **given, **{f"{GIVEN}{name}": value for name, value in given.items()}}


@contextmanager
def awake(prefix: Prefix) -> Iterator[None]:
    """Keep one program running: without any, Wine's services end, and each start waits for new ones.

    It ends with this process, however that ends.
    """
    name = f"awake-{uuid4().hex}"
    keeper = subprocess.Popen(
        [*prefix.account.run_as, "wine", PYTHON, "-c", _AWAKE, f"C:\\{name}"],
        env=prefix.environment(), cwd=prefix.drive,
        # Services that it starts must hold no pipe of ours, or who reads one to its end waits for theirs.
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    sign = prefix.drive / name
    try:
        # Whoever came first would start the services: so nobody comes before it.
        until = time.monotonic() + _SECONDS
        while not sign.exists():
            assert keeper.poll() is None, "Windows' Python ended at once"
            assert time.monotonic() < until, "Windows' Python never began"
            time.sleep(_LOOK)
        yield
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        _end(keeper, seconds=60)
        sign.unlink(missing_ok=True)


def _end(process: subprocess.Popen[bytes], *, seconds: float = 0) -> None:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=60)

"""A process of the tool's own that does one thing for it, on a processor core of its own.

It is started afresh, not forked, and loads a few modules without the front doors of their packages, which would load
the whole tool: so it is there in no time and small. Questions and answers go through its pipes in Python's own
`marshal`; both ends are the same program. What serves may import Python's own modules, single modules of its own
package, and `omt_core.api.plain`.
"""

from __future__ import annotations

import marshal
import signal
import subprocess
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import IO, Any, Final

_START: Final = """
import sys
from importlib import import_module
from types import ModuleType
served, name, count = sys.argv[1:4]
for told in sys.argv[4:][:int(count)]:
    package, _, place = told.partition("=")
    sys.modules[package] = ModuleType(package)
    sys.modules[package].__path__ = [place]
getattr(import_module(served), name)(*sys.argv[4 + int(count):])
"""
"""The packages without their front doors, then what is to serve."""

_LENGTH: Final = 4
"""Bytes that say how long a message is."""


class HelperProcess:
    """Used by one thread at a time. All methods block."""

    def __init__(self, serve: Callable[..., None], *arguments: str, inherited: Collection[int] = ()) -> None:
        """Start the process with a function of a module, which is to call `serve_questions`.

        `inherited` are the open files that it gets. Raises OSError where the system lets none be started.
        """
        packages = {*_packages_of(serve.__module__), *_packages_of(__name__)[:-1]}  # but this one, which is plain
        doors = [f"{package}={sys.modules[package].__path__[0]}" for package in sorted(packages)]
        told = (serve.__module__, serve.__name__, str(len(doors)), *doors, *arguments)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", "-S", "-c", _START, *told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tuple(inherited),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def ask(self, question: object) -> Any:  # noqa: ANN401 - whatever marshal holds
        """Return the answer to a question, of values that `marshal` holds.

        Raises EOFError or OSError when the process is gone.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        _tell(stdin, question)
        return _told(stdout)

    def close(self) -> None:
        """End the process."""
        with suppress(OSError), self._process:
            self._process.kill()


def serve_questions(answer: Callable[[Any], object]) -> None:
    """Answer the process that started this one, until that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tool, which ends this process in its own time.
    with suppress(EOFError, BrokenPipeError):
        while True:
            _tell(sys.stdout.buffer, answer(_told(sys.stdin.buffer)))


def _packages_of(module: str) -> list[str]:
    """Return the packages that a module lies in, each in the one before it."""
    names = module.split(".")[:-1]
    return [".".join(names[: end + 1]) for end in range(len(names))]


def _tell(pipe: IO[bytes], value: Any) -> None:  # noqa: ANN401 - whatever marshal holds
    """Write a value with its length before it: `marshal` itself would ask a pipe for one number after another."""
    text = marshal.dumps(value)
    pipe.write(len(text).to_bytes(_LENGTH) + text)
    pipe.flush()


def _told(pipe: IO[bytes]) -> Any:  # noqa: ANN401 - whatever marshal holds
    """Return a value that `_tell` wrote. Raises EOFError when the other end is gone, also where it left a part."""
    return marshal.loads(pipe.read(int.from_bytes(pipe.read(_LENGTH))))  # noqa: S302 - it comes from our own program

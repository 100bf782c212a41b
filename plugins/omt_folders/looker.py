"""A process that looks at folders for this one: asking for the status of a million files takes a core all its time.

It is started afresh, not forked, and loads a few modules only. Questions and answers go through its pipes in Python's
own `marshal`; both ends are the same program.
"""

from __future__ import annotations

import marshal
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from omt_core.api.files import digest_of
from omt_folders.look import Look, look_at

_START: Final = """
import sys, types
from importlib.util import module_from_spec, spec_from_file_location
sys.modules["omt_core"], sys.modules["omt_core.api"] = types.ModuleType("omt_core"), types.ModuleType("omt_core.api")
digests = spec_from_file_location("omt_core.api.files", sys.argv[1])
sys.modules[digests.name] = module_from_spec(digests)
digests.loader.exec_module(sys.modules[digests.name])
package = types.ModuleType("omt_folders")
package.__path__ = [sys.argv[2]]
sys.modules["omt_folders"] = package
from omt_folders.looker import serve
serve()
"""
"""The package without its front door, and of the public surface only what a digest is: all of it loads the tool."""

_LENGTH: Final = 4
"""Bytes that say how long a message is."""


class Looker:
    """Used by one thread at a time. All methods block."""

    def __init__(self) -> None:
        """Start the process. Raises OSError where the system lets none be started."""
        digests = str(sys.modules[digest_of.__module__].__file__)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", "-S", "-c", _START, digests, str(Path(__file__).parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def look(self, folders: Sequence[tuple[str, Sequence[str]]]) -> list[Look | None]:
        """Have folders looked at, each as `look_at` does. Raises EOFError or OSError when the process is gone."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        _tell(stdin, list(folders))
        return [None if look is None else Look(*look) for look in _told(stdout)]

    def close(self) -> None:
        """End the process."""
        with suppress(OSError), self._process:
            self._process.kill()


def serve() -> None:
    """Look for the process that started this one, until that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tool, which ends this process in its own time.
    with suppress(EOFError, BrokenPipeError):
        while True:
            folders = _told(sys.stdin.buffer)
            looks = [look_at(folder, frozenset(others)) for folder, others in folders]
            _tell(sys.stdout.buffer, [None if look is None else tuple(look) for look in looks])


def _tell(pipe: IO[bytes], value: Any) -> None:  # noqa: ANN401 - whatever marshal holds
    """Write a value with its length before it: `marshal` itself would ask a pipe for one number after another."""
    text = marshal.dumps(value)
    pipe.write(len(text).to_bytes(_LENGTH) + text)
    pipe.flush()


def _told(pipe: IO[bytes]) -> Any:  # noqa: ANN401 - whatever marshal holds
    """Return a value that `_tell` wrote. Raises EOFError when the other end is gone, also where it left a part."""
    return marshal.loads(pipe.read(int.from_bytes(pipe.read(_LENGTH))))  # noqa: S302 - it comes from our own program

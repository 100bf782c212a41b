"""Real processes of the tool and of a tenant that start fast: forked from one that has imported everything before.

What runs in them is the public command line, `main`, with its own environment and its own standard output.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.e2e.omt import Ended, environment

PATIENCE = 240
"""Seconds after which a process that does not end is a fault of the test, or of the tool."""

_PRELOADED = [
    "duckdb", "omt_core.cli.main", "omt_core.cli.command", "omt_archive.plugin", "omt_auth.plugin", "omt_checks.plugin",
    "omt_database.plugin", "omt_database.export.parts", "omt_discovery.plugin", "omt_freeze.plugin",
    "omt_online.plugin", "omt_plans.plugin", "omt_recovery.plugin", "omt_report.plugin", "omt_simulator.plugin",
    "omt_upload.plugin", "omt_usernames.plugin",
]  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Running:
    """A command that was started; `said` is what it has printed and was read by the test."""

    process: Any
    output: TextIOWrapper
    errors: Path
    said: list[dict[str, Any]] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """The process to send signals to."""
        pid: int = self.process.pid
        return pid

    def signal(self, number: int = signal.SIGKILL) -> None:
        """Send a signal, kill -9 by default; to one that has ended already nothing is sent."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def events(self) -> Iterator[dict[str, Any]]:
        """Read what it says, line by line, until it ends."""
        for line in self.output:
            self.said.append(json.loads(line))
            yield self.said[-1]

    def until(self, event: str, nth: int = 1, **fields: object) -> dict[str, Any]:
        """Read on to the nth event of this kind with these fields."""
        for line in self.events():
            if line["event"] == event and all(line.get(name) == value for name, value in fields.items()):
                nth -= 1
                if not nth:
                    return line
        raise AssertionError(f"it ended before {event}: {self.errors.read_text()}")

    def end(self) -> int:
        """Read to the end and wait for the process; returns its exit code, negative for a signal."""
        for _ in self.events():
            pass
        self.process.join(PATIENCE)
        code: int = self.process.exitcode
        self.output.close()
        self.process.close()
        return code

    def ended(self) -> Ended:
        """Wait until it ends by itself. No person ever sees a traceback, whatever went wrong."""
        code = self.end()
        errors = self.errors.read_text(encoding="utf-8")
        assert "Traceback" not in errors, errors
        assert self.said, errors
        result = self.said[-1]
        assert (result["event"], result.get("exit_code")) == ("result", code), errors
        return Ended(code=code, result=result, lines=tuple(self.said), errors=errors)


@dataclass(slots=True, kw_only=True)
class ServedTenant:
    """A tenant that a process of its own serves; the process may be killed and started again."""

    directory: Path
    words: tuple[str, ...]
    settings: Mapping[str, str]
    url: str = ""
    token_file: Path = Path()
    running: Running

    @property
    def port(self) -> int:
        """Where it listens, also after it was started again."""
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """Kill -9, and wait until the process is gone."""
        self.running.signal()
        self.running.end()

    def start_again(self) -> None:
        """Serve the same folder on the same port."""
        words = ("tenant", "serve", self.directory, "--port", str(self.port), *self.words)
        self.running = start(*words, folder=self.directory.parent, extra=self.settings, json_lines=False)
        _read_address(self)


def start(*words: str | Path, folder: Path, extra: Mapping[str, str] | None = None, json_lines: bool = True) -> Running:
    """Start a command that keeps everything below `folder`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    reader, writer = context.Pipe(duplex=False)
    told = [*map(str, words), *(("--json",) if json_lines else ())]
    settings = environment(folder, extra)
    handle, name = tempfile.mkstemp(prefix="errors-", dir=folder)
    os.close(handle)
    process = context.Process(target=_become, args=(told, settings, writer, name))
    process.start()
    writer.close()
    output = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
    reader.close()
    return Running(process=process, output=output, errors=Path(name))


def run(*words: str | Path, folder: Path, extra: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    return start(*words, folder=folder, extra=extra).ended()


@contextmanager
def served_tenant(
    folder: Path, *, words: tuple[str, ...] = (), settings: Mapping[str, str] | None = None, name: str = "tenant"
) -> Iterator[ServedTenant]:
    """Serve `folder/name` until the context ends, whichever process does it then."""
    extra = settings or {}
    directory = folder / name
    first = start("tenant", "serve", directory, *words, folder=folder, extra=extra, json_lines=False)
    tenant = ServedTenant(directory=directory, words=words, settings=extra, running=first)
    try:
        _read_address(tenant)
        yield tenant
    finally:
        if not tenant.running.output.closed:
            tenant.running.signal(signal.SIGTERM)
            tenant.running.end()


def _read_address(tenant: ServedTenant) -> None:
    line = tenant.running.output.readline()
    assert line, tenant.running.errors.read_text(encoding="utf-8")
    address = json.loads(line)
    tenant.url, tenant.token_file = address["url"], Path(address["token_file"])


def _become(words: list[str], settings: Mapping[str, str], output: Connection, errors: str) -> None:
    """Be the command, in the forked process."""
    from omt_core.cli.main import main  # noqa: PLC0415 - imported already, and not needed in the process of the tests

    if hasattr(signal, "SIGHUP"):
        # Tests that run under `nohup` would hand on that hanging up is ignored.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(settings)
    tempfile.tempdir = None
    os.dup2(output.fileno(), 1)
    output.close()
    with open(errors, "ab") as file:  # noqa: PTH123 - a descriptor is all that is wanted
        os.dup2(file.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    sys.exit(main(words))

"""Commands that a plugin adds to the command line."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from omt_core.api.database import SourceDatabase
from omt_core.api.events import EventSink
from omt_core.api.files.near import NearReader
from omt_core.api.installation import Installation, Licence
from omt_core.api.users import LoginResult


class CommandSite(Protocol):
    """The installation on site, as a command has it open."""

    @property
    def installation(self) -> Installation:
        """Where everything lies."""
        ...

    @property
    def licence(self) -> Licence:
        """Owner, serial number and product version."""
        ...

    @property
    def database(self) -> SourceDatabase:
        """The database, which a command can read and neither write to nor close."""
        ...

    async def log_on(self) -> LoginResult:
        """Log the migrator on as `login` of the answers says, by whichever plugin holds the role.

        Raises `InputError`: `usage` without answers, `secret-not-found`. A refused login is a result, not an error.
        """
        ...


class CommandContext(EventSink, Protocol):
    """What a command works with. `self_command` starts this program anew, with the same plugins and settings."""

    @property
    def answers(self) -> Mapping[str, Any]:
        """What the answers file says, by key; empty without a file.

        A secret of the tool's own sections (`login`, `installation`) is there as where it is, never itself. `online`
        and `plugins` are as they stand in the file: whatever a person wrote there is in them.
        """
        ...

    def site(self) -> AbstractAsyncContextManager[CommandSite]:
        """Find the installation that the answers name, or the one on this machine, and open its database meanwhile.

        Raises `InstallationError`, or `InputError` where a secret is not where the answers say.
        """
        ...

    def near_readers(self) -> AbstractAsyncContextManager[Sequence[NearReader]]:
        """Lend those who read folders and files on site from where they are near (`open_near_readers`)."""
        ...

    @property
    def self_command(self) -> tuple[str, ...]:
        """The words that start this program, to which a command and its options are appended."""
        ...

    @property
    def json(self) -> bool:
        """Whether standard output is for a program: one JSON object per line and nothing else."""
        ...

    @property
    def data_folder(self) -> Path:
        """The platform's folder for the tool's data, below which a command may keep a folder of its own."""
        ...

    def print(self, text: str = "") -> None:
        """Say a line to a person; nothing is printed under `--json`."""
        ...

    def print_line(self, text: str) -> None:
        """Print a line to standard output in any case: it is this command's documented output."""
        ...

    async def written(self) -> None:
        """Wait until what was printed is written, so that a child process may print to the same output after it."""
        ...

    def finish(self, exit_code: int, **fields: object) -> int:
        """End the command: under `--json` prints the result object with these fields. Returns the exit code."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: its name, one line of help, what adds its options, and what runs it and returns the exit code.

    With `takes_answers` it has the option `--answers FILE`, which is read before it runs: what is in there is in
    `CommandContext.answers`, and `CommandContext.site` opens what it names. An error for the person is raised as
    `OmtError`. A command with parts (`tenant serve`) adds sub-parsers itself. `examples` are whole command lines, shown
    below its help; without any it is the command alone.
    """

    name: str
    help: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[CommandContext, argparse.Namespace], Awaitable[int]]
    takes_answers: bool = False
    examples: tuple[str, ...] = ()

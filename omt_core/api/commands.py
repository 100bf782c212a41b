"""Commands that a plugin adds to the command line."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from omt_core.api.events import EventSink


class CommandContext(EventSink, Protocol):
    """What a command works with. `self_command` starts this program anew, with the same plugins and settings."""

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

    An error for the person is raised as `OmtError`. A command with parts (`tenant serve`) adds sub-parsers itself.
    """

    name: str
    help: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[CommandContext, argparse.Namespace], Awaitable[int]]

"""The machine that is searched: its files, its registry and its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omt_discovery.environment import expand, read_environment
from omt_discovery.registry import EmptyRegistry, Registry
from omt_discovery.registry_export import load_registry_exports
from omt_discovery.windows_files import UnreadableFileError, WindowsFiles, read_file
from omt_discovery.windows_registry import open_registry

REGISTRY_EXPORT = ".reg"
"""Exports of the registry lie at the top of the folder that stands for the machine."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Files by Windows paths, a registry, and environment variables by lower-case name."""

    files: WindowsFiles
    registry: Registry
    environment: Mapping[str, str]

    @classmethod
    def empty(cls, root: Path) -> Machine:
        """Return the machine of a folder that cannot be read."""
        return cls(WindowsFiles(root), EmptyRegistry(), {})

    def expand(self, text: str) -> str:
        """Replace environment variables in a setting."""
        return expand(text, self.environment)

    def find(self, pattern: str) -> list[str]:
        """Return the files that a pattern with variables matches."""
        return self.files.find(self.expand(pattern))


def this_machine() -> Machine:
    """Return the machine that the program runs on; it has neither registry nor Windows paths where it is no Windows."""
    environment = {name.casefold(): value for name, value in os.environ.items()} if sys.platform == "win32" else {}
    return Machine(WindowsFiles(None), open_registry(), environment)


def machine_below(root: Path, *, export_limit: int) -> tuple[Machine, list[tuple[Path, str]]]:
    """Return the machine that a folder stands for, and the registry exports in it that cannot be read, and why."""
    contents: list[bytes] = []
    unreadable: list[tuple[Path, str]] = []
    for path in sorted(entry for entry in root.iterdir() if entry.suffix.casefold() == REGISTRY_EXPORT):
        try:
            contents.append(read_file(path, export_limit) or b"")
        except UnreadableFileError as error:
            unreadable.append((path, str(error)))
    registry = load_registry_exports(contents)
    return Machine(WindowsFiles(root), registry, read_environment(registry)), unreadable

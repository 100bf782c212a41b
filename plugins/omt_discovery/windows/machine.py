"""The machine that is searched: its files, its registry and its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omt_core.api import drives
from omt_discovery.windows.environment import expand, read_environment
from omt_discovery.windows.files import UnreadableFileError, WindowsFiles, read_file
from omt_discovery.windows.live_registry import open_registry
from omt_discovery.windows.registry import CURRENT_USER, LOCAL_MACHINE, EmptyRegistry, Registry, text_value
from omt_discovery.windows.registry_export import load_registry_exports
from omt_discovery.windows.text_encoding import ANSI, code_page

CODE_PAGES = rf"{LOCAL_MACHINE}\SYSTEM\CurrentControlSet\Control\Nls\CodePage"
"""Its value ACP is the number of the machine's ANSI code page."""

MAPPED_DRIVES = rf"{CURRENT_USER}\Network"
"""One key per drive letter below; its value RemotePath is the share."""

REGISTRY_EXPORT = ".reg"
"""Exports of the registry lie at the top of the folder that stands for the machine."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Files by Windows paths, a registry, environment variables by lower-case name, and the ANSI code page."""

    files: WindowsFiles
    registry: Registry
    environment: Mapping[str, str]
    ansi: str = ANSI

    @classmethod
    def empty(cls, root: Path) -> Machine:
        """Return the machine of a folder that cannot be read."""
        return cls(WindowsFiles(root), EmptyRegistry(), {})

    def expand(self, text: str) -> str:
        """Replace environment variables in a setting."""
        return expand(text, self.environment)

    def share_of(self, windows_path: str) -> str | None:
        """Return the path on the share behind a drive that the user has mapped; None for one on no such drive."""
        return drives.on_share(
            windows_path, lambda letter: text_value(self.registry, rf"{MAPPED_DRIVES}\{letter}", "RemotePath")
        )

    def find(self, pattern: str) -> list[str]:
        """Return the files that a pattern with variables matches."""
        return self.files.find(self.expand(pattern))


def this_machine(ansi: str | None = None) -> Machine:
    """Return the machine that the program runs on; it has neither registry nor Windows paths where it is no Windows.

    `ansi` is the code page of its files, if that is known better than the registry does.
    """
    environment = {name.casefold(): value for name, value in os.environ.items()} if sys.platform == "win32" else {}
    registry = open_registry()
    return Machine(WindowsFiles(None), registry, environment, ansi or _ansi(registry))


def machine_below(root: Path, *, export_limit: int, ansi: str | None = None) -> tuple[Machine, list[tuple[Path, str]]]:
    """Return the machine that a folder stands for, and the registry exports in it that cannot be read, and why."""
    contents: list[bytes] = []
    unreadable: list[tuple[Path, str]] = []
    for path in sorted(entry for entry in root.iterdir() if entry.suffix.casefold() == REGISTRY_EXPORT):
        try:
            contents.append(read_file(path, export_limit) or b"")
        except UnreadableFileError as error:
            unreadable.append((path, str(error)))
    page = ansi or _ansi(load_registry_exports(contents))
    registry = load_registry_exports(contents, page)
    return Machine(WindowsFiles(root), registry, read_environment(registry), page), unreadable


def _ansi(registry: Registry) -> str:
    return code_page(text_value(registry, CODE_PAGES, "ACP") or "") or ANSI

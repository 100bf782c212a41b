"""What the tool asks of folders, and what workers tell of them, in columns: there are as many rows as files.

Names of files stand in neither's text, which may be in logs and on the dashboard.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from omt_core.api import KnownContent
from typing_extensions import override


@dataclass(frozen=True, slots=True, repr=False)
class WalkOrder:
    """A folder, as its worker calls it, to be gone through with those below it until there are so many `entries`.

    `exact`: sizes and times are asked for where the folder itself may list old ones.
    """

    folder: str
    entries: int
    exact: bool

    @override
    def __repr__(self) -> str:
        return "<folders to go through>"


@dataclass(frozen=True, slots=True, repr=False)
class FolderColumns:
    """One folder: `below` are the names from the one that was asked for down to it, `folders` those of folders in it.

    Each other field has one value for each entry. `told` is False, and they are empty, where something in the folder
    means something else on another machine, as a link does: the tool looks there itself. The bits of `modes` say that
    everybody may read what the worker may read. Times are in nanoseconds, `ctimes_ns` 0 where the system has none.
    """

    below: tuple[str, ...]
    folders: tuple[str, ...]
    told: bool = True
    names: tuple[str, ...] = ()
    modes: array[int] = field(default_factory=lambda: array("L"))
    sizes: array[int] = field(default_factory=lambda: array("q"))
    mtimes_ns: array[int] = field(default_factory=lambda: array("q"))
    ctimes_ns: array[int] = field(default_factory=lambda: array("q"))
    attributes: array[int] = field(default_factory=lambda: array("L"))

    @override
    def __repr__(self) -> str:
        return f"<a folder of {len(self.names)} entries>"


@dataclass(frozen=True, slots=True, repr=False)
class LookOrder:
    """Folders, as their worker calls them, to be looked at, each with the names that are not part of its digest."""

    folders: tuple[tuple[str, tuple[str, ...]], ...]

    @override
    def __repr__(self) -> str:
        return f"<{len(self.folders)} folders to look at>"


@dataclass(frozen=True, slots=True, repr=False)
class ReadOrder:
    """Files below a root, as its worker calls it, to be read and held against what is known of them."""

    root: str
    files: tuple[KnownContent, ...]
    any_case: bool

    @override
    def __repr__(self) -> str:
        return f"<{len(self.files)} files to read>"

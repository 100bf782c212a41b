"""The watched folders as the processes see them: which name leads to which file, followed call by call."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from tests.power_loss.operations import Entry, Renaming
from tests.power_loss.strace import RecordError


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """What was there when the recording began."""

    roots: Mapping[str, int]
    start: Mapping[int, bytes]
    entries: Mapping[Entry, int]


class Files:
    """Names and the numbers of the files and folders that they lead to."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._numbers = count(1)
        self.folders: set[int] = set()
        self._entries: dict[Entry, int] = {}
        self._start: dict[int, bytes] = {}
        self._roots = {str(root): self._add_tree(root) for root in roots}

    @property
    def marks(self) -> tuple[str, ...]:
        """How the roots begin in a record, whose texts are hexadecimal."""
        return tuple("".join(f"\\x{byte:02x}" for byte in os.fsencode(root)) for root in self._roots)

    def snapshot(self) -> Begin:
        """Return what is known now, which later calls do not change."""
        return Begin(roots=dict(self._roots), start=dict(self._start), entries=dict(self._entries))

    def watches(self, path: str) -> bool:
        """Tell whether a path is a root or below one."""
        return any(path == root or path.startswith(f"{root}/") for root in self._roots)

    def find(self, path: str) -> int | None:
        """Return the number of a file or folder, None when there is none."""
        if path in self._roots:
            return self._roots[path]
        entry = self._entry(path)
        return self._entries.get(entry)

    def require(self, path: str) -> int:
        """Return the number of what must be there."""
        found = self.find(path)
        if found is None:
            raise RecordError(f"a call uses {path}, of whose making the record says nothing")
        return found

    def make(self, path: str, *, folder: bool) -> tuple[int, Renaming]:
        """Make a new file or folder."""
        number = next(self._numbers)
        if folder:
            self.folders.add(number)
        return number, self._change(path, ((self._entry(path), number),))

    def link(self, source: str, target: str) -> Renaming:
        """Give a file a second name."""
        return self._change(target, ((self._entry(target), self.require(source)),))

    def rename(self, source: str, target: str) -> Renaming:
        """Move a file or folder, over what has the name."""
        moved = self.require(source)
        return self._change(target, ((self._entry(source), None), (self._entry(target), moved)))

    def remove(self, path: str) -> Renaming:
        """Take a name away."""
        self.require(path)
        return self._change(path, ((self._entry(path), None),))

    def _change(self, path: str, changes: tuple[tuple[Entry, int | None], ...]) -> Renaming:
        for entry, number in changes:
            if number is None:
                self._entries.pop(entry, None)
            else:
                self._entries[entry] = number
        # A rename is sure where the new name stands, which is the last of the changes.
        return Renaming(changes=changes, sure_by=changes[-1][0][0], path=path)

    def _entry(self, path: str) -> Entry:
        pure = PurePosixPath(path)
        folder = self.find(str(pure.parent)) if self.watches(str(pure.parent)) else None
        if folder is None:
            raise RecordError(f"a call uses {path}, whose folder is not known")
        return folder, pure.name

    def _add_tree(self, root: Path) -> int:
        number = next(self._numbers)
        self.folders.add(number)
        for path in sorted(root.iterdir()):
            if path.is_dir():
                self._entries[number, path.name] = self._add_tree(path)
            else:
                self._entries[number, path.name] = child = next(self._numbers)
                self._start[child] = path.read_bytes()
        return number

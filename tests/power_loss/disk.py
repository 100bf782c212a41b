"""What a disk may hold after a power loss: what was made sure, and of the rest whatever reached it by itself.

The model is the worst that file systems like ext4 and xfs allow:

- Bytes of a file are sure once an fsync of that file, begun after they were written, has returned. Until then each
  sector of 512 bytes holds any of the contents that it had since, whatever other sectors hold: a write may tear.
- The size of a file follows the bytes that arrived, or is there before them: what is missing reads as zeros. A cut is
  not overtaken by later writes to the same file.
- A name is sure once an fsync of its folder, begun after the change, has returned; an fsync of the file does not help
  it. Changes in different folders are independent. Of several changes to one name a later one does not survive without
  the earlier ones. A rename is there wholly or not at all, also between folders, and is sure by its target's folder;
  it may be there while the bytes of the file are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tests.power_loss.operations import (
    Change,
    Entry,
    Operation,
    Record,
    Renaming,
    Resizing,
    Synced,
    Syncing,
    Writing,
)
from tests.power_loss.sectors import Loss, assembled
from tests.power_loss.tree import Content, Tree


@dataclass(slots=True)
class _File:
    sure: Content
    pending: dict[int, Writing | Resizing] = field(default_factory=dict)
    known: dict[tuple[frozenset[int], tuple[tuple[int, frozenset[int]], ...], bool], Content] = field(
        default_factory=dict
    )


class Disk:
    """A disk that follows a record operation by operation; of some `roots` only, if not all are on the same disk."""

    def __init__(self, record: Record, roots: Sequence[str] | None = None) -> None:
        self._folders = record.folders
        self._roots = {path: number for path, number in record.roots.items() if roots is None or path in roots}
        self._here = set(self._roots.values())
        self._sure: dict[Entry, int] = {}
        for entry, number in sorted(record.entries.items()):  # a folder's number is smaller than those of what is in it
            if entry[0] in self._here:
                self._here.add(number)
                self._sure[entry] = number
        self._files = {number: _File(Content(data)) for number, data in record.start.items() if number in self._here}
        self._names: dict[int, Renaming] = {}
        self._syncs: dict[int, tuple[int, int]] = {}
        self._position = 0
        self._fresh = 0

    @property
    def pending(self) -> Mapping[int, Change]:
        """The changes that are not sure, by position in the record, in order; not those of files without a name."""
        found: dict[int, Change] = dict(self._names)
        named = {number for change in self._names.values() for _, number in change.changes if number is not None}
        for number in named.union(self._sure.values()):
            if number in self._files:
                found.update(self._files[number].pending)
        return dict(sorted(found.items()))

    @property
    def fresh(self) -> int:
        """The position from which on nothing was made sure."""
        return self._fresh

    def apply(self, operation: Operation) -> None:
        """Take the next operation of the record."""
        match operation:
            case Renaming() if operation.sure_by in self._here:
                self._names[self._position] = operation
                self._here.update(number for _, number in operation.changes if number is not None)
            case Writing() | Resizing() if operation.file in self._here:
                file = self._files.setdefault(operation.file, _File(Content(b"")))
                file.pending[self._position] = operation
                file.known.clear()
            case Syncing() if operation.node in self._here:
                self._syncs[operation.number] = (operation.node, self._position)
            case Synced() if self.is_made_sure_by(operation):
                self._settle(*self._syncs.pop(operation.number))
                self._fresh = self._position + 1
            case _:
                pass  # it is of another disk, or talk
        self._position += 1

    def is_made_sure_by(self, operation: Operation) -> bool:
        """Tell whether an operation makes something sure on this disk."""
        return isinstance(operation, Synced) and operation.number in self._syncs

    def nothing_lost(self) -> Loss:
        """Return that everything reached the disk, as when only the process is killed."""
        return Loss(kept=self.pending.keys())

    def surviving(self, loss: Loss) -> Tree:
        """Return what is on the disk after a loss. What kept names depend on is kept with them."""
        names = dict(self._sure)
        kept = self._with_needed(loss.kept)
        for position, change in self._names.items():
            if position in kept:
                _rename(names, change)
        below: dict[int, list[tuple[str, int]]] = {}
        for (folder, name), number in names.items():
            below.setdefault(folder, []).append((name, number))
        files: dict[str, Content] = {}
        folders: list[str] = []
        todo = list(self._roots.items())
        while todo:
            path, number = todo.pop()
            if number in self._folders:
                folders.append(path)
                todo += ((f"{path}/{name}", child) for name, child in below.get(number, ()))
            else:
                files[path] = self._content(number, loss)
        return Tree(files, sorted(folders))

    def _settle(self, node: int, before: int) -> None:
        """Make sure what was done to a file or folder before a position."""
        if node not in self._folders:
            file = self._files.get(node)
            if file is not None:
                done = {position: change for position, change in file.pending.items() if position < before}
                file.sure = Content(assembled(file.sure.data, done, Loss(kept=done.keys()), whole=True))
                file.pending = {position: change for position, change in file.pending.items() if position >= before}
                file.known.clear()
            return
        done_names = {
            position for position, change in self._names.items() if position < before and change.sure_by == node
        }
        for position in sorted(self._with_needed(done_names, folders=False)):
            if position in self._names:
                _rename(self._sure, self._names.pop(position))

    def _with_needed(self, kept: AbstractSet[int], *, folders: bool = True) -> AbstractSet[int]:
        """Add the earlier changes of the same names and, for names that are moved, of the folders they are moved to."""
        needed: set[Entry] = set()
        needed_folders: set[int] = set()
        found: set[int] = set()
        for position, change in reversed(self._names.items()):
            entries = [entry for entry, _ in change.changes]
            makes = {number for _, number in change.changes if number is not None}
            if position in kept or not needed.isdisjoint(entries) or not needed_folders.isdisjoint(makes):
                found.add(position)
                needed.update(entries)
                if folders:
                    needed_folders.update(folder for folder, _ in entries)
        return found

    def _content(self, number: int, loss: Loss) -> Content:
        file = self._files.setdefault(number, _File(Content(b"")))
        if not file.pending:
            return file.sure
        kept = frozenset(file.pending.keys() & loss.kept)
        torn = tuple((position, frozenset(loss.torn[position])) for position in sorted(kept & loss.torn.keys()))
        key = (kept, torn, number in loss.grown)
        if key not in file.known:
            grown = number in loss.grown
            file.known[key] = Content(assembled(file.sure.data, file.pending, loss, whole=grown))
        return file.known[key]


def _rename(names: dict[Entry, int], change: Renaming) -> None:
    for entry, number in change.changes:
        if number is None:
            names.pop(entry, None)
        else:
            names[entry] = number

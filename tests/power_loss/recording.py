"""Recording what real processes do to some folders, so that a power loss at any moment can be thought through.

The record is strict: a call that touches a watched folder and is not understood, a write through a mapping, a file
whose bytes on disk are not those of the record in the end: each is a `RecordError`, never a gap.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.power_loss.disk import Disk
from tests.power_loss.file_calls import FileCalls
from tests.power_loss.files import Files
from tests.power_loss.operations import Operation, Receiving, Record, Sending, Synced
from tests.power_loss.strace import RecordError, read_calls, require_strace, trace
from tests.power_loss.talk import TALK


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a command ended with, what it said on standard output, and the record of it."""

    exit_code: int
    output: bytes
    record: Record


def record(
    command: Sequence[str],
    *,
    watched: Sequence[Path],
    output: Path,
    environment: Mapping[str, str] | None = None,
    volatile: Callable[[str], bool] = lambda path: path.endswith("-shm"),
) -> Recorded:
    """Run a command, with all processes that it starts, and record what becomes of the `watched` folders. Blocking.

    The folders must be there. `volatile` tells which files are no part of any state after a power loss, since whoever
    opens them makes them anew, like SQLite's index of its WAL; only those may be written through a mapping. `output` is
    where strace writes. Raises `StraceUnusableError`, and `RecordError` for what the record cannot tell. That may be
    whether the last call of a process took effect that was killed in it: then record again.
    """
    require_strace()
    files = Files([path.resolve(strict=True) for path in watched])
    begin = files.snapshot()
    ended = trace(command, output, dict(os.environ) if environment is None else environment)
    reader = FileCalls(files, volatile)
    placed: list[tuple[int, int, Operation]] = []
    for call in read_calls(output, files.marks, TALK):
        for line, operation in reader.operations(call):
            if isinstance(operation, Sending | Receiving | Synced) or not volatile(operation.path):
                placed.append((line, len(placed), operation))
    placed.sort(key=lambda one: one[:2])
    made = Record(
        roots=begin.roots,
        start=begin.start,
        entries=begin.entries,
        folders=frozenset(files.folders),
        operations=tuple(operation for _, _, operation in placed),
    )
    _require_whole(made, volatile)
    return Recorded(exit_code=ended.returncode, output=ended.stdout, record=made)


def _require_whole(made: Record, volatile: Callable[[str], bool]) -> None:
    """Compare the record, nothing lost, with what lies on disk."""
    disk = Disk(made)
    for operation in made.operations:
        disk.apply(operation)
    tree = disk.surviving(disk.nothing_lost())
    for root in made.roots:
        found = {str(path): path.read_bytes() for path in Path(root).rglob("*") if path.is_file()}
        found = {path: content for path, content in found.items() if not volatile(path)}
        told = {path: content.data for path, content in tree.files.items() if Path(path).is_relative_to(root)}
        told = {path: content for path, content in told.items() if not volatile(path)}
        for path in sorted(found.keys() | told.keys()):
            if found.get(path) != told.get(path):
                raise RecordError(f"{path} is not what the record says: something wrote to it that was not recorded")

"""What is known of a stage as the online side imported it, so that a recovery need not go through its items.

It is taken once, when the import is done, and goes with the row of `imported`, which every change of an item takes
away.
"""

from __future__ import annotations

import json
import os
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from hashlib import sha256
from itertools import chain, starmap
from typing import Final

from omt_core.api.plain import line_of
from omt_core.api.stages import KnownFolder, KnownFolders, StageTotals
from omt_core.journal.file import to_blob, to_text

_AT_ONCE: Final = 5_000
_SEPARATOR: Final = to_blob(os.sep)

_CONFIRMED: Final = """
SELECT path, size, mtime_ns, key, ctime_ns FROM items WHERE stage = ? AND state = 'confirmed' ORDER BY path
"""


def mark(connection: sqlite3.Connection, run: int, count: Callable[[str], StageTotals | None]) -> None:
    """Note that all stages are imported as they stand after a run, and what they are then.

    `count` says how a stage stands as the next run sees it. What is known of a stage that has not changed stays.
    """
    connection.execute("INSERT OR IGNORE INTO imported (stage) SELECT name FROM stages")
    new = connection.execute(
        "SELECT imported.stage, kind FROM imported JOIN stages ON stages.name = imported.stage WHERE run IS NULL"
    ).fetchall()
    for stage, kind in new:
        totals = count(stage)
        told = None if totals is None else json.dumps(asdict(totals))
        connection.execute("UPDATE imported SET run = ?, totals = ? WHERE stage = ?", (run, told, stage))
        if kind == "files":
            _take_folders(connection, stage)


def _take_folders(connection: sqlite3.Connection, stage: str) -> None:
    folders = _Folders()
    rows = connection.execute(_CONFIRMED, (stage,))
    while batch := rows.fetchmany(_AT_ONCE):
        if not batch[0][0]:
            return  # the journal was rebuilt from what the tenant holds, and does not know where they lay
        _store(connection, stage, folders.add(batch))
    _store(connection, stage, folders.rest())
    connection.execute("UPDATE imported SET numbers = ? WHERE stage = ?", (json.dumps(folders.runs()), stage))


def _store(connection: sqlite3.Connection, stage: str, folders: Iterable[tuple[bytes, int, bytes]]) -> None:
    connection.executemany(
        "INSERT INTO imported_folders (stage, folder, files, digest) VALUES (?, ?, ?, ?)",
        ((stage, *folder) for folder in folders),
    )


class _Folders:
    """The folders of confirmed files, which come sorted by path: each is digested as its files come.

    What lies below a folder comes in one piece, so that only the folders on the way to a file are held at a time.
    """

    def __init__(self) -> None:
        self._open: list[_Folder] = []
        self._numbers: defaultdict[int, array[int]] | None = defaultdict(_no_numbers)

    def add(self, files: Sequence[tuple[bytes, int, int, bytes, int]]) -> Sequence[tuple[bytes, int, bytes]]:
        """Take the next files: path, size, times, and between them the key; returns the folders that have no more."""
        whole: list[tuple[bytes, int, bytes]] = []
        for path, size, mtime_ns, key, ctime_ns in files:
            while self._open and not path.startswith(self._open[-1].before):
                whole.append(self._open.pop().taken())
            folder, _, name = path.rpartition(_SEPARATOR)
            if not self._open or self._open[-1].path != folder:
                self._open.append(_Folder(folder))
            self._open[-1].add(line_of(name, size, mtime_ns, ctime_ns))
            if self._numbers is not None and not self._add_number(key):
                self._numbers = None
        return whole

    def rest(self) -> Sequence[tuple[bytes, int, bytes]]:
        """Return the folders that are left once there are no more files."""
        return [folder.taken() for folder in self._open]

    def runs(self) -> Sequence[int] | None:
        """Return the keys as numbers, in pairs of the first of some that follow each other and how many; else None."""
        if self._numbers is None:
            return None
        runs: list[int] = []
        last = None
        # Some at a time: to sort a million at once takes 40 MB.
        for number in chain.from_iterable(sorted(self._numbers[place]) for place in sorted(self._numbers)):
            if last is not None and number == last + 1:
                runs[-1] += 1
            else:
                runs += (number, 1)
            last = number
        return runs

    def _add_number(self, key: bytes) -> bool:
        if not key.isdigit() or len(key) > _LONGEST_NUMBER or (key.startswith(b"0") and key != b"0"):
            return False
        if self._numbers is not None:
            number = int(key)
            self._numbers[number >> _SORTED_AT_ONCE].append(number)
        return True


def _no_numbers() -> array[int]:
    return array("q")


_LONGEST_NUMBER: Final = 18
"""Digits that fit 64 bits, whatever they are."""

_SORTED_AT_ONCE: Final = 16
"""Numbers that differ in so many bits only are sorted together."""


class _Folder:
    """A folder with the digest (`digest_of`) of the lines of its files, which come in their order.

    `before` is what every path below it begins with.
    """

    __slots__ = ("_sha256", "before", "files", "path")

    def __init__(self, path: bytes) -> None:
        self.path = path
        self.before = path + _SEPARATOR if path else b""
        self.files = 0
        self._sha256 = sha256()

    def add(self, line: bytes) -> None:
        self._sha256.update(line)
        self.files += 1

    def taken(self) -> tuple[bytes, int, bytes]:
        """Return it as it is stored."""
        return self.path, self.files, self._sha256.digest()


def totals_of(connection: sqlite3.Connection, run: int, stage: str) -> StageTotals | None:
    """Return how a stage stands that is as an earlier run than this one had it imported, or None."""
    row = connection.execute("SELECT totals FROM imported WHERE stage = ? AND run < ?", (stage, run)).fetchone()
    return None if row is None or row[0] is None else StageTotals(**json.loads(row[0]))


def known_folders(connection: sqlite3.Connection, stage: str) -> KnownFolders | None:
    """Return the folders of a stage that is as it was imported, if they are known."""
    row = connection.execute("SELECT numbers FROM imported WHERE stage = ?", (stage,)).fetchone()
    if row is None or row[0] is None:
        return None
    runs = json.loads(row[0])
    rows = connection.execute(
        "SELECT folder, files, digest FROM imported_folders WHERE stage = ? ORDER BY folder", (stage,)
    )
    return KnownFolders(
        folders=[KnownFolder(to_text(folder), files, digest) for folder, files, digest in rows],
        numbers=None if runs is None else array("q", _numbers(runs)),
    )


def _numbers(runs: Sequence[int]) -> Iterable[int]:
    pairs = zip(runs[::2], runs[1::2], strict=True)
    return chain.from_iterable(starmap(range, ((first, first + count) for first, count in pairs)))

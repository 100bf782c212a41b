"""An index of the files in one folder of attachments: eight bytes a file, so that a million take no memory to speak of.

How the sub-folders for ranges of 10,000 ids are called is not documented (ND, crm.md section 6), and old
files may still lie flat: so the whole tree is listed once, and a file is known by the digits that its name begins with.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from omt_archive.findings import FILE_WITHOUT_ATTACHMENT, FOLDER_LINK, FOLDER_UNREADABLE
from omt_core.api.files import openable, real_path
from omt_folders.disk import Disk, is_link

_FILE = re.compile(r"(0|[1-9][0-9]{0,9})(\D.*)?")
"""The attachment's id, then nothing or an extension. ND: whether there is an extension.

What follows begins with no digit of any script, so that it can't be taken for more of the number.
"""

_SUFFIX_BITS, _FOLDER_BITS = 11, 20
_ID_BITS = 64 - _SUFFIX_BITS - _FOLDER_BITS
"""Ids have 32 (crm.md section 0), so that none needs more; a file may be named by any number, a telephone's say."""


def number_of(name: str) -> int | None:
    """Return the id that a file's name begins with, or None where it is no attachment's."""
    split = _split(name)
    return None if split is None else split[0]


def _split(name: str) -> tuple[int, str] | None:
    """Return the id that a file's name begins with, and what follows it; None where it is no attachment's."""
    match = _FILE.fullmatch(name)
    if match is None or int(match[1]) >> _ID_BITS:
        return None
    return int(match[1]), match[2] or ""


class IndexedFile(NamedTuple):
    """A file by the id that its name begins with."""

    id: int
    path: Path


class Stranger(NamedTuple):
    """Something that is no attachment's file, and the finding code that tells what it is."""

    path: Path
    reason: str
    detail: str = ""


class AttachmentIndex:
    """The files of one folder in the order of their ids, to be gone through once; `strangers` are all others."""

    def __init__(self, root: Path, disk: Disk, *, leave_out: frozenset[str] = frozenset()) -> None:
        self.root = root
        self._disk = disk
        self.strangers: list[Stranger] = []
        self._folders: list[str] = []
        self._suffixes: dict[str, int] = {"": 0}
        packed = array("Q")
        self._list(str(root), packed, leave_out)
        self._packed = array("Q", sorted(packed))
        self._suffix_of = tuple(self._suffixes)
        self._next = 0

    def until(self, number: int | None) -> Iterator[IndexedFile]:
        """Yield the files before this id, or all that are left, and go on behind them."""
        while self._next < len(self._packed):
            file = self._packed[self._next]
            if number is not None and file >> (_SUFFIX_BITS + _FOLDER_BITS) >= number:
                return
            self._next += 1
            yield self._unpack(file)

    def take(self, number: int) -> list[IndexedFile]:
        """Return the files of this id, and go on behind them."""
        return list(self.until(number + 1))

    def _list(self, folder: str, packed: array[int], leave_out: frozenset[str]) -> None:
        try:
            entries = sorted(self._disk.listing(folder, was_there=True), key=lambda entry: entry.name)
        except OSError as error:
            self.strangers.append(Stranger(Path(folder), FOLDER_UNREADABLE.code, f"{error.strerror or error}."))
            return
        place = len(self._folders) << _SUFFIX_BITS
        self._folders.append(folder)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not is_link(entry):
                if real_path(entry.path) not in leave_out:
                    self._list(entry.path, packed, leave_out)
                continue
            split = _split(entry.name)
            suffix = None if split is None else self._suffix(split[1])
            if split is not None and suffix is not None and len(self._folders) <= 1 << _FOLDER_BITS:
                packed.append(split[0] << (_SUFFIX_BITS + _FOLDER_BITS) | place | suffix)
            else:
                leads_on = is_link(entry) and Path(openable(entry.path)).is_dir()
                code = FOLDER_LINK if leads_on else FILE_WITHOUT_ATTACHMENT
                self.strangers.append(Stranger(Path(entry.path), code.code))

    def _suffix(self, suffix: str) -> int | None:
        """Return the number of a suffix. There are a few extensions; beyond what fits, a name is no attachment's."""
        number = self._suffixes.setdefault(suffix, len(self._suffixes))
        if number < 1 << _SUFFIX_BITS:
            return number
        del self._suffixes[suffix]
        return None

    def _unpack(self, file: int) -> IndexedFile:
        number = file >> (_SUFFIX_BITS + _FOLDER_BITS)
        folder = self._folders[(file >> _SUFFIX_BITS) & ((1 << _FOLDER_BITS) - 1)]
        suffix = self._suffix_of[file & ((1 << _SUFFIX_BITS) - 1)]
        return IndexedFile(number, Path(folder, f"{number}{suffix}"))

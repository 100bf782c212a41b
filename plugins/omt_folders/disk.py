"""The folders of one stage as its inventory looks at them: what is listed, what may be read, and what is only away."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from typing_extensions import override

from omt_core.api import (
    FileStatus,
    FindingCode,
    FolderAwayError,
    FolderEntry,
    FolderListings,
    InventoryState,
    NearReader,
    folder_away,
    sentence,
)
from omt_core.api.files import MOUNT_POINT, openable, real_path
from omt_core.api.plain import change_time, modification_time
from omt_crm.paths import Lost, fold, is_line_fault, lost_on_the_way, reason

_EVERYBODY_READS = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_RECALLED = 0x1000 | 0x40000 | 0x400000
"""Windows' attributes OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS: the content is in the cloud or on tape."""


_ON_WINDOWS: Final = os.name == "nt"

_FOLDER_IN_PLACE: Final = sentence("A folder lies in its place.")
_NO_FILE_IN_PLACE: Final = sentence("Something that is no file lies in its place.")
_NO_PERMISSION: Final = sentence("There is no permission to read it.")
_LEADS_OUT: Final = sentence("A link leads out of the folder.")


class WindowsEntry(FolderEntry):
    """An entry of a folder that was opened in the extended form, which only the system must see."""

    __slots__ = ("_entry", "_path")

    def __init__(self, folder: str, entry: os.DirEntry[str]) -> None:
        self._entry = entry
        self._path = os.path.join(folder, entry.name)  # noqa: PTH118 - there are millions

    @property
    @override
    def name(self) -> str:
        return self._entry.name

    @property
    @override
    def path(self) -> str:
        return self._path

    @override
    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self._entry.is_dir(follow_symlinks=follow_symlinks)

    @override
    def is_symlink(self) -> bool:
        return self._entry.is_symlink()

    @override
    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        return self._entry.stat(follow_symlinks=follow_symlinks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The codes that items are left behind for, each a finding code of the plugin whose stage it is.

    `file`: a file cannot be read; `folder`: a folder cannot be listed; `outside`: a link leads to a file elsewhere;
    `link`: a link leads to a folder.
    """

    file: str
    folder: str
    outside: str
    link: str

    @classmethod
    def all(cls, code: FindingCode) -> Reasons:
        """Give one code for everything; the detail of each item says which it was."""
        return cls(file=code.code, folder=code.code, outside=code.code, link=code.code)


class Examination(NamedTuple):
    """What is known of a file; a named tuple since there are millions."""

    presence: InventoryState
    size: int = 0
    mtime_ns: int = 0
    reason: str = ""
    detail: str = ""
    ctime_ns: int = 0
    recalled: bool = False


def listed(folder: Path | str, *, windows: bool = _ON_WINDOWS) -> list[FolderEntry]:
    """Return the entries of a folder, however long its path is and whatever its name ends in."""
    with os.scandir(openable(folder)) as entries:
        return [WindowsEntry(os.fspath(folder), entry) for entry in entries] if windows else list(entries)


def exact_status(entry: FolderEntry) -> FileStatus:
    """Return size and times as they are, where they decide whether a file is the one that was confirmed.

    Windows lists those that the folder has, which may be old: of a file with several names, or one that is open. They
    cost nothing, where these cost as much as opening the file.
    """
    return os.lstat(openable(entry.path)) if isinstance(entry, WindowsEntry) else entry.stat(follow_symlinks=False)


def is_link(entry: FolderEntry) -> bool:
    """Tell whether an entry is a symbolic link or a junction."""
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == MOUNT_POINT


def may_lead_on(entry: FolderEntry) -> bool:
    """Tell whether the path of an entry may be another than that of its folder with its name, once links are followed.

    Windows has more ways to lead on than links and junctions, and each shows a tag; who is near may tell none.
    """
    if entry.is_symlink():
        return True
    return _ON_WINDOWS and getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", None) != 0


def judge(path: str, found: FileStatus, code: str) -> Examination:
    """Say what the status of a file means, and with this code where it cannot be read.

    The path is asked only where the permission bits leave it open.
    """
    if not stat.S_ISREG(found.st_mode):
        what = _FOLDER_IN_PLACE if stat.S_ISDIR(found.st_mode) else _NO_FILE_IN_PLACE
        return Examination(InventoryState.UNREADABLE, 0, 0, code, what)
    if (found.st_mode & _EVERYBODY_READS) != _EVERYBODY_READS and not os.access(openable(path), os.R_OK):
        return Examination(InventoryState.UNREADABLE, 0, 0, code, _NO_PERMISSION)
    times = modification_time(found), change_time(found)
    return Examination(InventoryState.FOUND, found.st_size, times[0], "", "", times[1], recalled(found))


def recalled(found: FileStatus) -> bool:
    """Tell whether reading a file fetches its content first."""
    return bool(getattr(found, "st_file_attributes", 0) & _RECALLED)


def unreadable(error: OSError, code: str) -> Examination:
    """Say why the system would not show a file."""
    return Examination(InventoryState.UNREADABLE, 0, 0, code, f"{error.strerror or error}.")


def _is_folder(path: Path) -> bool:
    return Path(openable(path)).is_dir()


_FOLDERS_KEPT: Final = 8
_LARGEST_FOLDER_KEPT: Final = 50_000

_TRIES = 3
"""How often a folder is listed that a share gave an error of the line for, while all above it answer."""


class Disk:
    """Lists and examines below `roots`, and follows links into these and the `trusted` folders only.

    Blocking. Everything raises `FolderAwayError` where a folder that was there does not answer, so that nothing in it
    is taken for missing. `held` are folders that held files before, or led to one that did, each with the names of
    those in it. `exact`: files are examined by `exact_status`. `unlisted` counts folders that could not be looked into
    for another reason, `filled` are the paths of those that held something, as text: a `Path` takes four times as much.
    `near` are asked for folders first.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        trusted: Iterable[Path] = (),
        *,
        reasons: Reasons,
        shown: Callable[[Path], str] = str,
        held: Mapping[str, AbstractSet[str]] | None = None,
        exact: bool = False,
        near: Sequence[NearReader] = (),
    ) -> None:
        self.roots = tuple(dict.fromkeys(roots))
        self.reasons = reasons
        self.exact = exact
        self.unlisted = 0
        self.filled: set[str] = set()
        self._held = held or {}
        self.near = near
        self._entries_told = lru_cache(_FOLDERS_KEPT)(self._tell_entries)
        self._shown = shown
        real = {real_path(folder) for folder in (*self.roots, *trusted)}
        self._inside = tuple(folder.rstrip(os.sep) + os.sep for folder in sorted(real))

    def contains(self, path: str) -> bool:
        """Tell whether a path without links (`real_path`) is one of the folders or below one."""
        return (path.rstrip(os.sep) + os.sep).startswith(self._inside)

    def listing(self, folder: Path | str, *, was_there: bool = False) -> Sequence[FolderEntry]:
        """List a folder. `was_there`: something has just told of it, so that it is not absent but away.

        Raises OSError where that is true of this folder alone.
        """
        return self._tried(self._listed if self.near else listed, folder, was_there=was_there)

    def _tried(
        self, look: Callable[[Path | str], Sequence[FolderEntry]], folder: Path | str, *, was_there: bool
    ) -> Sequence[FolderEntry]:
        for tries_left in reversed(range(_TRIES)):
            try:
                found = look(folder)
            except OSError as error:
                path = Path(folder)
                self._refuse(lost_on_the_way(path, self.roots))
                vanished = was_there and isinstance(error, FileNotFoundError | NotADirectoryError)
                if vanished or (is_line_fault(error) and not tries_left):
                    self._refuse(Lost(path, reason(error)))
                if is_line_fault(error) or (isinstance(error, FileNotFoundError) and _is_folder(path) and tries_left):
                    continue
                self.unlisted += not isinstance(error, FileNotFoundError)
                raise
            self._miss_what_it_held(Path(folder), [entry.name for entry in found])
            return found
        raise AssertionError  # the last try returns or raises

    def led_on(self, folder: str) -> bool:
        """Tell whether a folder led to others that held files before."""
        return bool(self._held.get(folder))

    def _listed(self, folder: Path | str) -> Sequence[FolderEntry]:
        """Ask those who are near first; what they do not tell is looked for here, where errors mean what they say.

        A folder that is empty there is looked at here too: where a file system is not mounted, an empty one shows.
        """
        for listings in self._listings:
            if found := listings.listing(os.fspath(folder)):
                return found
        return listed(folder)

    @cached_property
    def _listings(self) -> Sequence[FolderListings]:
        return [reader.listings(exact=self.exact) for reader in self.near]

    @cached_property
    def _exact_listings(self) -> Sequence[FolderListings]:
        return [reader.listings(exact=True) for reader in self.near]

    def has_root(self, folder: Path) -> bool:
        """Tell whether this is one of the roots that answered."""
        there = folder in self.roots
        self.unlisted += not there
        return there

    def filled_roots(self) -> Sequence[Path]:
        """Return the roots that hold something."""
        return [root for root in self.roots if self._tried(listed, root, was_there=True)]

    def examine(self, entry: FolderEntry) -> Examination:
        """Look at an entry of a listing, following a link only within the boundary."""
        try:
            if entry.is_symlink():
                return self._behind_link(entry.path)
            found = exact_status(entry) if self.exact else entry.stat(follow_symlinks=False)
            return judge(entry.path, found, self.reasons.file)
        except OSError as error:
            return self._unreadable(Path(entry.path), error)

    def examine_path(self, path: Path) -> Examination:
        """Look at a file by its path; those of one folder are asked for one behind another, or most of them."""
        if self.near and (entry := self._entries_told(str(path.parent)).get(path.name)) is not None:
            return self.examine(entry)
        try:
            found = os.lstat(openable(path))
            if stat.S_ISLNK(found.st_mode):
                return self._behind_link(str(path))
            return judge(str(path), found, self.reasons.file)
        except OSError as error:
            return self._unreadable(path, error)

    def _tell_entries(self, folder: str) -> Mapping[str, FolderEntry]:
        """Return the entries of a folder as those who are near see it, by name, as far as it is not too large."""
        for listings in self._exact_listings:
            if (found := listings.listing(folder)) is not None:
                return {entry.name: entry for entry in found} if len(found) <= _LARGEST_FOLDER_KEPT else {}
        return {}

    def away(self, path: Path) -> FolderAwayError | None:
        """Return the error of the folder on the way to a path that is away, or None."""
        lost = lost_on_the_way(path, self.roots)
        return None if lost is None else self._error(lost)

    def miss(self, folder: Path, why: str, *, empty: bool = False) -> FolderAwayError:
        """Return the error of a folder that was known to be there and is not."""
        return self._error(Lost(folder, why, empty))

    def _miss_what_it_held(self, folder: Path, names: Sequence[str]) -> None:
        if names:
            self.filled.add(str(folder))
        held = self._held.get(str(folder))
        if held is None:
            return
        if not names:
            raise self.miss(folder, sentence("it is empty now"), empty=True)
        if gone := held - set(names):
            there = set(map(fold, names))
            if gone := {name for name in gone if fold(name) not in there}:
                raise self.miss(folder / min(gone), sentence("it was there before"))

    def _unreadable(self, path: Path, error: OSError) -> Examination:
        self._refuse(lost_on_the_way(path, self.roots))
        return unreadable(error, self.reasons.file)

    def _behind_link(self, path: str) -> Examination:
        target = real_path(path, strict=True)
        if not self.contains(target):
            return Examination(InventoryState.REFUSED, 0, 0, self.reasons.outside, _LEADS_OUT)
        return judge(target, Path(openable(target)).stat(), self.reasons.file)

    def _refuse(self, lost: Lost | None) -> None:
        if lost is not None:
            raise self._error(lost)

    def _error(self, lost: Lost) -> FolderAwayError:
        return folder_away(lost.folder, self._shown(lost.folder), lost.why, empty=lost.empty)

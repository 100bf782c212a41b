r"""Files by their Windows paths: on Windows themselves, elsewhere below a folder that stands for the machine.

`C:\x` is `root/C/x`, `\\host\share\x` is `root/UNC/host/share/x`, names in any case. Nothing outside the folder is
ever touched, whatever the paths, the names or the links in it say.
"""

from __future__ import annotations

import fnmatch
import ntpath
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from omt_core.api import InstallationError, sentence
from omt_crm.paths import map_windows_path

MATCHES = 1_000
"""How many files a pattern may match; a machine has a handful."""


class UnreadableFileError(Exception):
    """A file is there and cannot be read; the text says why."""


class WindowsFiles:
    """Reads and finds files. With `root` None the machine itself is searched, which only Windows makes sense of."""

    def __init__(self, root: Path | None) -> None:
        self.root = root

    def locate(self, windows_path: str) -> Path | None:
        """Return where a Windows path lies, there or not; None for a path that is not absolute or leads outside."""
        normal = normalise(windows_path)
        if normal is None or (self.root is None and sys.platform != "win32"):
            return None
        try:
            mapped = map_windows_path(normal, self.root)
        except InstallationError:  # a device, or a share whose name climbs
            return None
        if self.root is None:
            return mapped
        if not mapped.is_relative_to(self.root):  # on Windows a name such as `A:` begins anew
            return None
        return _contained(_spelt(mapped, self.root), self.root)

    def read(self, windows_path: str, limit: int) -> bytes | None:
        """Return a file's content, None when it is not there; raises UnreadableFileError."""
        path = self.locate(windows_path)
        return None if path is None else read_file(path, limit)

    def is_file(self, windows_path: str) -> bool:
        """Tell whether something other than a folder is there under this path."""
        path = self.locate(windows_path)
        return path is not None and os.path.lexists(path) and not os.path.isdir(path)  # noqa: PTH112 (it never raises)

    def find(self, pattern: str) -> list[str]:
        """Return the paths of files that a pattern matches, `*` and `?` standing for parts of one name, sorted."""
        normal = normalise(pattern)
        if normal is None:
            return []
        pure = PureWindowsPath(normal)
        found = [pure.anchor]
        for part in pure.parts[1:]:
            if "*" in part or "?" in part:
                found = [ntpath.join(folder, name) for folder in found for name in self._names(folder, part)][:MATCHES]
            else:
                found = [ntpath.join(folder, part) for folder in found]
        return [path for path in found if self.is_file(path)]

    def _names(self, folder: str, pattern: str) -> Iterator[str]:
        path = self.locate(folder)
        if path is None:
            return
        try:
            names = sorted(entry.name for entry in path.iterdir())
        except OSError:
            return
        for name in names:
            if fnmatch.fnmatchcase(name.casefold(), pattern.casefold()):
                yield name


def _spelt(path: Path, root: Path) -> Path:
    """Return the path with each name spelt as the disk has it; names that are not there stay as they are."""
    spelt = root
    for name in path.relative_to(root).parts:
        exact = spelt / name
        spelt = exact if os.path.lexists(exact) else spelt / _entry(spelt, name)
    return spelt


def _entry(folder: Path, name: str) -> str:
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return name
    return next((entry for entry in names if entry.casefold() == name.casefold()), name)


def _contained(path: Path, root: Path) -> Path | None:
    """Return the path unless links lead it out of the folder. `realpath` knows circles of links, `resolve` raises."""
    real = Path(os.path.realpath(path))
    return path if real.is_relative_to(os.path.realpath(root)) else None


def normalise(windows_path: str) -> str | None:
    """Return an absolute Windows path without `.`, `..` and doubled slashes; None for any other path."""
    text = windows_path.strip()
    if "\0" in text:
        return None
    normal = ntpath.normpath(text)
    return normal if PureWindowsPath(normal).is_absolute() else None


def same_path(one: str, other: str) -> bool:
    """Tell whether two Windows paths are the same, in any case and with either slash."""
    return ntpath.normcase(ntpath.normpath(one)) == ntpath.normcase(ntpath.normpath(other))


def read_file(path: Path, limit: int) -> bytes | None:
    """Return the content of a regular file of at most `limit` bytes, None when it is not there."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableFileError(sentence("it is no regular file"))
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UnreadableFileError(error.strerror or type(error).__name__) from error
    if len(content) > limit:
        raise UnreadableFileError(sentence("it has more than {limit:,} bytes", limit=limit))
    return content

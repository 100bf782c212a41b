"""A look at a folder: the digest of its files, for whoever knows which that had, and what else is in it.

Loads nothing of the tool but what a digest is, since processes that only look at folders (`looker.py`) begin with it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from omt_core.api.plain import FolderLook, change_time, digest_of, line_of, modification_time

_ON_WINDOWS: Final = os.name == "nt"
_NO_FILE: Final = -1


def look_at(folder: str, others: Collection[str]) -> FolderLook | None:
    """Look at a folder, named as the system opens it; None where it cannot be listed.

    Blocking. `others` are names that are not part of the digest, whatever they are. A link, or what else is no file and
    no folder, is digested as what no file is like.
    """
    lines: list[bytes] = []
    there: list[str] = []
    folders: list[str] = []
    try:
        with _opened(folder) as place, os.scandir(place) as entries:
            for entry in entries:
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                if name in others:
                    there.append(name)
                    continue
                # What the folder says of a file may be old on Windows.
                found = os.lstat(entry.path) if _ON_WINDOWS else entry.stat(follow_symlinks=False)
                size = found.st_size if stat.S_ISREG(found.st_mode) else _NO_FILE
                if not stat.S_ISDIR(found.st_mode):
                    encoded = name.encode("utf-8", "surrogatepass")
                    lines.append(line_of(encoded, size, modification_time(found), change_time(found)))
    except OSError:
        return None
    return FolderLook(digest_of(lines), there, folders)


@contextmanager
def _opened(folder: str) -> Iterator[str | int]:
    """Lend a folder that the system has found once: to find it anew for each file takes a fifth of a look."""
    if sys.platform == "win32":
        yield folder
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield opened
    finally:
        os.close(opened)

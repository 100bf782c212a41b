"""A look at a folder: the digest of its files, for whoever knows which that had, and what else is in it.

Loads nothing of the tool but what a digest is, since processes that only look at folders (`looker.py`) begin with it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from typing import Final

from omt_core.api.files import digest_of, line_of

_ON_WINDOWS: Final = os.name == "nt"

Look = tuple[bytes, list[str]]
"""The digest of all files but the others that were named, and those of these that are there."""


def look_at(folder: str, others: Collection[str]) -> Look | None:
    """Look at a folder, named as the system opens it; None where it cannot be listed, or holds more than files.

    Blocking. `others` are names that are not part of the digest, whatever they are.
    """
    lines: list[bytes] = []
    there: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name in others:
                    there.append(name)
                    continue
                # What the folder says of a file may be old on Windows.
                found = os.lstat(entry.path) if _ON_WINDOWS else entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(found.st_mode):
                    return None
                encoded = name.encode("utf-8", "surrogatepass")
                lines.append(line_of(encoded, found.st_size, found.st_mtime_ns, change_time(found)))
    except OSError:
        return None
    return digest_of(lines), there


def change_time(found: os.stat_result) -> int:
    """Return when anything of a file was changed last; 0 on Windows, which has it at the price of opening the file."""
    return 0 if _ON_WINDOWS else found.st_ctime_ns

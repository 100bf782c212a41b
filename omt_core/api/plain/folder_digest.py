"""The digest of a folder: two that agree say that its files have the same names, sizes and times.

The journal takes it of what is confirmed and a recovery of what is on disk, so that a folder that has not changed costs
one comparison. Nothing of the tool is loaded here: processes that look at folders begin with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple


class FolderLook(NamedTuple):
    """The digest of all files but the others that were named, those of these that are there, and all sub-folders."""

    digest: bytes
    others: list[str]
    folders: list[str]


def line_of(name: bytes, size: int, mtime_ns: int, ctime_ns: int) -> bytes:
    """Return what is digested of a file: its name in UTF-8 with lone surrogates passed through, bytes and nanoseconds.

    No name holds a NUL, so that these lines sort as the names do.
    """
    return b"%b\0%d\0%d\0%d\0" % (name, size, mtime_ns, ctime_ns)


def digest_of(lines: Iterable[bytes]) -> bytes:
    """Return the digest of a folder from the lines of its files, in whatever order."""
    return sha256(b"".join(sorted(lines))).digest()

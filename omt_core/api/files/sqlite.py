"""Paths as SQLite takes them, also those on a share."""

from __future__ import annotations

import os
from pathlib import PurePath
from urllib.parse import quote


def sqlite_uri(path: PurePath, *, writable: bool = False) -> str:
    """Return the URI by which SQLite opens an absolute path; it makes no file where none is.

    Not `as_uri`: what that says of a path on a share (`file://server/share/...`) SQLite takes for an authority, and
    refuses it.
    """
    place = quote(os.fsencode(path.as_posix()), safe="/:")
    return f"file://{'' if place.startswith('/') else '/'}{place}?mode={'rw' if writable else 'ro'}"

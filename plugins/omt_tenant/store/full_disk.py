"""A disk without room: how each layer says so, and what the client is told."""

from __future__ import annotations

import errno
import sqlite3

from omt_protocol.protocol_error import ProtocolError

_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
"""`EFBIG`: the file system, or a limit of the process, takes no file as large. None of these passes by itself."""
_WORDS = "No space left on device"
"""DuckDB has no number for it."""


def is_full(error: BaseException) -> bool:
    """Tell whether an error means that the disk has no room."""
    match error:
        case sqlite3.OperationalError():
            return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        case OSError():
            return error.errno in _FULL
        case _:
            return type(error).__module__.endswith("duckdb") and _WORDS in str(error)


def storage_full() -> ProtocolError:
    """Make the error of a call that found no room."""
    return ProtocolError(
        507,
        "storage-full",
        "The tenant's storage is full; nothing of this call was kept.",
        "Make room online, then start the tool again: it goes on where it stopped.",
    )

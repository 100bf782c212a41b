"""The log file: in the documented folder (W95), with secrets hidden, carrying ids and counts rather than names."""

from __future__ import annotations

import logging
import os
import stat
import sys
import tempfile
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from typing_extensions import override

from omt_core.api.redaction import SECRETS
from omt_core.api.text import one_line

LEVELS: Final = ("debug", "info", "warning", "error")
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_BYTES: Final = 5_000_000
_KEPT: Final = 5


def log_folder() -> Path:
    r"""Make the folder of the log file and return it: `%temp%\SoMigration`, or its like on other systems.

    Where all users share one temporary folder, the folder counts only if it is this user's own and nobody else may
    write into it: the log names logins, and who owns a folder can put a link in the log's place. Another user gets
    `SoMigration-UID`. Raises OSError where neither is to be had.
    """
    temporary = Path(tempfile.gettempdir())
    if sys.platform == "win32":
        return _own(temporary / "SoMigration")
    try:
        return _own(temporary / "SoMigration")
    except OSError:
        return _own(temporary / f"SoMigration-{os.geteuid()}")


def _own(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32":
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise PermissionError(f"{folder} is not this user's own")
    return folder


def begin_logging(level: str) -> Path | None:
    """Write the log to `omt.log` in the folder from now on; None where no file can be written there."""
    root = logging.getLogger("omt")
    root.setLevel(level.upper())
    root.propagate = False
    try:
        path = log_folder() / "omt.log"
        handler = LogFile(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(RedactingFormatter(_FORMAT))
    root.addHandler(handler)
    return path


def end_logging() -> None:
    """Close the log file."""
    root = logging.getLogger("omt")
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()


class LogFile(RotatingFileHandler):
    """The file. A disk that is full costs lines of the log, and tells a person nothing: no traceback, no stop."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Go on without this line."""

    @override
    def close(self) -> None:
        """Close the file, and leave behind what could not be written."""
        with suppress(OSError):
            super().close()


class RedactingFormatter(logging.Formatter):
    """Hides every secret in the finished line, so that no message, argument or traceback gets past it.

    A message is one line, whatever names are in it; only a traceback adds lines.
    """

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)

    @override
    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.hide(super().format(record))

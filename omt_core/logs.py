"""The log file: in the documented folder (W95), with secrets hidden, carrying ids and counts rather than names."""

from __future__ import annotations

import logging
import tempfile
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from typing_extensions import override

from omt_core.api.redaction import SECRETS

LEVELS: Final = ("debug", "info", "warning", "error")
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_BYTES: Final = 5_000_000
_KEPT: Final = 5


def log_folder() -> Path:
    r"""Return the folder of the log file: `%temp%\SoMigration`, or its like on other systems."""
    return Path(tempfile.gettempdir()) / "SoMigration"


def begin_logging(level: str) -> Path | None:
    """Write the log to `omt.log` in the folder from now on; None where no file can be written there."""
    folder = log_folder()
    root = logging.getLogger("omt")
    root.setLevel(level.upper())
    root.propagate = False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = LogFile(folder / "omt.log", maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(RedactingFormatter(_FORMAT))
    root.addHandler(handler)
    return folder / "omt.log"


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
    """Hides every secret in the finished line, so that no message, argument or traceback gets past it."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.hide(super().format(record))

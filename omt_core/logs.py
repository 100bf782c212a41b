"""The log: a file of the tool in the documented folder (W95), and one beside the journal of each migration.

Secrets are hidden; it carries ids and counts rather than names.
"""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from typing_extensions import override

from omt_core.api.drives import place_on_other_machine, refuse_missing
from omt_core.api.errors import ErrorCode, InputError
from omt_core.api.files import PRIVATE_FILE, PRIVATE_FOLDER, make_private, process_sid
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import Sentence, sentence
from omt_core.api.text import one_line
from omt_core.log_context import FIELDS, origin, run_of

LOG_NOT_WRITABLE: Final = ErrorCode(
    code="log-not-writable",
    kind=InputError,
    meaning="The log cannot be written to the file that was named.",
    remedy="Give another file by --log-file, or leave it out.",
)

LEVELS: Final = ("debug", "info", "warning", "error")
FORMATS: Final = ("text", "json")
TOOLS_LOG: Final = "omt.log"
MIGRATION_LOG: Final = "migration.log"
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_BYTES: Final = 5_000_000
_KEPT: Final = 5
_IS: Final = " The log is "
_THE_LOG: Final = re.compile(r"\b(the log|log file)\b")
_TOOLS_LOGS: Final = re.compile(r"omt(-\d+)?\.log(\.\d+)?")
_MOST_AT_ONCE: Final = 32
"""Processes of the tool that log at the same time; who comes after them writes no log."""


def log_folder() -> Path:
    r"""Make the folder of the log file and return it: `%temp%\SoMigration`, or its like on other systems.

    Where all users share one temporary folder, the folder counts only if it is this user's own and nobody else may
    write into it: the log names logins, and who owns a folder can put a link in the log's place. Another user gets
    `SoMigration-UID`, on Windows with the security identifier. Raises OSError where neither is to be had.
    """
    temporary = Path(tempfile.gettempdir())
    try:
        return _own(temporary / "SoMigration")
    except OSError:
        return _own(temporary / f"SoMigration-{_account()}")


def _account() -> str:
    if sys.platform == "win32":
        return str(process_sid())
    return str(os.geteuid())


def _own(folder: Path) -> Path:
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if sys.platform == "win32":
        if place_on_other_machine(folder) is None:  # there it has the rights that the share gives
            make_private(folder)
    else:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise PermissionError(f"{folder} is not this user's own")
    return folder


def begin_logging(level: str, *, file: Path | None = None, form: str = "text") -> Path | None:
    """Write the log of the tool to `file` from now on, else to `omt.log` in the folder; None where that cannot be.

    While another process of the tool writes that one it is `omt-2.log`, and so on: each has one writer. A `file` that
    was named grows on and is not divided. Raises `InputError` `log-not-writable` where it cannot be written.
    """
    root = logging.getLogger("omt")
    root.setLevel(level.upper())
    root.propagate = False
    try:
        handler = _own_file(log_folder()) if file is None else _named_file(file)
    except OSError as error:
        if file is not None:
            raise LOG_NOT_WRITABLE.error(  # noqa: TRY400 - an error code, no logger
                sentence("The log cannot be written to {file}: {why}.", file=file, why=error.strerror or error)
            ) from None
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(JsonFormatter() if form == "json" else RedactingFormatter(_FORMAT))
    root.addHandler(handler)
    return Path(handler.baseFilename)


def _named_file(file: Path) -> LogFile:
    refuse_missing(file)
    return LogFile(file.absolute(), most=0)


@contextmanager
def migration_log(run: int, workspace: Path, *, keeps: bool) -> Iterator[None]:
    """Say of each line which run and workspace it belongs to, and if it `keeps` one, write a log in the workspace too.

    Whoever holds the workspace is its one writer. A disk that does not take it costs this log and nothing else.
    """
    root = logging.getLogger("omt")
    tool = next((one for one in root.handlers if isinstance(one, LogFile)), None)
    own: LogFile | None = None
    with run_of(run, workspace):
        if tool is not None and keeps:
            with suppress(OSError):
                own = LogFile(workspace / MIGRATION_LOG)
                own.setFormatter(tool.formatter)
                root.addHandler(own)
        try:
            yield
        finally:
            if own is not None:
                root.removeHandler(own)
                own.close()


def naming_log(text: str) -> str:
    """Add where the log is, the migration's own if there is one, to text that speaks of it."""
    files = log_files()
    if not files or _THE_LOG.search(text) is None or _IS in text:
        return text
    said = text if isinstance(text, Sentence) else Sentence(text, {})  # what stands in a catalogue is found by it there
    return sentence("{text} The log is {file}.", text=said, file=files[-1])


def _own_file(folder: Path) -> LogFile:
    for number in range(1, _MOST_AT_ONCE + 1):
        path = folder / (TOOLS_LOG if number == 1 else f"omt-{number}.log")
        lock = FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600, thread_local=False)
        with suppress(Timeout):
            lock.acquire()
            try:
                return LogFile(path, lock, most=_BYTES)
            except BaseException:
                lock.release()
                raise
    raise BlockingIOError(f"{_MOST_AT_ONCE} processes of the tool write a log in {folder}")


def log_files() -> tuple[Path, ...]:
    """Return the files that this process writes its log to, as they are now."""
    return tuple(Path(one.baseFilename) for one in logging.getLogger("omt").handlers if isinstance(one, LogFile))


def tool_logs() -> tuple[Path, ...]:
    """Return the logs of the tool that lie in its folder, of every process and with the full ones."""
    with suppress(OSError):
        return tuple(path for path in log_folder().iterdir() if _TOOLS_LOGS.fullmatch(path.name))
    return ()


def end_logging() -> None:
    """Close the log file."""
    root = logging.getLogger("omt")
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()


class LogFile(RotatingFileHandler):
    """The file, which is this process' own as long as `lock` is held, and the full ones before it.

    A disk that is full costs lines of the log, and tells a person nothing: no traceback, no stop.
    """

    def __init__(self, path: Path, lock: FileLock | None = None, *, most: int = _BYTES) -> None:
        super().__init__(path, maxBytes=most, backupCount=_KEPT, encoding="utf-8")
        self._lock = lock
        self._most = most

    @override
    def _open(self) -> TextIOWrapper:
        """Open the file for its end; what is new is for this account alone."""
        Path(self.baseFilename).touch(mode=PRIVATE_FILE)
        return super()._open()

    @override
    def doRollover(self) -> None:
        """Begin a new file, and give each full one the next number, up to the first that is free.

        Windows renames no file that a program has open, such as an editor or a virus scanner. What is renamed until
        then leaves a number free, so that no later try overwrites anything; the log goes on where it is, and the next
        try is when as much has been written again. The oldest goes when all else is done. There is no waiting: this
        may be the thread of the event loop.
        """
        stream, self.stream = self.stream, None
        if stream is not None:
            with suppress(OSError):
                stream.close()
        names = [Path(self.baseFilename), *(Path(f"{self.baseFilename}.{number}") for number in range(1, _KEPT + 2))]
        free = next((number for number, name in enumerate(names) if number and not name.exists()), _KEPT + 1)
        try:
            for number in range(free, 0, -1):
                names[number - 1].replace(names[number])
            self.maxBytes = self._most
            names[-1].unlink(missing_ok=True)
        except OSError:
            self.maxBytes += self._most
        self.stream = self._open()

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Go on without this line."""

    @override
    def close(self) -> None:
        """Close the file, leave behind what could not be written, and let another process have it."""
        with suppress(OSError):
            super().close()
        if self._lock is not None:
            self._lock.release()


class RedactingFormatter(logging.Formatter):
    """Hides every secret in the finished line, so that no message, argument or traceback gets past it.

    A message is one line, whatever names are in it, and says at its end where it comes from; only a traceback adds
    lines.
    """

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        known = " ".join(f"{name}={one_line(value)}" for name, value in origin(record).items())
        return super().formatMessage(record) + (f" [{known}]" if known else "")

    @override
    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.hide(super().format(record))


class JsonFormatter(logging.Formatter):
    """Writes each line as a JSON object with the same keys, null where nothing is known; a traceback is one of them."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        known = origin(record)
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": one_line(SECRETS.hide(record.getMessage())),
            **{name: SECRETS.hide(known[name]) if name in known else None for name in FIELDS},
            "traceback": SECRETS.hide(self.formatException(record.exc_info)) if record.exc_info else None,
        }
        return json.dumps(fields)

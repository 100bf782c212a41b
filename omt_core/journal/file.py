"""The journal's file: one SQLite connection, used by one thread at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

import anyio
import anyio.to_thread

from omt_core.api.errors import WORKSPACE_NOT_WRITABLE, InputError
from omt_core.api.files import sqlite_uri
from omt_core.api.sentence import sentence
from omt_core.journal.errors import JOURNAL_UNREADABLE
from omt_core.journal.schema import upgrade

T = TypeVar("T")

_DISK_SAYS_NO: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class JournalFile:
    """Runs functions on the connection, each in a transaction of its own, in the order in which they were asked for.

    WAL and `synchronous=FULL`: what `run` has returned from survives a crash of the process, and of the machine where
    its disk keeps its word.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, or make it, private to its user. Blocking."""
        self.path = path
        self._limiter = anyio.CapacityLimiter(1)
        self._connection = _connect(path)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in a transaction: all of it is kept when this returns, nothing of it when it raises.

        Raises `InputError` `workspace-not-writable` when the disk takes nothing more.
        """

        def transaction() -> T:
            with _fault_named(self.path), self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                return work(self._connection)

        return await anyio.to_thread.run_sync(transaction, limiter=self._limiter)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work`, which only reads."""

        def reading() -> T:
            with _fault_named(self.path):
                return work(self._connection)

        return await anyio.to_thread.run_sync(reading, limiter=self._limiter)

    async def aclose(self) -> None:
        """Close the file. Safe in a cancelled scope, so that an interrupted run leaves a tidy journal."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._connection.close, limiter=self._limiter)


@contextmanager
def _fault_named(path: Path) -> Iterator[None]:
    """Say what a person can do when something is wrong with the disk, or with the journal's file."""
    try:
        yield
    except OSError as error:
        raise _not_writable(path, error.strerror or str(error)) from error
    except sqlite3.DatabaseError as error:
        # Only what SQLite itself reports has a code, whose lowest byte is the kind.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if kind in _DISK_SAYS_NO:
            raise _not_writable(path, str(error)) from error
        if kind in _DAMAGED:
            raise _unreadable(path, error) from error
        raise


def _unreadable(path: Path, error: sqlite3.Error) -> InputError:
    return JOURNAL_UNREADABLE.error(sentence("The journal {path} cannot be opened: {reason}.", path=path, reason=error))


def _not_writable(path: Path, reason: str) -> InputError:
    return WORKSPACE_NOT_WRITABLE.error(
        sentence("The journal {path} cannot be written: {reason}.", path=path, reason=reason),
        remedy=sentence(
            "Make room and mend the rights in the workspace, then run the same command again: it goes on from there."
        ),
    )


def _connect(path: Path) -> sqlite3.Connection:
    with _fault_named(path):
        if not path.exists():
            path.touch(mode=0o600)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    try:
        with _fault_named(path):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA cache_size = -8192")
            upgrade(connection)
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def to_blob(text: str) -> bytes:
    """Encode a name, which may hold lone surrogates, so that the order of blobs is that of code points."""
    return text.encode("utf-8", "surrogatepass")


def to_text(blob: bytes) -> str:
    """Decode what `to_blob` gave."""
    return blob.decode("utf-8", "surrogatepass")


def copy_journal(source: Path, destination: Path) -> None:
    """Copy a journal, perhaps while a run writes to it, as it was at one moment. Blocking.

    Raises `InputError`: `journal-unreadable` for a damaged one, `workspace-not-writable` where the disk refuses.
    """
    with (
        _fault_named(source),
        closing(sqlite3.connect(sqlite_uri(source.absolute()), uri=True, timeout=10)) as original,
        closing(sqlite3.connect(destination)) as copy,
    ):
        original.backup(copy)

"""tenant.sqlite: one thread writes, any thread reads, and changes that arrive together share one fsync."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from omt_core.api import sentence
from omt_core.api.files import make_file
from omt_tenant.errors import TENANT_UNREADABLE
from omt_tenant.store.state_schema import SCHEMA, VERSION

T = TypeVar("T")
Change = Callable[[sqlite3.Connection], T]

_BUSY_SECONDS = 30.0
"""How long to wait for the other process: `tenant accept` writes beside a serving tenant."""


class StateDatabase:
    """The state of one tenant. All methods block and may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with suppress(FileExistsError):
            make_file(path)
        self._writer = self._connect()
        self._prepare()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._changes: queue.SimpleQueue[tuple[Change[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_changes, name="omt-tenant-state", daemon=True)
        self._thread.start()

    def write(self, change: Change[T]) -> T:
        """Run a change in a transaction and return its result once that is durable.

        A change that raises is undone alone; what it raised is raised here. Raises RuntimeError once this is closed:
        nobody would answer any more.
        """
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise RuntimeError("The tenant's state is closed.")
            self._changes.put((change, future))
        return future.result()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to read from."""
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            yield connection
        finally:
            self._readers.put(connection)

    def close(self) -> None:
        """Finish what was asked for, and close."""
        with self._gate:
            self._closed = True
            self._changes.put(None)
        self._thread.join()
        self._writer.close()
        while not self._readers.empty():
            self._readers.get_nowait().close()

    def _connect(self) -> sqlite3.Connection:
        # The connections wander between threads, but each is in one hand at a time.
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _prepare(self) -> None:
        connection = self._writer
        connection.execute("PRAGMA journal_mode = WAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA};PRAGMA user_version = {VERSION};COMMIT;")
        elif version != VERSION:
            connection.close()
            raise TENANT_UNREADABLE.error(
                sentence(
                    "{path} has version {version}, this program knows version {known}.",
                    path=self._path,
                    version=version,
                    known=VERSION,
                ),
                remedy=sentence("Serve this folder with the version of the tool that made it."),
            )
        # Recovery believes what a killed process wrote, also where its fsync is missing; this makes up for it.
        connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()

    def _write_changes(self) -> None:
        while True:
            batch: list[tuple[Change[Any], Future[Any]]] = []
            job = self._changes.get()
            while job is not None:
                batch.append(job)
                try:
                    job = self._changes.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._commit(batch)
            if job is None:
                return

    def _commit(self, batch: list[tuple[Change[Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            for change, future in batch:
                self._writer.execute("SAVEPOINT change")
                try:
                    result = change(self._writer)
                except Exception as error:  # raised again in the thread that asked
                    if not self._writer.in_transaction:  # a full disk makes SQLite undo everything
                        raise
                    self._writer.execute("ROLLBACK TO change")
                    future.set_exception(error)
                else:
                    done.append((future, result))
                self._writer.execute("RELEASE change")
            self._writer.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - as above, for all of them
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for future, result in done:
                future.set_result(result)

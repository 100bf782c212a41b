"""A connection of the source database, as the one thread has it that it belongs to: all of this blocks, and runs there.

One that hangs is left to its thread with all that it holds: `anew` begins another beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from typing import TypeVar

from omt_core.api import InstallationError, Table, Value, sentence
from omt_database.drivers.driver import Closable, Connection, Driver, Statement, ValueUnreadableError
from omt_database.drivers.failures import breaks, lost_in_view

T = TypeVar("T")
R = TypeVar("R", bound=Closable)


class Link:
    """Connects when it is first used, and again where the connection broke, but never within a view."""

    def __init__(self, driver: Driver, tables: Mapping[str, Table], seen: set[str]) -> None:
        self.driver = driver
        self.tables = tables
        self.seen = seen
        """The names of all tables that were there since the database was opened."""

        self.sessions: dict[int, int] = {}
        self.in_view = False
        self._broken = False
        self._loose: bool | None = None
        self._connection: Connection | None = None
        self._result: Closable | None = None

    def anew(self) -> Link:
        """Return another one that knows nothing of this one's connection, which may hang. Called on any thread."""
        link = Link(self.driver.anew(), self.tables, self.seen)
        link._broken = True
        return link

    @property
    def connection(self) -> Connection:
        """The open connection."""
        if self._connection is None:
            raise RuntimeError("The database is closed.")
        return self._connection

    def connect(self) -> None:
        """Open the connection and read the catalogue."""
        self._read_catalogue(self.open())

    def open(self) -> Connection:
        """Open the connection."""
        connection = self._connection = self.driver.connect()
        self._loose = None
        # Before anything is read: what a driver does by itself may bend the text of catalogue and looks.
        self._decode(loose=False)
        self._note_session(connection)
        return connection

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do what reads; once more on a new connection where it broke, but for a view, which is gone with it.

        It may have been idle for hours since the database was read.
        """
        self._mend()
        try:
            return work(self.connection)
        except self.driver.errors as error:
            if self.in_view or not breaks(self.driver.explain(error)):
                raise
            self._broken = True
        self._mend()
        return work(self.connection)

    def execute(self, statement: str, parameters: Sequence[Value], *, loose: bool) -> Statement:
        """Begin a statement in the DBMS's own SQL, as `read`."""

        def ask(connection: Connection) -> Statement:
            self._decode(loose=loose)
            return self.driver.statement(connection, statement, parameters)

        return self.read(ask)

    def strictly(self, work: Callable[[Connection], T]) -> T:
        """Do what reads text that may not be Unicode, as `read`: what is repaired would look right."""

        def ask(connection: Connection) -> T:
            self._decode(loose=False)
            return work(connection)

        return self.read(ask)

    def begin(self, start: Callable[[], R]) -> R:
        """Start what has a result, and keep that: whoever asked for it may have been cancelled meanwhile."""
        result = self._result = start()
        return result

    def close_result(self) -> None:
        """Forget what is not fetched yet."""
        result, self._result = self._result, None
        if result is not None:
            result.close()

    def begin_view(self) -> str | None:
        """Begin the one consistent view; returns why it is less than that, or None."""
        self._mend()
        # Also one that is only half begun has to be ended.
        self.in_view = True
        weakness = self.driver.begin_snapshot(self.connection)
        # What was there when the tool was started may have changed since, hours ago in the wizard.
        self._read_catalogue(self.connection)
        return weakness

    def end_view(self) -> None:
        """End it. One whose connection broke has ended: nobody asked for more in it, or was told so."""
        if not self.in_view:
            return
        self.in_view = False
        try:
            self.driver.end_snapshot(self.connection)
        except self.driver.errors as error:
            if not breaks(self.driver.explain(error)):
                raise
            self._broken = True

    def write(self, statement: str, parameters: Sequence[Value]) -> int:
        """Run a statement that changes rows, through a connection of its own; returns how many."""
        with closing(self.driver.connect(writable=True)) as connection:
            self._note_session(connection)
            try:
                with closing(self.driver.statement(connection, statement, parameters)) as done:
                    return done.rowcount
            finally:
                self.sessions.pop(id(connection), None)

    def keep_alive(self) -> None:
        """Give a sign of life."""
        # What is wrong is told to whoever asks for something next.
        with suppress(*self.driver.errors):
            if self._connection is not None:
                self.driver.keep_alive(self._connection)

    def close(self) -> None:
        """Close all."""
        for close in (self.close_result, self.end_view):
            # What cannot be ended any more ends with its connection.
            with suppress(*self.driver.errors):
                close()
        self._close_connection()

    def let_go(self) -> None:
        """Close all as far as it can be, once a thread comes back that was given up."""
        with suppress(*self.driver.errors):
            self.close()

    def explained(self, work: Callable[[], T], doing: str) -> T:
        """Do some work, and say what an error of the driver means; `doing` names what the work is about."""
        try:
            return work()
        except Exception as error:
            if self.driver.unreadable(error):
                raise ValueUnreadableError(doing, error) from error
            if not isinstance(error, self.driver.errors):
                raise
            raise self._explained(error, doing) from error

    def _explained(self, error: Exception, doing: str) -> InstallationError:
        explained = self.driver.explain(error)
        self._broken = self._broken or breaks(explained)
        if doing:
            explained.message = sentence("{message} (about {doing})", message=explained.message, doing=doing)
        return lost_in_view(explained) if self.in_view else explained

    def _mend(self) -> None:
        """Connect anew where the connection broke outside a view."""
        if self._broken and not self.in_view:
            with suppress(*self.driver.errors):
                self._close_connection()
            self.connect()
            self._broken = False

    def _close_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self.sessions.pop(id(connection), None)
            connection.close()

    def _read_catalogue(self, connection: Connection) -> None:
        self.tables = self.driver.read_catalogue(connection)
        self.seen.update(table.name for table in self.tables.values())

    def _note_session(self, connection: Connection) -> None:
        session = self.driver.session(connection)
        if session is not None:
            self.sessions[id(connection)] = session

    def _decode(self, *, loose: bool) -> None:
        if loose is not self._loose:
            self.driver.set_loose(self.connection, loose=loose)
            self._loose = loose

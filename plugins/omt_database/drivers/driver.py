"""What the plugin needs of a database system. Everything here runs on the connection's own thread."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar, Final, Protocol, Self, TypeAlias

from omt_core.api import InstallationError, Row, Table, Value, sentence
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan
from omt_database.drivers.catalogue import BuiltCatalogue, Sight, number
from omt_database.errors import DATABASE_VALUE_UNREADABLE
from omt_database.thread import stoppable

Driven: TypeAlias = Any
"""Whatever a DB-API driver takes or gives."""

MEASURED_AT_ONCE: Final = 1_000
"""Expressions that one statement has at most: Oracle takes no more, PostgreSQL 1,664, SQLite 2,000. A table may have as
many columns, of which some are asked two things each."""

RecordBatch: TypeAlias = Any
Schema: TypeAlias = Any
"""pyarrow's own: it ships no types."""


class Cursor(Protocol):
    """What is used of a DB-API cursor; parameters are `?`."""

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        ...

    def execute(self, sql: str, parameters: Driven = ..., /) -> Driven:
        """Run a statement."""
        ...

    def fetchmany(self, size: int, /) -> list[Driven]:
        """Return at most `size` more rows."""
        ...

    def fetchall(self) -> list[Driven]:
        """Return all remaining rows."""
        ...

    def close(self) -> None:
        """Forget what is not fetched yet."""
        ...


class Connection(Protocol):
    """What is used of a DB-API connection."""

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        ...

    def rollback(self) -> None:
        """End the transaction."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class Closable(Protocol):
    """Something that whoever opened it closes."""

    def close(self) -> None:
        """Close it."""
        ...


@contextmanager
def closed_if_it_fails(opened: Closable) -> Iterator[None]:
    """Close what was opened where it cannot be handed on."""
    try:
        yield
    except BaseException:
        # What went wrong first is what matters.
        with suppress(Exception):
            opened.close()
        raise


class Statement:
    """A statement, with the cursor that only its connection's thread may touch; `stop` ends it, on another thread."""

    def __init__(self, cursor: Cursor, stop: Callable[[], None]) -> None:
        self._cursor = cursor
        self._stop = stop

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""
        return self._cursor.rowcount

    def execute(self, sql: str, parameters: Sequence[Value]) -> None:
        """Run it."""
        with stoppable(self._stop):
            self._cursor.execute(sql, tuple(parameters))

    def fetchmany(self, size: int) -> list[Driven]:
        """Return at most `size` more rows."""
        with stoppable(self._stop):
            return self._cursor.fetchmany(size)

    def fetchall(self) -> list[Driven]:
        """Return all remaining rows."""
        with stoppable(self._stop):
            return self._cursor.fetchall()

    def close(self) -> None:
        """Forget what is not fetched yet."""
        self._cursor.close()


class ColumnResult(ABC):
    """A result under way."""

    @abstractmethod
    def fetch(self) -> RecordBatch | None:
        """Return the next rows, or None behind the last."""

    @abstractmethod
    def close(self) -> None:
        """Forget what is not fetched yet."""


class ColumnConnection(ABC):
    """Reads by columns in the view of a snapshot. It belongs to the thread of the connection whose view that is."""

    @abstractmethod
    def read(
        self, statement: str, parameters: Sequence[Value], *, schema: Schema, rows: int, blocks: int, longest: int
    ) -> ColumnResult:
        """Begin a SELECT whose columns become those of an Arrow schema.

        At most `rows` come at once, in `blocks` of the same size from the driver, and a text of at most `longest` bytes
        fits where room is set aside; a longer one is an error, never cut.
        """

    @abstractmethod
    def close(self) -> None:
        """Close what was opened for it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the server says of a session that is waited for: in words, and whether it is `at_work` for it at all."""

    at_work: bool
    text: str = ""


class ValueUnreadableError(InstallationError):
    """The driver could not give a value; read loosely, it may."""

    def __init__(self, where: str, why: Exception) -> None:
        message = (
            sentence("The database's driver cannot give a value of {where}: {why}.", where=where, why=why)
            if where
            else sentence("The database's driver cannot give a value: {why}.", why=why)
        )
        remedy = sentence(
            "Let the database's administrator look for text that is not Unicode, or dates and times that no calendar"
            " has, and correct them; `omt check` names the columns where it can."
        )
        super().__init__(DATABASE_VALUE_UNREADABLE.code, message, remedy)


class Driver(ABC):
    """One way to one database.

    `owner` is the schema of the CRM's tables, as the catalogue spells it, or None; `sight` what the login sees of them,
    `without_columns` are those that have no column at all and are not in the catalogue.
    """

    dbms: ClassVar[str]
    errors: tuple[type[Exception], ...]
    sets_room_aside: ClassVar[bool] = True
    """Whether reading by columns sets room aside for the longest value in each row that comes at once."""

    looks_at_once: ClassVar[int] = 1
    """At how many tables a check looks at a time, each through a connection of its own."""

    owner: str | None = None
    sight: Sight = Sight()
    without_columns: Sequence[str] = ()

    @cached_property
    def catalogue(self) -> BuiltCatalogue:
        """What catalogues of this database are built by."""
        return BuiltCatalogue()

    @abstractmethod
    def connect(self, *, writable: bool = False) -> Connection:
        """Open a connection in autocommit mode. Raises one of `errors`, or `InstallationError`."""

    @abstractmethod
    def interrupt(self, connection: Connection, cursor: Cursor) -> None:
        """End the statement that a cursor runs; called from another thread, and only while it does."""

    @abstractmethod
    def explain(self, error: Exception) -> InstallationError:
        """Say what an error means and what to do about it, without secrets."""

    @abstractmethod
    def read_catalogue(self, connection: Connection) -> Mapping[str, Table]:
        """Return all tables of the owner that may be read, keyed by `build_catalogue`; sets `owner` and `sight`."""

    @abstractmethod
    def begin_snapshot(self, connection: Connection) -> str | None:
        """Begin the one consistent view; returns why it is less than that, as a sentence, or None."""

    @abstractmethod
    def end_snapshot(self, connection: Connection) -> None:
        """End it and return to autocommit."""

    @abstractmethod
    def missing_grant(self, connection: Connection, table: Table, rights: Sequence[str]) -> str | None:
        """Say what lets the login do these on a table, None where it may already."""

    @abstractmethod
    def plan_columns(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        """Say how each column of a table is read."""

    def plan_kinds(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        """Say what each column of a table becomes, however its values are read: enough for a look at them."""
        return self.plan_columns(connection, table)

    def weakness(self, connection: Connection) -> str | None:
        """Return why the view that a snapshot begins will be less than consistent, as a sentence, or None."""
        del connection
        return None

    def session(self, connection: Connection) -> int | None:
        """Return the server's number of a connection's session, or None where there is none."""
        del connection
        return None

    def look(self, sessions: Sequence[int]) -> Look | None:
        """Ask the server what keeps these sessions, through a connection of its own and on another thread.

        None where nobody can say. Raises one of `errors` where the server cannot be reached.
        """
        del sessions
        return None

    def anew(self) -> Self:
        """Return the same driver without what it holds of a connection: for another beside one that hangs."""
        return copy(self)

    def ping(self, connection: Connection) -> None:
        """Have the server answer."""
        self.fetch(connection, "SELECT 1")

    def keep_alive(self, connection: Connection) -> None:
        """Give a sign of life, so that nothing on the way or in the server forgets an idle connection."""
        del connection

    def marks(self, connection: Connection, tables: Sequence[Table]) -> Mapping[str, Hashable]:
        """Return, by its name, what tells of each table whether it is still the one that this view began with."""
        del connection, tables
        return {}

    def mark_now(self, connection: Connection, table: Table, rows: int | None) -> Hashable:
        """Return the same of a table as it was read; `rows` is how many it showed, where that is known."""
        del connection, table, rows
        return None

    def set_loose(self, connection: Connection, *, loose: bool) -> None:
        """Have text that is not Unicode repaired from now on, which takes longer, or be an error."""
        del connection, loose

    def unreadable(self, error: Exception) -> bool:
        """Tell whether an error is about a value that the driver cannot give."""
        return isinstance(error, ValueError | OverflowError)

    def loosened(self, plan: ColumnPlan) -> ColumnPlan:
        """Return how a column is read whose values the driver cannot all give."""
        return plan

    def suspicion(self, plan: ColumnPlan) -> str | None:
        """Return SQL that is true of values which the driver may not be able to give, or None where there are none."""
        del plan
        return None

    def suspicious(self, connection: Connection, table: Table, plans: Sequence[ColumnPlan]) -> Sequence[ColumnPlan]:
        """Return those of a table's columns that have a value of which `suspicion` is true."""
        looked = [(plan, looks) for plan in plans if (looks := self.suspicion(plan)) is not None]
        if not looked:
            return ()
        row = self.measure(connection, table, [f"MAX(CASE WHEN {look} THEN 1 ELSE 0 END)" for _, look in looked])
        return [plan for (plan, _), found in zip(looked, row, strict=True) if number(found)]

    def size(self, plan: ColumnPlan) -> str:
        """Return SQL for the bytes of a value, roughly."""
        return f"LENGTH({plan.expression})"

    def stored_bytes(self, connection: Connection, tables: Sequence[Table]) -> int | None:
        """Return the bytes that these tables take where they are, as statistics have it; None where nobody can say."""
        del connection, tables
        return None

    def measure(self, connection: Connection, table: Table, expressions: Sequence[str]) -> Row:
        """Return the values of some expressions over all rows of a table, in one row."""
        row: list[Any] = []
        for begin in range(0, len(expressions), MEASURED_AT_ONCE):
            chosen = ", ".join(expressions[begin : begin + MEASURED_AT_ONCE])
            row += self.fetch(connection, f"SELECT {chosen} FROM {self.source(table)}")[0]  # noqa: S608 - quoted names only
        return tuple(row)

    def source(self, table: Table) -> str:
        """Return what stands in a FROM for the rows that are a table's own."""
        return self.place(table)

    def place(self, table: Table) -> str:
        """Return a table's name, with its owner where there is one."""
        name = quoted(table.name, self.dbms)
        return f"{quoted(self.owner, self.dbms)}.{name}" if self.owner is not None else name

    def reads_columns(self, plan: ColumnPlan) -> bool:
        """Tell whether a planned column, read through a `ColumnConnection`, is exactly what a row would have held."""
        del plan
        return False

    def share_view(self, connection: Connection, *, widest: int = 0) -> ColumnConnection | None:
        """Return a second connection that sees what this one's snapshot sees; `end_snapshot` closes it.

        None where that cannot be had: then one driver on one connection reads everything. `widest` is how many bytes a
        row may have: of long ones it must not get many ahead.
        """
        del connection, widest
        return None

    def statement(self, connection: Connection, sql: str, parameters: Sequence[Value] = ()) -> Statement:
        """Run a statement in the DBMS's own SQL. Whoever does closes it."""
        cursor = connection.cursor()
        begun = Statement(cursor, partial(self.interrupt, connection, cursor))
        with closed_if_it_fails(begun):
            begun.execute(sql, parameters)
        return begun

    def execute(self, connection: Connection, sql: str) -> None:
        """Run a statement that has no result."""
        self.statement(connection, sql).close()

    def fetch(self, connection: Connection, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Return all rows of a statement."""
        with closing(self.statement(connection, sql, parameters)) as statement:
            return statement.fetchall()

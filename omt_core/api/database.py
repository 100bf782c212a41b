"""The source database as the core and its plugins see it: batches of rows from one consistent view."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol, TypeAlias, runtime_checkable
from uuid import UUID

Value: TypeAlias = bool | int | float | str | bytes | bytearray | Decimal | datetime | date | time | UUID | None
"""A value as the driver gives it."""

Row = Sequence[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as the catalogue of the database describes it, in the catalogue's own spelling and type name."""

    name: str
    type_name: str
    nullable: bool = True
    length: int | None = None
    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the CRM's owner as it really is; `primary_key` is empty where no index gives one."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        """Tell whether there is a column of this name, in any case."""
        return any(known.name.lower() == column.lower() for known in self.columns)


@runtime_checkable
class SourceDatabase(Protocol):
    """A connection to the CRM database: read only, one statement at a time, in one consistent view once asked for.

    Plugins get a view of it in which `write` and `aclose` are refused, except that `freeze` and `thaw` may write.

    Statements are written once, in standard SQL over the CRM's logical table and column names without owner, with `?`
    for each parameter, and are rendered for the DBMS against its real catalogue: names in any case, quoted as they are
    spelt there. A column that this database does not have reads as NULL; a table that it does not have raises
    `InstallationError` `database-table-missing`, so ask `table()` first where it may be absent.
    """

    @property
    def dbms(self) -> str:
        """`mssql`, `oracle`, `postgresql` or `sqlite`."""
        ...

    @property
    def tables(self) -> Mapping[str, Table]:
        """All tables of the CRM's owner by lower-case name; where several differ in case only, others by their own."""
        ...

    def table(self, name: str) -> Table | None:
        """Return the table of this name, in any case, or None where there is none.

        Raises `InstallationError` `database-tables-hidden` for one that is there and may not be read.
        """
        ...

    def batches(self, sql: str, parameters: Sequence[Value] = (), *, size: int = 5_000) -> AsyncIterator[Sequence[Row]]:
        """Yield the rows of a SELECT in batches of at most `size`; holds the connection until it is exhausted."""
        ...

    async def rows(self, sql: str, parameters: Sequence[Value] = ()) -> Sequence[Row]:
        """Return all rows of a SELECT whose result is known to be small."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[str]:
        """Enter the one consistent view and yield its id; it ends with the context."""
        ...

    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        """Run one INSERT, UPDATE or DELETE in a transaction of its own and return the number of rows."""
        ...

    async def missing_grant(self, table: str, rights: Sequence[str]) -> str | None:
        """Return what lets the login do these on a table (`INSERT`, `UPDATE`, `DELETE`), None where it may already.

        It is a sentence for the database's administrator: a GRANT statement where the DBMS has them.
        """
        ...

    async def aclose(self) -> None:
        """Give the connection back. Safe to call twice."""
        ...


@runtime_checkable
class Reconnecting(Protocol):
    """An ability that a `SourceDatabase` may have: it comes back after its server, or the line to it, went away."""

    async def reconnect(self) -> None:
        """Return once it answers, on a new connection where the old one broke; waits for as long as settings say.

        Never asked while a snapshot is open. Raises `InstallationError` where it does not come back in that time.
        """
        ...

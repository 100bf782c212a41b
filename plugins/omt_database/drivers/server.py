"""What the database servers share: the tables belong to an owner, and a few statements tell all about them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from omt_core.api import Column, Row, Table, sentence
from omt_crm.sql import confirm_owner, quoted
from omt_database.columns import ColumnPlan
from omt_database.drivers.catalogue import Sight, number
from omt_database.drivers.driver import Connection
from omt_database.drivers.odbc import OdbcDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueStatements:
    """The names of all owners; the columns and the unique indexes of one, as `build_catalogue` takes them.

    `sight` has one row: 1 where a table of the owner that may not be read would be among `hidden`, and the user's name.
    `grant` says, of owner and user, what gives the user sight of all tables of the owner. `right` has one row: 1 where
    the user may do what the third parameter names on the table that owner and name, the first two, are those of.
    `read_only` has one row: 1 where nobody may change anything by this login, whatever right they have.
    `sizes` has the names of an owner's tables and the bytes that each takes, or NULL where that is not known.
    """

    owners: str
    columns: str
    keys: str
    sight: str
    hidden: str
    grant: Callable[[str, str], str]
    right: str
    read_only: str
    sizes: str


class ServerDriver(OdbcDriver):
    """A database server behind ODBC."""

    statements: ClassVar[CatalogueStatements]

    @abstractmethod
    def column(self, row: Row) -> Column:
        """Make a column of a row of the statement for columns, without the table's name."""

    @abstractmethod
    def plan_column(self, column: Column) -> ColumnPlan:
        """Say how a column is read."""

    @override
    def read_catalogue(self, connection: Connection) -> Mapping[str, Table]:
        owners = [str(row[0]) for row in self.fetch(connection, self.statements.owners)]
        self.owner = confirm_owner(self._location.prefix, owners)
        columns = self.fetch(connection, self.statements.columns, (self.owner,))
        keys = self.fetch(connection, self.statements.keys, (self.owner,))
        self.sight = self._look(connection, self.owner)
        # Some catalogues list what may be written and not read.
        seen = [row for row in columns if not self.sight.hides(str(row[0]))]
        return self.catalogue.of(seen, self.column, keys)

    def _look(self, connection: Connection, owner: str) -> Sight:
        hidden = sorted({str(row[0]) for row in self.fetch(connection, self.statements.hidden, (owner,))})
        proofs = self.fetch(connection, self.statements.sight, (owner,))
        proven, user = proofs[0] if proofs else (None, None)
        name = quoted(str(user or self._location.user or "user"), self.dbms)
        return Sight(
            hidden=tuple(hidden),
            proven=number(proven) == 1,
            grant=self.statements.grant(quoted(owner, self.dbms), name),
            user=name,
        )

    @override
    def missing_grant(self, connection: Connection, table: Table, rights: Sequence[str]) -> str | None:
        if number(self.fetch(connection, self.statements.read_only)[0][0]) == 1:
            return sentence(
                "that the database takes changes: it, or this user, is set to read only, or it is a standby copy"
            )
        lacking = [
            right
            for right in rights
            if number(self.fetch(connection, self.statements.right, (self.owner, table.name, right))[0][0]) != 1
        ]
        place = f"{quoted(self.owner or '', self.dbms)}.{quoted(table.name, self.dbms)}"
        return f"GRANT {', '.join(lacking)} ON {place} TO {self.sight.user}" if lacking else None

    @override
    def stored_bytes(self, connection: Connection, tables: Sequence[Table]) -> int | None:
        wanted = {table.name for table in tables}
        rows = self.fetch(connection, self.statements.sizes, (self.owner,))
        known = [number(size) for name, size in rows if str(name) in wanted and size is not None]
        return sum(size or 0 for size in known) if known else None

    @override
    def plan_columns(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        return tuple(self.plan_column(column) for column in table.columns)

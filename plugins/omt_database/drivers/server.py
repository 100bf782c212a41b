"""What the database servers share: the tables belong to an owner, and three statements tell all about them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from omt_core.api import Column, Row, Table
from omt_crm.sql import confirm_owner
from omt_database.columns import ColumnPlan
from omt_database.drivers.catalogue import build_catalogue
from omt_database.drivers.driver import Connection
from omt_database.drivers.odbc import OdbcDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueStatements:
    """The names of all owners; the columns and the unique indexes of one, as `build_catalogue` takes them."""

    owners: str
    columns: str
    keys: str


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
        return build_catalogue(columns, self.column, keys)

    @override
    def plan_columns(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        return tuple(self.plan_column(column) for column in table.columns)

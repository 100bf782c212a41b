"""Oracle, through Oracle's own ODBC driver. Never run against a server here: see the README."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from typing_extensions import override

from omt_core.api import Column, Row, Sentence, Table, sentence
from omt_crm.sql import quoted
from omt_database.columns import LARGEST_DECIMAL, ColumnPlan, Kind, number_plan
from omt_database.drivers.catalogue import number
from omt_database.drivers.driver import Connection
from omt_database.drivers.odbc import OdbcConnection
from omt_database.drivers.server import CatalogueStatements, ServerDriver

BYTES_PER_CHARACTER: Final = 4

_OWNERS: Final = "SELECT DISTINCT OWNER FROM ALL_TABLES"

_COLUMNS: Final = """
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.NULLABLE, c.CHAR_LENGTH, c.DATA_LENGTH, c.DATA_PRECISION,
       c.DATA_SCALE
FROM ALL_TAB_COLUMNS c
JOIN ALL_TABLES t ON t.OWNER = c.OWNER AND t.TABLE_NAME = c.TABLE_NAME
WHERE c.OWNER = ? AND t.NESTED = 'NO' AND t.SECONDARY = 'N' AND t.TEMPORARY = 'N' AND t.TABLE_NAME NOT LIKE 'BIN$%'
ORDER BY c.TABLE_NAME, c.COLUMN_ID"""

_KEYS: Final = """
SELECT i.TABLE_NAME, i.INDEX_NAME, CASE WHEN p.CONSTRAINT_NAME IS NULL THEN 0 ELSE 1 END, c.COLUMN_NAME
FROM ALL_INDEXES i
JOIN ALL_IND_COLUMNS c ON c.INDEX_OWNER = i.OWNER AND c.INDEX_NAME = i.INDEX_NAME
LEFT JOIN ALL_CONSTRAINTS p ON p.OWNER = i.TABLE_OWNER AND p.TABLE_NAME = i.TABLE_NAME
      AND p.INDEX_NAME = i.INDEX_NAME AND p.CONSTRAINT_TYPE = 'P'
WHERE i.TABLE_OWNER = ? AND i.UNIQUENESS = 'UNIQUE' AND i.INDEX_TYPE = 'NORMAL'
ORDER BY i.TABLE_NAME, i.INDEX_NAME, c.COLUMN_POSITION"""

_SIGHT: Final = """
SELECT CASE WHEN USER = ? OR EXISTS (
         SELECT 1 FROM SESSION_PRIVS p WHERE p.PRIVILEGE IN ('SELECT ANY TABLE', 'READ ANY TABLE')
       ) THEN 1 ELSE 0 END, USER
FROM DUAL"""

_HIDDEN: Final = """
SELECT t.TABLE_NAME
FROM ALL_TABLES t
WHERE t.OWNER = ? AND t.NESTED = 'NO' AND t.SECONDARY = 'N' AND t.TEMPORARY = 'N' AND (
        t.OWNER <> USER AND NOT EXISTS (
          SELECT 1 FROM SESSION_PRIVS p WHERE p.PRIVILEGE IN ('SELECT ANY TABLE', 'READ ANY TABLE')
        ) AND NOT EXISTS (
          SELECT 1 FROM ALL_TAB_PRIVS g
          WHERE g.TABLE_SCHEMA = t.OWNER AND g.TABLE_NAME = t.TABLE_NAME AND g.PRIVILEGE IN ('SELECT', 'READ')
        ) OR EXISTS (
          SELECT 1 FROM ALL_POLICIES y
          WHERE y.OBJECT_OWNER = t.OWNER AND y.OBJECT_NAME = t.TABLE_NAME AND y.SEL = 'YES' AND y.ENABLE = 'YES'
        ) AND NOT EXISTS (SELECT 1 FROM SESSION_PRIVS p WHERE p.PRIVILEGE = 'EXEMPT ACCESS POLICY')
      )"""
"""Also where a policy may leave rows or values out without a word, for the owner too."""

_RIGHT: Final = """
SELECT CASE WHEN USER = x.OWNER OR EXISTS (
         SELECT 1 FROM SESSION_PRIVS p WHERE p.PRIVILEGE = x.RIGHT_NAME || ' ANY TABLE'
       ) OR EXISTS (
         SELECT 1 FROM ALL_TAB_PRIVS g
         WHERE g.TABLE_SCHEMA = x.OWNER AND g.TABLE_NAME = x.NAME AND g.PRIVILEGE = x.RIGHT_NAME
       ) THEN 1 ELSE 0 END
FROM (SELECT ? AS OWNER, ? AS NAME, ? AS RIGHT_NAME FROM DUAL) x"""

_READ_ONLY: Final = (
    "SELECT CASE WHEN SYS_CONTEXT('USERENV', 'DATABASE_ROLE') IN ('PHYSICAL STANDBY', 'LOGICAL STANDBY')"
    " THEN 1 ELSE 0 END FROM DUAL"
)


def _grant(owner: str, user: str) -> Sentence:
    return sentence(
        "GRANT SELECT ANY TABLE TO {user} (or log in as {owner}; and, where a policy hides rows, GRANT EXEMPT ACCESS"
        " POLICY TO {user})",
        owner=owner,
        user=user,
    )


_SIZES: Final = "SELECT TABLE_NAME, NUM_ROWS * AVG_ROW_LEN FROM ALL_TABLES WHERE OWNER = ?"
"""As Oracle's statistics have it, without large objects that are stored beside the rows: those are in segments, which a
login does not see."""

_KINDS: Final = {
    "BLOB": Kind.BINARY, "RAW": Kind.BINARY, "LONG RAW": Kind.BINARY, "BFILE": Kind.BINARY,
    # The CRM writes doubles into FLOAT, which a double holds exactly.
    "FLOAT": Kind.DOUBLE, "BINARY_FLOAT": Kind.DOUBLE, "BINARY_DOUBLE": Kind.DOUBLE,
    "DATE": Kind.TIMESTAMP,
}  # fmt: skip

_TEXT: Final = frozenset({"VARCHAR2", "NVARCHAR2", "CHAR", "NCHAR", "CLOB", "NCLOB", "LONG"})
_UNBOUNDED: Final = frozenset({"CLOB", "NCLOB", "LONG", "BLOB", "LONG RAW", "BFILE", "XMLTYPE"})
_LOBS: Final = frozenset({"CLOB", "NCLOB", "BLOB", "BFILE"})
_TIMESTAMP: Final = re.compile(r"TIMESTAMP\((\d)\)")

MICROSECONDS: Final = 6
"""Digits behind the second that pyodbc and Arrow hold; of more the rest would be dropped without a word."""

_BEYOND_MICROSECONDS: Final = "MAX(CASE WHEN MOD(TO_NUMBER(TO_CHAR({0}, 'FF9')), 1000) <> 0 THEN 1 END)"


class OracleDriver(ServerDriver):
    """Oracle."""

    statements = CatalogueStatements(
        owners=_OWNERS, columns=_COLUMNS, keys=_KEYS, sight=_SIGHT, hidden=_HIDDEN, grant=_grant, right=_RIGHT,
        read_only=_READ_ONLY, sizes=_SIZES,
    )  # fmt: skip
    dbms: ClassVar[str] = "oracle"

    @override
    def keywords(self) -> dict[str, str]:
        if self._location.dsn:
            return {}
        # A TNS name, or host:port/service (crm.md section 1: the server alone, the database blank).
        parts = filter(None, (self._location.server, self._location.database))
        return {"DBQ": "/".join(parts)}

    @override
    def suitable(self, installed: Sequence[str]) -> str | None:
        return next((name for name in sorted(installed, reverse=True) if name.lower().startswith("oracle")), None)

    @override
    def column(self, row: Row) -> Column:
        return _column(row)

    @override
    def begin_snapshot(self, connection: OdbcConnection) -> str | None:
        connection.autocommit = False
        # Must be the first statement; all that follow see the database as it is now.
        self.execute(connection, "SET TRANSACTION READ ONLY")
        self.fetch(connection, "SELECT 1 FROM DUAL")
        return None

    @override
    def ping(self, connection: OdbcConnection) -> None:
        self.fetch(connection, "SELECT 1 FROM DUAL")

    @override
    def keep_alive(self, connection: OdbcConnection) -> None:
        self.ping(connection)

    @override
    def plan_columns(self, connection: Connection, table: Table) -> tuple[ColumnPlan, ...]:
        plans = super().plan_columns(connection, table)
        fine = [plan for plan in plans if plan.kind is Kind.TIMESTAMP and _digits(plan.column.type_name) > MICROSECONDS]
        if not fine:
            return plans
        row = self.measure(connection, table, [_BEYOND_MICROSECONDS.format(plan.expression) for plan in fine])
        finer = {plan.column.name for plan, found in zip(fine, row, strict=True) if number(found)}
        return tuple(
            replace(plan, kind=Kind.STRING, width=40, expression=_written(plan.expression, plan.column.type_name))
            if plan.column.name in finer
            else plan
            for plan in plans
        )

    @override
    def loosened(self, plan: ColumnPlan) -> ColumnPlan:
        if plan.kind is not Kind.TIMESTAMP:
            return plan
        return replace(plan, expression=_written(plan.expression, plan.column.type_name), loose=True)

    @override
    def size(self, plan: ColumnPlan) -> str:
        return f"DBMS_LOB.GETLENGTH({plan.expression})" if plan.column.type_name.upper() in _LOBS else "0"

    @override
    def plan_column(self, column: Column) -> ColumnPlan:
        return plan_column(column)


def plan_column(column: Column) -> ColumnPlan:
    """Say how a column is read; a type that is not known here travels as Oracle's own text for it."""
    name = quoted(column.name, "oracle")
    type_name = column.type_name.upper()
    if type_name == "NUMBER":
        return number_plan(column, name)
    kind = Kind.TIMESTAMP if _TIMESTAMP.fullmatch(type_name) else _KINDS.get(type_name, Kind.STRING)
    if kind is Kind.STRING and type_name not in _TEXT:
        return ColumnPlan(column=column, kind=kind, expression=_shown(name, type_name), width=None)
    return ColumnPlan(column=column, kind=kind, expression=name, width=_width(column, kind))


def _shown(name: str, type_name: str) -> str:
    if type_name.endswith("TIME ZONE"):
        return _written(name, type_name, between='"T"', behind="TZH:TZM")
    return f"XMLSERIALIZE(CONTENT {name} AS CLOB)" if type_name == "XMLTYPE" else f"TO_CHAR({name})"


def _written(moment: str, type_name: str, *, between: str = " ", behind: str = "") -> str:
    """Return SQL that writes a date or time whole, with its era: a year before the first has a minus."""
    digits = _digits(type_name)
    fraction = f".FF{max(digits, MICROSECONDS)}" if digits else ""
    return f"TRIM(TO_CHAR({moment}, 'SYYYY-MM-DD{between}HH24:MI:SS{fraction}{behind}'))"


def _digits(type_name: str) -> int:
    """Return how many digits a type has behind the second."""
    found = _TIMESTAMP.match(type_name.upper())
    return int(found[1]) if found else 0


def _width(column: Column, kind: Kind) -> int | None:
    if kind not in {Kind.STRING, Kind.BINARY}:
        return 8
    return None if column.type_name.upper() in _UNBOUNDED else (column.length or 0) * BYTES_PER_CHARACTER


def _column(row: Row) -> Column:
    name, type_name, nullable, characters, length, precision, scale = row
    exact = type_name == "NUMBER"
    # NUMBER(*, 0), an INTEGER, has a scale and no precision.
    whole = exact and precision is None and number(scale) == 0
    return Column(
        name=str(name),
        type_name=str(type_name),
        nullable=nullable == "Y",
        length=None if exact else number(characters) or number(length),
        precision=LARGEST_DECIMAL if whole else number(precision) if exact else None,
        scale=(number(scale) or 0) if exact and (whole or precision is not None) else None,
    )

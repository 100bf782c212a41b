"""SQL Server, through Microsoft's driver or FreeTDS. Never run against a server here: see the README."""

from __future__ import annotations

import re
import struct
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import ClassVar, Final

from typing_extensions import override

from omt_core.api import Column, Row, Table
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan, Kind, number_plan
from omt_database.drivers.catalogue import number
from omt_database.drivers.driver import Look
from omt_database.drivers.failures import Meaning
from omt_database.drivers.odbc import OdbcConnection, first_of
from omt_database.drivers.server import CatalogueStatements, ServerDriver

OFFSET_TYPE, CLR_TYPE = -155, -151
"""ODBC's numbers of datetimeoffset and of types made of .NET classes; pyodbc reads neither by itself."""

_NOT_ENCRYPTED: Final = Meaning(
    "database-encryption-failed",
    "The connection to the database server could not be encrypted",
    "If the certificate of the server cannot be verified, install its authority on this machine, or set"
    " `database.trust_server_certificate`; if the server is too old to encrypt, set `database.encrypt` to `no`.",
)

_WORDS: Final = {
    # Not the word alone: version 18 of the driver advises on "encryption errors" whatever the error is.
    re.compile(
        "ssl provider|ssl security error|certificate (verif|chain|was issued)|not support encryption"
        "|encryption (is )?not supported|tls handshake"
    ): _NOT_ENCRYPTED,
}

_OFFSET: Final = struct.Struct("<6hI2h")

_MODERN: Final = re.compile(r"ODBC Driver (\d+) for SQL Server")

_OWNERS: Final = "SELECT name FROM sys.schemas"

_COLUMNS: Final = """
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.IS_NULLABLE, c.CHARACTER_MAXIMUM_LENGTH, c.NUMERIC_PRECISION,
       c.NUMERIC_SCALE
FROM INFORMATION_SCHEMA.COLUMNS c
JOIN INFORMATION_SCHEMA.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
WHERE c.TABLE_SCHEMA = ? AND t.TABLE_TYPE = 'BASE TABLE'
ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION"""

_KEYS: Final = """
SELECT t.name, i.name, CAST(i.is_primary_key AS int), c.name
FROM sys.indexes i
JOIN sys.tables t ON t.object_id = i.object_id
JOIN sys.schemas s ON s.schema_id = t.schema_id
JOIN sys.index_columns x ON x.object_id = i.object_id AND x.index_id = i.index_id
JOIN sys.columns c ON c.object_id = i.object_id AND c.column_id = x.column_id
WHERE s.name = ? AND i.is_unique = 1 AND i.has_filter = 0 AND x.is_included_column = 0
ORDER BY t.name, i.name, x.key_ordinal"""

_SIGHT: Final = """
SELECT CASE WHEN HAS_PERMS_BY_NAME(QUOTENAME(?), 'SCHEMA', 'SELECT') = 1 AND NOT EXISTS (
         SELECT 1 FROM sys.database_permissions p
         WHERE p.state = 'D' AND p.class IN (0, 1, 3) AND p.permission_name IN ('SELECT', 'CONTROL')
               AND (p.grantee_principal_id = USER_ID() OR IS_MEMBER(USER_NAME(p.grantee_principal_id)) = 1)
               AND IS_MEMBER('db_owner') = 0
       ) THEN 1 ELSE 0 END, USER_NAME()"""
"""Whoever may read a schema sees all its tables, but for those that are denied to the user or to a role of theirs."""

_HIDDEN: Final = """
SELECT t.name
FROM sys.tables t
JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE s.name = ? AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(t.name), 'OBJECT', 'SELECT') = 0"""

_RIGHT: Final = "SELECT HAS_PERMS_BY_NAME(QUOTENAME(?) + N'.' + QUOTENAME(?), 'OBJECT', ?)"

_GRANT: Final = "GRANT SELECT ON SCHEMA::{owner} TO {user} (and REVOKE what DENY takes from this user)"

_SNAPSHOT_ALLOWED: Final = "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"

_SESSION: Final = "SELECT @@SPID"

_WAITING: Final = """
SELECT r.session_id, r.status, r.wait_type, r.wait_resource, r.blocking_session_id, s.login_name, s.program_name,
       s.host_name
FROM sys.dm_exec_requests r
LEFT JOIN sys.dm_exec_sessions s ON s.session_id = r.blocking_session_id
WHERE r.session_id IN ({0})"""

_MAY_LOOK: Final = "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')"

COUNTED_AT_ONCE: Final = 50
"""Tables that one statement counts."""

_KINDS: Final = {
    **dict.fromkeys(("bigint", "int", "smallint", "tinyint"), Kind.INTEGER),
    **dict.fromkeys(("float", "real"), Kind.DOUBLE),
    **dict.fromkeys(("datetime", "datetime2", "smalldatetime"), Kind.TIMESTAMP),
    **dict.fromkeys(("binary", "varbinary", "image", "timestamp", "rowversion"), Kind.BINARY),
    **dict.fromkeys(("geography", "geometry", "hierarchyid"), Kind.BINARY),
    **dict.fromkeys(("char", "varchar", "nchar", "nvarchar", "text", "ntext", "xml", "sysname"), Kind.STRING),
    "bit": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetimeoffset": Kind.STRING,
    "time": Kind.TIME,
    "uniqueidentifier": Kind.GUID,
}

_EXACT: Final = frozenset({"decimal", "numeric", "money", "smallmoney"})

_FIXED_WIDTHS: Final = {"uniqueidentifier": 36, "datetimeoffset": 32, "timestamp": 8, "rowversion": 8}

BYTES_PER_CHARACTER: Final = 4
LONGEST_INLINE: Final = 8_000
"""Characters or bytes of the longest type that is not a large object; ntext and its like report 2^30 or so."""


class MssqlDriver(ServerDriver):
    """SQL Server."""

    statements = CatalogueStatements(
        owners=_OWNERS, columns=_COLUMNS, keys=_KEYS, sight=_SIGHT, hidden=_HIDDEN, grant=_GRANT, right=_RIGHT
    )
    dbms: ClassVar[str] = "mssql"
    words = _WORDS

    @override
    def keywords(self) -> dict[str, str]:
        values = {
            "Encrypt": self._settings.encrypt,
            "TrustServerCertificate": "yes" if self._settings.trust_server_certificate else "no",
            "APP": "Online Migration Tool",
        }
        if self._location.dsn:
            return values
        return {"Server": self._location.server or "(local)", "Database": self._location.database or ""} | values

    @override
    def _login(self) -> dict[str, str]:
        # Without a user, Windows says who it is.
        return super()._login() if self._location.user else {"Trusted_Connection": "yes"}

    @override
    def suitable(self, installed: Sequence[str]) -> str | None:
        modern = [(int(match[1]), name) for name in installed if (match := _MODERN.fullmatch(name))]
        return (
            max(modern)[1] if modern else first_of(installed, "SQL Server Native Client 11.0", "FreeTDS", "SQL Server")
        )

    @override
    def prepare(self, connection: OdbcConnection) -> None:
        connection.add_output_converter(OFFSET_TYPE, offset_text)
        connection.add_output_converter(CLR_TYPE, bytes)
        cursor = connection.cursor()
        # FreeTDS cuts long text without it.
        cursor.execute("SET TEXTSIZE 2147483647")
        cursor.close()

    @override
    def column(self, row: Row) -> Column:
        return _column(row)

    @override
    def begin_snapshot(self, connection: OdbcConnection) -> str | None:
        allowed = self.fetch(connection, _SNAPSHOT_ALLOWED)
        snapshot = bool(allowed) and allowed[0][0] == 1
        cursor = connection.cursor()
        # Still in autocommit mode: the level counts for transactions that begin after it, and the view is that of the
        # first table read in it.
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {'SNAPSHOT' if snapshot else 'READ COMMITTED'}")
        cursor.close()
        connection.autocommit = False
        return (
            None if snapshot else "The database does not allow snapshot isolation, so each statement has its own view."
        )

    @override
    def session(self, connection: OdbcConnection) -> int | None:
        rows = self.fetch(connection, _SESSION)
        return number(rows[0][0]) if rows else None

    @override
    def look(self, sessions: Sequence[int]) -> Look | None:
        allowed = self._look_in(_MAY_LOOK)
        if not allowed or number(allowed[0][0]) != 1:
            return None
        rows = self._look_in(_WAITING.format(", ".join(map(str, sessions))))
        for _, _, _, resource, holder, login, program, host in rows:
            if number(holder):
                return Look(at_work=True, text=f"{resource} is locked by session {holder} ({login}, {program}, {host})")
        waits = ", ".join(f"{status} {wait or ''}".strip() for _, status, wait, *_ in rows)
        return Look(at_work=bool(rows), text=f"the server says: {waits}" if rows else "")

    @override
    def marks(self, connection: OdbcConnection, tables: Sequence[Table]) -> Mapping[str, Hashable]:
        # TRUNCATE does not keep old versions of rows, and a view may find a table empty that it began with full.
        found: dict[str, Hashable] = {}
        for begin in range(0, len(tables), COUNTED_AT_ONCE):
            some = tables[begin : begin + COUNTED_AT_ONCE]
            counts = " UNION ALL ".join(
                f"SELECT {place}, COUNT_BIG(*) FROM {self.source(table)}"  # noqa: S608 - quoted names only
                for place, table in enumerate(some)
            )
            for place, count in self.fetch(connection, counts):
                found[some[number(place) or 0].name] = number(count)
        return found

    @override
    def mark_now(self, connection: OdbcConnection, table: Table, rows: int | None) -> Hashable:
        if rows is not None:
            return rows
        counted = self.fetch(connection, f"SELECT COUNT_BIG(*) FROM {self.source(table)}")  # noqa: S608 - quoted names only
        return number(counted[0][0])

    @override
    def plan_column(self, column: Column) -> ColumnPlan:
        return plan_column(column)


def offset_text(value: bytes) -> str:
    """Write a datetimeoffset, as ODBC hands it over, in ISO 8601 with six digits behind the second."""
    year, month, day, hour, minute, second, nanosecond, zone_hours, zone_minutes = _OFFSET.unpack(value)
    zone = timezone(timedelta(hours=zone_hours, minutes=zone_minutes))
    moment = datetime(year, month, day, hour, minute, second, nanosecond // 1_000, zone)
    return moment.isoformat(timespec="microseconds")


def plan_column(column: Column) -> ColumnPlan:
    """Say how a column is read; a type that is not known here travels as SQL Server's own text for it."""
    name = quoted(column.name, "mssql")
    type_name = column.type_name.lower()
    if type_name in _EXACT:
        return number_plan(column, name)
    if type_name not in _KINDS:
        return ColumnPlan(column=column, kind=Kind.STRING, expression=f"CONVERT(nvarchar(max), {name})", width=None)
    return ColumnPlan(column=column, kind=_KINDS[type_name], expression=name, width=_width(column, type_name))


def _width(column: Column, type_name: str) -> int | None:
    if type_name in _FIXED_WIDTHS or _KINDS[type_name] not in {Kind.STRING, Kind.BINARY}:
        return _FIXED_WIDTHS.get(type_name, 8)
    if column.length is None or not 0 < column.length <= LONGEST_INLINE:
        return None
    return column.length * BYTES_PER_CHARACTER


def _column(row: Row) -> Column:
    name, type_name, nullable, length, precision, scale = row
    exact = str(type_name).lower() in _EXACT
    return Column(
        name=str(name),
        type_name=str(type_name),
        nullable=nullable == "YES",
        length=number(length),
        precision=number(precision) if exact else None,
        scale=number(scale) or 0 if exact else None,
    )

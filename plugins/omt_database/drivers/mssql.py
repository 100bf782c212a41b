"""SQL Server, through Microsoft's driver or FreeTDS. Never run against a server here: see the README."""

from __future__ import annotations

import re
import struct
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import ClassVar, Final

from typing_extensions import override

from omt_core.api import Column, Row, Sentence, Table, sentence
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan, Kind, number_plan
from omt_database.drivers.catalogue import Sight, number
from omt_database.drivers.connection_string import parse_keywords
from omt_database.drivers.decoding import UTF_16_LE
from omt_database.drivers.driver import Connection, Look
from omt_database.drivers.odbc import Decoding, OdbcConnection, first_of
from omt_database.drivers.server import CatalogueStatements, ServerDriver
from omt_database.errors import DATABASE_DRIVER_CANNOT_VERIFY, DATABASE_ENCRYPTION_FAILED, DATABASE_SERVER_NOTATION

OFFSET_TYPE, CLR_TYPE = -155, -151
"""ODBC's numbers of datetimeoffset and of types made of .NET classes; pyodbc reads neither by itself."""

_WORDS: Final = {
    # Not the word alone: version 18 of the driver advises on "encryption errors" whatever the error is.
    re.compile(
        "ssl provider|ssl security error|certificate (verif|chain|was issued)|not support encryption"
        "|encryption (is )?not supported|tls handshake"
    ): DATABASE_ENCRYPTION_FAILED,
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

_MAY_CONCEAL: Final = "SELECT 1 WHERE OBJECT_ID(N'sys.masked_columns') IS NOT NULL"
"""SQL Server 2016 and later may give a login other values than there are, or leave rows out, without a word."""

_MASKED: Final = """
SELECT DISTINCT t.name
FROM sys.masked_columns c
JOIN sys.tables t ON t.object_id = c.object_id
JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE s.name = ? AND c.is_masked = 1 AND COALESCE(
        HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(t.name), 'OBJECT', 'UNMASK'),
        HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'UNMASK'), 0
      ) = 0"""
"""The right is one of tables since SQL Server 2022; before, asking so answers NULL."""

_FILTERED: Final = """
SELECT t.name, SUM(p.rows)
FROM sys.tables t
JOIN sys.schemas s ON s.schema_id = t.schema_id
JOIN sys.partitions p ON p.object_id = t.object_id AND p.index_id IN (0, 1)
WHERE s.name = ? AND EXISTS (
        SELECT 1 FROM sys.security_predicates f JOIN sys.security_policies y ON y.object_id = f.object_id
        WHERE f.target_object_id = t.object_id AND f.predicate_type = 0 AND y.is_enabled = 1
      )
GROUP BY t.name"""
"""Tables with a policy that may leave rows out, and how many rows there are: nobody can say from whom it keeps them."""

_RIGHT: Final = "SELECT HAS_PERMS_BY_NAME(QUOTENAME(?) + N'.' + QUOTENAME(?), 'OBJECT', ?)"

_READ_ONLY: Final = "SELECT CASE WHEN DATABASEPROPERTYEX(DB_NAME(), 'Updateability') = 'READ_ONLY' THEN 1 ELSE 0 END"


def _grant(owner: str, user: str) -> Sentence:
    return sentence(
        "GRANT SELECT ON SCHEMA::{owner} TO {user} (and REVOKE what DENY takes from this user; and, where columns are"
        " masked, GRANT UNMASK TO {user}; and, where a security policy hides rows, let its predicate pass {user})",
        owner=owner,
        user=user,
    )


_SIZES: Final = """
SELECT t.name, 8192 * SUM(a.used_pages)
FROM sys.tables t
JOIN sys.schemas s ON s.schema_id = t.schema_id
JOIN sys.partitions p ON p.object_id = t.object_id AND p.index_id IN (0, 1)
JOIN sys.allocation_units a ON a.container_id = CASE a.type WHEN 2 THEN p.partition_id ELSE p.hobt_id END
WHERE s.name = ?
GROUP BY t.name"""
"""With what is stored beside the rows; not the other indexes. Any login may ask."""

_SNAPSHOT_ALLOWED: Final = "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"

_SESSION: Final = "SELECT @@SPID"

_WAITING: Final = """
SELECT r.session_id, r.status, r.wait_type, r.wait_resource, r.blocking_session_id, s.login_name, s.program_name,
       s.host_name
FROM sys.dm_exec_requests r
LEFT JOIN sys.dm_exec_sessions s ON s.session_id = r.blocking_session_id
WHERE r.session_id IN ({0})"""

_MAY_LOOK: Final = "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')"

_HIGH, _LOW = "' + NCHAR(55296) + N'-' + NCHAR(56319) + N'", "' + NCHAR(56320) + N'-' + NCHAR(57343) + N'"
"""The two halves of surrogate pairs, as ranges in a pattern."""

_HALF_A_PAIR: Final = " OR ".join(
    f"CAST({{0}} AS nvarchar(max)) COLLATE Latin1_General_BIN2 LIKE N'{pattern}'"
    for pattern in (f"%[{_HIGH}][^{_LOW}]%", f"%[{_HIGH}]", f"[{_LOW}]%", f"%[^{_HIGH}][{_LOW}]%")
)

_OF_UTF_16: Final = frozenset({"nchar", "nvarchar", "ntext", "sysname"})

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

_VARIANTS: Final = {
    **dict.fromkeys(("float", "real"), ("float", 2)),
    **dict.fromkeys(("money", "smallmoney"), ("money", 2)),
    **dict.fromkeys(("datetime", "smalldatetime", "datetime2"), ("datetime2(7)", 121)),
    "date": ("date", 121),
    "time": ("time(7)", 121),
    "datetimeoffset": ("datetimeoffset(7)", 121),
    **dict.fromkeys(("binary", "varbinary"), ("varbinary(8000)", 1)),
}
"""Types that a sql_variant may hold and that SQL Server shortens when it writes them, with the type and the style of
CONVERT that write them whole (16 digits of a float)."""

_OF_SEVEN_DIGITS: Final = frozenset({"datetime2", "time"})

_EXACT: Final = frozenset({"decimal", "numeric", "money", "smallmoney"})

_FIXED_WIDTHS: Final = {"uniqueidentifier": 36, "datetimeoffset": 32, "timestamp": 8, "rowversion": 8}

BYTES_PER_CHARACTER: Final = 4
LONGEST_INLINE: Final = 8_000
"""Characters or bytes of the longest type that is not a large object; ntext and its like report 2^30 or so."""


_URLS_NOTATION: Final = re.compile(r"(?!(?:tcp|np|lpc|admin):)[^:,\\\[\]]+:\d+", re.IGNORECASE)

_PORT: Final = re.compile(r"(?:tcp:)?([^,]+),\s*(\d+)", re.IGNORECASE)


def _is_freetds(driver: str) -> bool:
    return "freetds" in driver.lower() or "tdsodbc" in driver.lower()


class MssqlDriver(ServerDriver):
    """SQL Server."""

    statements = CatalogueStatements(
        owners=_OWNERS, columns=_COLUMNS, keys=_KEYS, sight=_SIGHT, hidden=_HIDDEN, grant=_grant, right=_RIGHT,
        read_only=_READ_ONLY, sizes=_SIZES,
    )  # fmt: skip
    dbms: ClassVar[str] = "mssql"
    words = _WORDS
    decoding: ClassVar[Decoding | None] = Decoding(("SQL_WCHAR",), "utf-16le", UTF_16_LE, "SQL_WCHAR")

    @override
    def keywords(self) -> dict[str, str]:
        if self._location.dsn and "=" not in self._location.dsn:
            # Whoever made the source has set it up: only what a person wrote down here goes before that.
            values = self._encryption()
            written = self._settings.model_fields_set & {"encrypt", "trust_server_certificate"}
            chosen = {"Encrypt": "encrypt", "TrustServerCertificate": "trust_server_certificate"}
            return {keyword: value for keyword, value in values.items() if chosen.get(keyword) in written}
        given = parse_keywords(self._location.dsn or "")
        tds = _is_freetds(given.get("driver") or self._own_driver())
        values = self._encryption_of_freetds(given) if tds else self._encryption()
        values["APP"] = "Online Migration Tool"
        if self._location.dsn:
            return values
        server = self._location.server or "(local)"
        if _URLS_NOTATION.fullmatch(server):
            host, _, port = server.rpartition(":")
            raise DATABASE_SERVER_NOTATION.error(
                sentence(
                    "The server is given as {server}; SQL Server wants a comma before the port.", server=repr(server)
                ),
                remedy=sentence(
                    "Give it as `{host},{port}` in the answers file, section [installation].", host=host, port=port
                ),
            )
        place = {"Server": server, "Database": self._location.database or ""}
        if tds and (found := _PORT.fullmatch(server)):
            place |= {"Server": found[1], "Port": found[2]}
        return place | values

    def _encryption(self) -> dict[str, str]:
        return {
            "Encrypt": self._settings.encrypt,
            "TrustServerCertificate": "yes" if self._settings.trust_server_certificate else "no",
        }

    def _encryption_of_freetds(self, given: Mapping[str, str]) -> dict[str, str]:
        """FreeTDS passes over words that are not its own, and would not encrypt without a word."""
        if "encryption" in given:
            return {}
        if given.get("encrypt", self._settings.encrypt).lower() in {"no", "optional"}:
            return {"Encryption": "off"}
        if self._settings.encrypt == "strict" or not self._settings.trust_server_certificate:
            raise DATABASE_DRIVER_CANNOT_VERIFY.error()
        return {"Encryption": "require"}

    @override
    def _login(self) -> dict[str, str]:
        if self._location.user:
            return super()._login()
        # Without a user, Windows says who it is; a named source may say so itself.
        named = self._location.dsn and "=" not in self._location.dsn
        return {} if named else {"Trusted_Connection": "yes"}

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
        # FreeTDS cuts long text without it.
        self.execute(connection, "SET TEXTSIZE 2147483647")

    @override
    def column(self, row: Row) -> Column:
        return _column(row)

    @override
    def _look(self, connection: Connection, owner: str) -> Sight:
        sight = super()._look(connection, owner)
        if not self.fetch(connection, _MAY_CONCEAL):
            return sight
        hidden = {*sight.hidden, *(str(name) for (name,) in self.fetch(connection, _MASKED, (owner,)))}
        for name, rows in self.fetch(connection, _FILTERED, (owner,)):
            if name not in hidden and (self._count(connection, owner, str(name)) or 0) < (number(rows) or 0):
                hidden.add(str(name))
        return replace(sight, hidden=tuple(sorted(hidden)))

    def _count(self, connection: Connection, owner: str, name: str) -> int | None:
        source = f"{quoted(owner, self.dbms)}.{quoted(name, self.dbms)}"
        counted = self.fetch(connection, f"SELECT COUNT_BIG(*) FROM {source}")  # noqa: S608 - quoted names only
        return number(counted[0][0])

    @override
    def weakness(self, connection: OdbcConnection) -> str | None:
        allowed = self.fetch(connection, _SNAPSHOT_ALLOWED)
        if allowed and number(allowed[0][0]) == 1:
            return None
        return sentence("The database does not allow snapshot isolation, so each statement has its own view.")

    @override
    def begin_snapshot(self, connection: OdbcConnection) -> str | None:
        weakness = self.weakness(connection)
        # Still in autocommit mode: the level counts for transactions that begin after it, and the view is that of the
        # first table read in it.
        self.execute(connection, f"SET TRANSACTION ISOLATION LEVEL {'READ COMMITTED' if weakness else 'SNAPSHOT'}")
        connection.autocommit = False
        return weakness

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
                who = ", ".join(str(one) for one in (login, program, host))
                locked = sentence(
                    "{what} is locked by session {session} ({who})", what=resource, session=holder, who=who
                )
                return Look(at_work=True, text=locked)
        waits = ", ".join(" ".join(str(one) for one in (status, wait) if one) for _, status, wait, *_ in rows)
        return Look(at_work=bool(rows), text=sentence("the server says: {waits}", waits=waits) if rows else "")

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
        return self._count(connection, self.owner or "", table.name)

    @override
    def plan_columns(self, connection: OdbcConnection, table: Table) -> tuple[ColumnPlan, ...]:
        plans = super().plan_columns(connection, table)
        fine = [plan for plan in plans if plan.column.type_name.lower() in _OF_SEVEN_DIGITS]
        if not fine:
            return plans
        looks = [f"MAX(CASE WHEN DATEPART(nanosecond, {plan.expression}) % 1000 <> 0 THEN 1 END)" for plan in fine]
        row = self.measure(connection, table, looks)
        finer = {plan.column.name for plan, found in zip(fine, row, strict=True) if number(found)}
        # Neither pyodbc nor Arrow holds 100 nanoseconds: such a column travels as text, whole.
        return tuple(
            replace(plan, kind=Kind.STRING, width=40, expression=_written(plan.expression))
            if plan.column.name in finer
            else plan
            for plan in plans
        )

    @override
    def suspicion(self, plan: ColumnPlan) -> str | None:
        if plan.column.type_name.lower() in _OF_UTF_16:
            return _HALF_A_PAIR.format(plan.expression)
        return None

    @override
    def loosened(self, plan: ColumnPlan) -> ColumnPlan:
        if plan.kind not in {Kind.TIMESTAMP, Kind.DATE, Kind.TIME}:
            return plan
        return replace(plan, expression=_written(plan.expression), loose=True)

    @override
    def size(self, plan: ColumnPlan) -> str:
        return f"DATALENGTH({plan.expression})"

    @override
    def plan_column(self, column: Column) -> ColumnPlan:
        return plan_column(column)


def _written(moment: str) -> str:
    """Return SQL that writes a date or time with all its digits, as ISO 8601 with a blank."""
    return f"CONVERT(nvarchar(40), {moment}, 121)"


def offset_text(value: bytes) -> str:
    """Write a datetimeoffset, as ODBC hands it over, in ISO 8601 with six digits behind the second, or all seven."""
    year, month, day, hour, minute, second, nanosecond, zone_hours, zone_minutes = _OFFSET.unpack(value)
    zone = timezone(timedelta(hours=zone_hours, minutes=zone_minutes))
    moment = datetime(year, month, day, hour, minute, second, nanosecond // 1_000, zone)
    text = moment.isoformat(timespec="microseconds")
    seventh = nanosecond // 100 % 10
    return f"{text[:26]}{seventh or ''}{text[26:]}"


def _variant(name: str) -> str:
    """Return SQL that writes a sql_variant so that nothing of it is rounded, by the type that each value has."""
    base = f"CAST(SQL_VARIANT_PROPERTY({name}, 'BaseType') AS nvarchar(128))"
    cases = " ".join(
        f"WHEN {base} = '{kind}' THEN CONVERT(nvarchar(max), CAST({name} AS {exact}), {style})"
        for kind, (exact, style) in _VARIANTS.items()
    )
    return f"CASE {cases} ELSE CONVERT(nvarchar(max), {name}) END"


def plan_column(column: Column) -> ColumnPlan:
    """Say how a column is read; a type that is not known here travels as SQL Server's own text for it."""
    name = quoted(column.name, "mssql")
    type_name = column.type_name.lower()
    if type_name in _EXACT:
        return number_plan(column, name)
    if type_name == "sql_variant":
        return ColumnPlan(column=column, kind=Kind.STRING, expression=_variant(name), width=None)
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

"""PostgreSQL through psqlodbc: simulated installations only, since the CRM never ran on it."""

from __future__ import annotations

import codecs
import locale
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import ClassVar, Final

from typing_extensions import override

from omt_core.api import Column, Row, Sentence, Table, sentence
from omt_crm.sql import quoted
from omt_database.columns import ColumnPlan, Kind, number_plan
from omt_database.drivers.catalogue import number
from omt_database.drivers.decoding import UTF_8
from omt_database.drivers.driver import Connection, Look, closed_if_it_fails
from omt_database.drivers.odbc import Decoding, OdbcColumnConnection, OdbcConnection, first_of
from omt_database.drivers.server import CatalogueStatements, ServerDriver

ROWS_PER_FETCH: Final = 16
"""Rows that psqlodbc gets from the server at once; without it the whole result is held in memory. Few, since they are
counted and not measured: these may hold a megabyte each. Two thousand are a third faster where they hold nothing."""

ROWS_PER_COLUMN_FETCH: Final = (500, 250, 64)
"""The same for reading by columns, where it is known how long a row can be: the most that `AHEAD` has room for."""

AHEAD: Final = 2**25
"""Bytes of all rows that psqlodbc holds, were each as long as the longest."""

BYTES_PER_CHARACTER: Final = 4

KEEP_ALIVE: Final = "keepalives_idle=30 keepalives_interval=10 keepalives_count=3 tcp_user_timeout=60000"
"""Options of libpq: a line that is dead is noticed within a minute, and one that rests is not forgotten on the way."""

_SETTINGS: Final = (
    "SET client_min_messages=error; SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name IN"
    " ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')"
)
"""Said of each connection once it is made. Limits are meant for the programs of every day: a table is read for as long
as it takes, in one transaction, and waits for the line meanwhile. How long a lock is waited for stays as it is."""

_OWNERS: Final = "SELECT nspname FROM pg_catalog.pg_namespace WHERE has_schema_privilege(nspname, 'USAGE')"

_PART: Final = """(c.relispartition AND c.relnamespace =
      (SELECT r.relnamespace FROM pg_catalog.pg_class r WHERE r.oid = pg_partition_root(c.oid)))"""
"""A part of a partitioned table of the same owner: its rows are read with that table, and are not a table's own."""

_COLUMNS: Final = f"""
SELECT i.table_name, i.column_name, i.data_type, i.is_nullable, i.character_maximum_length, i.numeric_precision,
       i.numeric_scale
FROM information_schema.columns i
JOIN pg_catalog.pg_namespace n ON n.nspname = i.table_schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = i.table_name
WHERE i.table_schema = ? AND c.relkind IN ('r', 'p') AND NOT {_PART}
ORDER BY i.table_name, i.ordinal_position"""  # noqa: S608 - a constant

_PARENTS: Final = """
SELECT c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ? AND c.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid)"""

_WITHOUT_COLUMNS: Final = f"""
SELECT c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND NOT {_PART} AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      )
ORDER BY c.relname"""  # noqa: S608 - a constant

_KEYS: Final = """
SELECT t.relname, i.relname, CASE WHEN x.indisprimary THEN 1 ELSE 0 END, a.attname
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.oid
WHERE n.nspname = ? AND x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL
ORDER BY t.relname, i.relname, a.attnum"""

_SIGHT: Final = "SELECT 1, current_user FROM pg_catalog.pg_namespace WHERE nspname = ?"
"""Everybody sees the names of all tables here."""

_HIDDEN: Final = f"""
SELECT c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND NOT {_PART}
      AND (NOT has_table_privilege(c.oid, 'SELECT') OR row_security_active(c.oid))"""  # noqa: S608 - a constant
"""Also where a policy leaves rows out without a word."""

_RIGHT: Final = """
SELECT CASE WHEN has_table_privilege(quote_ident(x.owner) || '.' || quote_ident(x.name), x.right_name) THEN 1 ELSE 0 END
FROM (SELECT CAST(? AS text) AS owner, CAST(? AS text) AS name, CAST(? AS text) AS right_name) x"""

_READ_ONLY: Final = (
    "SELECT CASE WHEN pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' THEN 1 ELSE 0 END"
)


def _grant(owner: str, user: str) -> Sentence:
    return sentence(
        "GRANT SELECT ON ALL TABLES IN SCHEMA {owner} TO {user} (and, where a policy hides rows, ALTER ROLE {user}"
        " BYPASSRLS)",
        owner=owner,
        user=user,
    )


_SIZES: Final = """
SELECT c.relname, CASE c.relkind WHEN 'r' THEN pg_table_size(c.oid)
       ELSE (SELECT CAST(sum(pg_table_size(t.relid)) AS bigint) FROM pg_partition_tree(c.oid) t) END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ? AND c.relkind IN ('r', 'p')"""
"""With what is stored beside the rows; not the indexes."""

_SESSION: Final = "SELECT pg_backend_pid()"

_WAITING: Final = """
SELECT CASE WHEN clock_timestamp() - a.state_change < interval '3 seconds' THEN 'active' ELSE a.state END,
       a.wait_event_type,
       (SELECT CAST(CAST(l.relation AS regclass) AS text) FROM pg_locks l
        WHERE l.pid = a.pid AND NOT l.granted AND l.relation IS NOT NULL LIMIT 1),
       b.pid, b.usename, b.application_name, CAST(b.client_addr AS text)
FROM pg_stat_activity a
LEFT JOIN pg_stat_activity b ON b.pid = (pg_blocking_pids(a.pid))[1]
WHERE a.pid IN ({0})"""
"""One that had a statement a moment ago is at work: between two portions of a result a session is idle."""

_MARKS: Final = """
SELECT c.relname, c.oid, CASE c.relkind WHEN 'r' THEN c.relfilenode
       ELSE (WITH RECURSIVE part(oid) AS (
               SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid
               UNION ALL SELECT h.inhrelid FROM pg_catalog.pg_inherits h JOIN part ON h.inhparent = part.oid
             )
             SELECT CAST(sum(CAST(f.relfilenode AS bigint)) AS bigint)
             FROM part JOIN pg_catalog.pg_class f ON f.oid = part.oid) END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ? AND c.relkind IN ('r', 'p')"""
"""As the snapshot has them: the catalogue is a table like others. Of a partitioned table, the sum of its parts;
`pg_partition_tree` would lock these for as long as the snapshot lasts."""

_MARK_NOW: Final = """
SELECT CAST(x.place AS oid), coalesce(
         pg_relation_filenode(x.place),
         (SELECT CAST(sum(CAST(pg_relation_filenode(t.relid) AS bigint)) AS bigint) FROM pg_partition_tree(x.place) t),
         0
       )
FROM (SELECT to_regclass(?) AS place) x"""
"""As they are, whatever the snapshot has: a table that is read is locked, so that it stays what was read."""

_KINDS: Final = {
    "bigint": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "smallint": Kind.INTEGER,
    "double precision": Kind.DOUBLE,
    "real": Kind.DOUBLE,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "time without time zone": Kind.TIME,
    "timestamp without time zone": Kind.TIMESTAMP,
    "bytea": Kind.BINARY,
    "uuid": Kind.GUID,
}

_READ_AS_IS: Final = frozenset({*_KINDS, "character varying", "character", "text", "name"}) - {"uuid"}

_READ_BY_COLUMNS: Final = frozenset(
    {"bigint", "integer", "smallint", "double precision", "boolean", "date", "timestamp without time zone", "numeric",
     "character varying", "text"}
)  # fmt: skip
"""Types that both ways read alike. Not `real`, which one rounds to 32 bits and the other to 64, nor times of day."""

_BEGIN: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
"""Must be the first statement of a transaction; the view is that of the statement after it."""

_UNREADABLE: Final = {
    "timestamp without time zone": "NOT isfinite({0}) OR {0} < '0001-01-01' OR {0} >= '10000-01-01'",
    "date": "NOT isfinite({0}) OR {0} < '0001-01-01' OR {0} >= '10000-01-01'",
    "time without time zone": "{0} = '24:00:00'",
    "numeric": "{0} = 'NaN'",
}
"""What Python and Arrow have no value for; psqlodbc makes other moments of some of these without a word."""

_BEYOND_ASCII: Final = r"CAST({0} AS text) ~ '[^\u0001-\u007F]'"
"""Where any byte may be text. There is no cheaper look at what is UTF-8: these values are read."""

_TEXTS: Final = {
    # to_char has no text for what is infinite, and drops the era.
    "timestamp with time zone": "CASE WHEN isfinite({0}) THEN to_char({0} AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"') || CASE WHEN {0} < '0001-01-01 00:00:00+00' THEN ' BC' ELSE '' END"
    " ELSE CAST({0} AS text) END",
}


class PostgresqlDriver(ServerDriver):
    """PostgreSQL."""

    statements = CatalogueStatements(
        owners=_OWNERS, columns=_COLUMNS, keys=_KEYS, sight=_SIGHT, hidden=_HIDDEN, grant=_grant, right=_RIGHT,
        read_only=_READ_ONLY, sizes=_SIZES,
    )  # fmt: skip
    dbms: ClassVar[str] = "postgresql"
    decoding = Decoding(("SQL_CHAR", "SQL_WCHAR"), "utf-8", UTF_8, "SQL_CHAR")

    _any_bytes = False
    """Whether this is a database in SQL_ASCII, which keeps whatever bytes it was given as text."""

    _recoded = False
    """Whether text has other bytes in the server than in the driver, which is given UTF-8."""

    _parents: AbstractSet[str] = frozenset()
    """The names of tables from which others inherit, in whose rows those of the others would come again."""

    @override
    def keywords(self) -> dict[str, str]:
        # Protocol 7.4-1: else the driver puts each statement into a savepoint, out of which no snapshot can be shared.
        options = {
            "Protocol": "7.4-1",
            "UseDeclareFetch": "1", "Fetch": str(ROWS_PER_FETCH), "ByteaAsLongVarBinary": "1", "BoolsAsChar": "0",
            "MaxLongVarcharSize": "0", "UseServerSidePrepare": "1", "ConnSettings": _SETTINGS,
            "pqopt": KEEP_ALIVE,
        }  # fmt: skip
        if self._location.dsn:
            return options
        host, _, port = (self._location.server or "localhost").partition(":")
        return {"Server": host, "Port": port or "5432", "Database": self._location.database or ""} | options

    @override
    def suitable(self, installed: Sequence[str]) -> str | None:
        return first_of(installed, "PostgreSQL Unicode(x64)", "PostgreSQL Unicode")

    @override
    def prepare(self, connection: OdbcConnection) -> None:
        # The driver gives bytes as they are where the machine's own encoding is UTF-8; elsewhere it bends them, so that
        # the server's refusal of what is not UTF-8 is the better end.
        utf_8 = codecs.lookup(locale.getencoding()).name == "utf-8"
        encoding = self.fetch(connection, "SHOW server_encoding")[0][0]
        self._recoded = encoding not in {"UTF8", "SQL_ASCII"}
        if utf_8 and encoding == "SQL_ASCII":
            self._any_bytes = True
            self.execute(connection, "SET client_encoding TO SQL_ASCII")

    @override
    def set_loose(self, connection: OdbcConnection, *, loose: bool) -> None:
        if self._any_bytes:
            super().set_loose(connection, loose=loose)

    @override
    def column(self, row: Row) -> Column:
        return _column(row)

    @override
    def read_catalogue(self, connection: Connection) -> Mapping[str, Table]:
        tables = super().read_catalogue(connection)
        self._parents = {str(name) for (name,) in self.fetch(connection, _PARENTS, (self.owner,))}
        self.without_columns = tuple(str(name) for (name,) in self.fetch(connection, _WITHOUT_COLUMNS, (self.owner,)))
        return tables

    @override
    def source(self, table: Table) -> str:
        # Tables that inherit from it are read by themselves.
        return f"ONLY {self.place(table)}" if table.name in self._parents else self.place(table)

    @override
    def begin_snapshot(self, connection: OdbcConnection) -> str | None:
        connection.autocommit = False
        self.execute(connection, _BEGIN)
        self.fetch(connection, "SELECT 1")
        return None

    @override
    def session(self, connection: OdbcConnection) -> int | None:
        return number(self.fetch(connection, _SESSION)[0][0])

    @override
    def look(self, sessions: Sequence[int]) -> Look | None:
        rows = self._look_in(_WAITING.format(", ".join(map(str, sessions))))
        for _, waits_for, table, holder, user, program, address in rows:
            if waits_for == "Lock":
                return Look(at_work=True, text=_locked(table, holder, (user, program, address)))
        # Of the sessions of another role nothing is told, so that they may be at work.
        return Look(at_work=any(state in {"active", None} for state, *_ in rows))

    @override
    def keep_alive(self, connection: OdbcConnection) -> None:
        self.ping(connection)
        for columns in self._columns.values():
            columns.value("SELECT 1")

    @override
    def marks(self, connection: OdbcConnection, tables: Sequence[Table]) -> Mapping[str, Hashable]:
        wanted = {table.name for table in tables}
        rows = self.fetch(connection, _MARKS, (self.owner,))
        return {str(name): (number(oid), number(node)) for name, oid, node in rows if name in wanted}

    @override
    def mark_now(self, connection: OdbcConnection, table: Table, rows: int | None) -> Hashable:
        oid, node = self.fetch(connection, _MARK_NOW, (self.place(table),))[0]
        return number(oid), number(node)

    @override
    def share_view(self, connection: OdbcConnection, *, widest: int = 0) -> OdbcColumnConnection | None:
        ahead = next((rows for rows in ROWS_PER_COLUMN_FETCH if rows * widest <= AHEAD), min(ROWS_PER_COLUMN_FETCH))
        if ahead not in self._columns:
            (snapshot,) = self.fetch(connection, "SELECT pg_export_snapshot()")[0]
            text = self.connection_string({"Fetch": str(ahead)})
            columns = self._open_columns(text, autocommit=False)
            with closed_if_it_fails(columns):
                columns.execute(_BEGIN)
                # The server made the name, of digits, letters and hyphens.
                columns.execute(f"SET TRANSACTION SNAPSHOT '{snapshot!s}'")
            # Only now: before that it is a view of its own.
            self._columns[ahead] = columns
        return self._columns[ahead]

    @override
    def reads_columns(self, plan: ColumnPlan) -> bool:
        if plan.kind is Kind.STRING and self._any_bytes:
            return False
        known = plan.column.type_name in _READ_BY_COLUMNS and plan.room is not None and not plan.loose
        return known and (plan.column.type_name != "numeric" or plan.kind is not Kind.STRING)

    @override
    def plan_columns(self, connection: OdbcConnection, table: Table) -> tuple[ColumnPlan, ...]:
        plans = super().plan_columns(connection, table)
        looked = [(plan, looks) for plan in plans if (looks := _unreadable(plan)) is not None]
        if not looked:
            return plans
        row = self.measure(connection, table, [f"max(CASE WHEN {look} THEN 1 ELSE 0 END)" for _, look in looked])
        found = {plan.column.name for (plan, _), is_there in zip(looked, row, strict=True) if number(is_there)}
        return tuple(self.loosened(plan) if plan.column.name in found else plan for plan in plans)

    @override
    def suspicion(self, plan: ColumnPlan) -> str | None:
        if plan.kind is Kind.STRING and self._any_bytes:
            return _BEYOND_ASCII.format(plan.expression)
        return _unreadable(plan)

    @override
    def loosened(self, plan: ColumnPlan) -> ColumnPlan:
        if _unreadable(plan) is None:
            return plan
        return replace(plan, expression=f"CAST({quoted(plan.column.name, self.dbms)} AS text)", loose=True)

    @override
    def size(self, plan: ColumnPlan) -> str:
        if plan.kind is Kind.STRING and self._recoded:
            return f"octet_length(convert_to({plan.expression}, 'UTF8'))"
        # Which does not read the value itself.
        return f"octet_length({plan.expression})"

    @override
    def plan_column(self, column: Column) -> ColumnPlan:
        return plan_column(column)


def plan_column(column: Column) -> ColumnPlan:
    """Say how a column is read; a type that is not known here travels as PostgreSQL's own text for it."""
    name = quoted(column.name, "postgresql")
    if column.type_name == "numeric":
        return number_plan(column, name)
    kind = _KINDS.get(column.type_name, Kind.STRING)
    expression = _TEXTS.get(column.type_name, "{0}" if column.type_name in _READ_AS_IS else "CAST({0} AS text)")
    return ColumnPlan(column=column, kind=kind, expression=expression.format(name), width=_width(column, kind))


def _locked(table: object, holder: object, known: Sequence[object]) -> str:
    """Say what waits for a lock, and whose lock it is as far as the server tells."""
    who = ", ".join(str(one) for one in known if one)
    if table and holder:
        return sentence("{what} is locked by session {session} ({who})", what=table, session=holder, who=who)
    if holder:
        return sentence("something is locked by session {session} ({who})", session=holder, who=who)
    return sentence("{what} is locked", what=table) if table else sentence("something is locked")


def _unreadable(plan: ColumnPlan) -> str | None:
    look = _UNREADABLE.get(plan.column.type_name) if plan.kind is not Kind.STRING else None
    return look.format(quoted(plan.column.name, "postgresql")) if look else None


def _width(column: Column, kind: Kind) -> int | None:
    if kind not in {Kind.STRING, Kind.BINARY, Kind.GUID}:
        return 8
    return column.length * BYTES_PER_CHARACTER if column.length is not None else None


def _column(row: Row) -> Column:
    name, type_name, nullable, length, precision, scale = row
    exact = type_name == "numeric"
    return Column(
        name=str(name),
        type_name=str(type_name),
        nullable=nullable == "YES",
        length=number(length),
        precision=number(precision) if exact else None,
        scale=number(scale) if exact else None,
    )

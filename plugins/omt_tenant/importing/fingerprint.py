"""The fingerprint of docs/reference/fingerprint.md, computed in SQL over what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omt_protocol.receipt import FINGERPRINT_MODULUS
from omt_tenant.importing.identifiers import StoredTable, folded, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INTEGERS = frozenset(
    f"{prefix}{size}" for prefix in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
)
_TEXTS = {
    "BOOLEAN": "{0}::TINYINT::VARCHAR",
    "FLOAT": "CASE WHEN isnan({0}) THEN '9221120237041090560' ELSE {0}::DOUBLE::BIT::BIGINT::VARCHAR END",
    "DOUBLE": "CASE WHEN isnan({0}) THEN '9221120237041090560' ELSE {0}::BIT::BIGINT::VARCHAR END",
    "VARCHAR": "strlen({0}) || ':' || CASE WHEN strlen({0}) > 1000 THEN md5({0}) ELSE {0} END",
    "BLOB": "sha256({0})",
    "TIMESTAMP": "epoch_us({0})::VARCHAR",
    "DATE": "({0} - DATE '1970-01-01')::VARCHAR",
    "TIME": "epoch_us({0})::VARCHAR",
} | dict.fromkeys(_INTEGERS, "{0}::VARCHAR")

_DECIMAL = "CASE WHEN starts_with({0}::VARCHAR, '.') THEN '0' ELSE '' END || replace({0}::VARCHAR, '-.', '-0.')"
"""DuckDB leaves out the zero in front of the point where a decimal has no digits there."""

VERSION = "2"
"""Which definition this is; a part says beside its columns which it was made by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredColumn:
    """A column as DuckDB describes it."""

    name: str
    type_name: str

    @property
    def is_supported(self) -> bool:
        """Tell whether the fingerprint is defined for this type."""
        return self.type_name in _TEXTS or self.type_name.startswith("DECIMAL(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A number of rows and their fingerprint, as a number below 2^128."""

    rows: int
    fingerprint: int

    def plus(self, other: Measured) -> Measured:
        """Return what both make together."""
        return Measured(
            rows=self.rows + other.rows, fingerprint=(self.fingerprint + other.fingerprint) % FINGERPRINT_MODULUS
        )


def columns_of(connection: DuckDBPyConnection, table: StoredTable) -> list[StoredColumn]:
    """Describe a stored table, column by column in order."""
    rows = connection.execute(f"DESCRIBE {table.sql}").fetchall()
    return [StoredColumn(name=row[0], type_name=row[1]) for row in rows]


def has_row_ids(columns: Sequence[StoredColumn]) -> bool:
    """Tell whether `rowid` means DuckDB's row ids and not a column of the customer's."""
    return not any(folded(column.name) == "rowid" for column in columns)


def measure(
    connection: DuckDBPyConnection,
    table: StoredTable,
    columns: Sequence[StoredColumn],
    rows: tuple[int, int] | None = None,
) -> Measured:
    """Count the rows of a stored table and add up their hashes; of those with `rows` as first and end row id only.

    DuckDB works on 2,048 rows at a time, which in a table of large texts or blobs may be more than its memory: then
    smaller ranges are measured one after another. No transaction may be open, since running out of memory ends it.
    """
    import duckdb  # noqa: PLC0415  # loaded already by whoever opened the connection

    try:
        return _measure(connection, table, columns, rows)
    except duckdb.OutOfMemoryException:
        if not has_row_ids(columns):
            raise
    position, end = rows or _row_ids(connection, table)
    step, total = end - position, Measured(rows=0, fingerprint=0)
    while position < end:
        try:
            some = _measure(connection, table, columns, (position, min(position + step, end)))
        except duckdb.OutOfMemoryException:
            if step == 1:
                raise
            step = max(1, step // 8)
        else:
            total = total.plus(some)
            position += step
    return total


def _row_ids(connection: DuckDBPyConnection, table: StoredTable) -> tuple[int, int]:
    """Return the first row id and the one behind the last."""
    answer = connection.execute(f"SELECT min(rowid), max(rowid) + 1 FROM {table.sql}").fetchone()  # noqa: S608  # quoted
    return (0, 0) if answer is None or answer[0] is None else (answer[0], answer[1])


def _measure(
    connection: DuckDBPyConnection, table: StoredTable, columns: Sequence[StoredColumn], rows: tuple[int, int] | None
) -> Measured:
    """Measure in one statement. The halves of each md5 are summed apart: no integer of DuckDB's holds the whole sum."""
    encoded = ", ',', ".join(_encoded(column) for column in columns)
    some = "" if rows is None else "WHERE rowid >= ? AND rowid < ?"
    answer = connection.execute(
        f"""
        SELECT count(*),
            coalesce(sum((hash >> 64)::HUGEINT), 0),
            coalesce(sum((hash & 18446744073709551615)::HUGEINT), 0)
        FROM (SELECT md5_number(concat({encoded})) AS hash FROM {table.sql} {some})
        """,  # noqa: S608  # the names are quoted, the values parameters
        [] if rows is None else list(rows),
    ).fetchone()
    if answer is None:
        raise RuntimeError("an aggregate without groups answers one row")
    count, upper, lower = answer
    return Measured(rows=count, fingerprint=((upper << 64) + lower) % FINGERPRINT_MODULUS)


def _encoded(column: StoredColumn) -> str:
    """Return SQL for the text of a value; NULL is nothing to `concat`."""
    return _TEXTS.get(column.type_name, _DECIMAL).format(quoted(column.name))

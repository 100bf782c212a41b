"""Writes rows into the simulated database: in batches, in flat memory, counted per table."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from omt_simulator.database.dialect import SQLITE, Dialect
from omt_simulator.database.schema import Table, Value

BATCH_ROWS = 500


class Cursor(Protocol):
    """What the writer needs of a DB-API cursor whose parameters are `?`."""

    def execute(self, sql: str, /) -> object:
        """Run one statement."""

    def executemany(self, sql: str, rows: Sequence[list[Value]], /) -> object:
        """Run one statement per row of parameters."""


class _Batch:
    """Rows that name the same columns of the same table, waiting to be written together."""

    def __init__(self, table: Table, given: tuple[str, ...], dialect: Dialect) -> None:
        unknown = set(given) - {column.name for column in table.columns}
        if unknown:
            raise KeyError(f"{table.name} has no column {', '.join(sorted(unknown))}")
        named = (table.primary_key, *given)
        self.statement = dialect.insert(table, named)
        # The statement's parameters stand in the table's column order, whatever order the caller named them in.
        self.order = [named.index(column.name) for column in table.columns if column.name in named]
        self.rows: list[list[Value]] = []


class Database:
    """The simulated database while it is built. `rows` and `highest` are counts and highest ids per table."""

    def __init__(self, cursor: Cursor, dialect: Dialect, tables: Mapping[str, Table]) -> None:
        self._cursor = cursor
        self._batches: dict[tuple[str, tuple[str, ...]], _Batch] = {}
        self.dialect = dialect
        self.tables = tables
        self.rows: Counter[str] = Counter()
        self.highest: Counter[str] = Counter()

    def create_tables(self) -> None:
        """Create every table, empty, with its primary key."""
        for table in self.tables.values():
            self._cursor.execute(self.dialect.create_table(table))

    def add(self, table: str, key: int, **values: Value) -> int:
        """Add a row under primary key `key`, which is returned; columns not named hold their default."""
        identity = (table, tuple(values))
        batch = self._batches.get(identity)
        if batch is None:
            batch = self._batches[identity] = _Batch(self.tables[table], identity[1], self.dialect)
        parameters = [key, *map(self.dialect.parameter, values.values())]
        batch.rows.append([parameters[place] for place in batch.order])
        self.rows[table] += 1
        self.highest[table] = max(self.highest[table], key)
        if len(batch.rows) >= BATCH_ROWS:
            self._write(batch)
        return key

    def append(self, table: str, **values: Value) -> int:
        """Add a row under the table's next free id, which is returned."""
        return self.add(table, self.highest[table] + 1, **values)

    def finish(self) -> None:
        """Write what still waits, then build the indexes: all unique ones, and for filled tables those of look-ups."""
        for batch in self._batches.values():
            self._write(batch)
        for table in self.tables.values():
            for statement in self.dialect.create_indexes(table, lookup=self.rows[table.name] > 0):
                self._cursor.execute(statement)

    def _write(self, batch: _Batch) -> None:
        if batch.rows:
            self._cursor.executemany(batch.statement, batch.rows)
            batch.rows.clear()


@contextmanager
def create_sqlite(path: Path, tables: Mapping[str, Table]) -> Iterator[Database]:
    """Open a new SQLite database in one transaction, without the safety that a file made from scratch does not need."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("BEGIN")
        yield Database(connection.cursor(), SQLITE, tables)
        connection.execute("COMMIT")

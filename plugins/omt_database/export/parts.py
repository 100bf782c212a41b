"""Parts of a table: batches gathered in order, measured, and handed on to be written as soon as they make a row group.

Where a part and a row group end depends on the rows and on the settings alone, not on how the rows were read.

A part ends where a group of `GROUP_ROWS` does, if that is near. Whoever stores rows in such groups, as DuckDB does,
takes a group up again and compresses it anew when a part has ended in it and the next one goes on. They divide DuckDB's
own 122,880 rows, and are few enough that the end of one is near in a table of long text too. A row group ends with one
of them as well: DuckDB reads and stores several at a time, and has to compress anew what it stored of half a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyarrow as pa

from omt_database.export.arrow_columns import Array, DataType, is_text, text_bytes
from omt_database.export.fingerprint import fingerprint, fingerprint_text

Schema: TypeAlias = DataType
Rows: TypeAlias = Array
"""pyarrow's own: it ships no types."""

GROUP_ROWS: Final = 20_480

ROW_GROUP_ROWS: Final = 3 * GROUP_ROWS
"""Most rows of a row group in the file; whoever reads it takes one on each thread."""

ROW_GROUP_BYTES: Final = 8 * 2**20
"""A row group of long rows has fewer of them: whoever writes or reads the file holds one at a time."""


@dataclass(frozen=True, slots=True)
class PartEnd:
    """What a whole part holds: its rows and their fingerprint; `last` where it is the table's last part."""

    rows: int
    fingerprint: str
    last: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """The rows of part `number` that are written next, in one piece of about so many `bytes`.

    `end` is there when the part has no more.
    """

    number: int
    rows: Rows
    bytes: int
    end: PartEnd | None


class Parts:
    """Puts the batches of one table into parts of about `part_bytes`, numbered from 1."""

    def __init__(self, schema: Schema, part_bytes: int) -> None:
        self._schema = schema
        self._part_bytes = part_bytes
        self._number = 1
        self._waiting: list[list[Array]] = [[] for _ in schema]
        self._waiting_rows = self._waiting_bytes = 0
        self._rows = self._bytes = self._sum = 0

    def add(self, columns: Sequence[Array]) -> list[Portion]:
        """Take a batch of rows, as Arrow arrays in the order of the schema; returns what can be written now."""
        ready: list[Portion] = []
        while len(columns[0]):
            if self._is_full():
                ready.append(self._end(last=False))
            room = GROUP_ROWS - self._rows % GROUP_ROWS
            ready += self._take(pa.record_batch([column.slice(0, room) for column in columns], schema=self._schema))
            columns = [column.slice(room) for column in columns]
        return ready

    def _is_full(self) -> bool:
        """Tell whether the part ends here: at the end of a group, when the next would be farther from what is wanted.

        Within a group only when there is half as much again: rows are so long then that no end of a group is near.
        """
        groups, begun = divmod(self._rows, GROUP_ROWS)
        if groups and not begun:
            return self._bytes + self._bytes // groups // 2 >= self._part_bytes
        return 2 * self._bytes >= 3 * self._part_bytes

    def _take(self, batch: Array) -> list[Portion]:
        size = sum(map(_weight, batch.columns))
        ready: list[Portion] = []
        if self._waiting_rows and (
            self._waiting_rows + batch.num_rows > ROW_GROUP_ROWS or self._waiting_bytes + size > ROW_GROUP_BYTES
        ):
            ready.append(self._portion(None))
        for waiting, column in zip(self._waiting, batch.columns, strict=True):
            waiting.append(column)
        self._waiting_rows += batch.num_rows
        self._waiting_bytes += size
        self._rows += batch.num_rows
        self._bytes += size
        self._sum += fingerprint(batch.columns, batch.num_rows)
        if self._row_group_ends():
            ready.append(self._portion(None))
        return ready

    def _row_group_ends(self) -> bool:
        """Tell whether a row group ends here, at the end of a group, since it has no room for all of the next one.

        Of rows so long that it has room for no group at all, it ends where it is full.
        """
        groups, begun = divmod(self._rows, GROUP_ROWS)
        size = 0 if begun else self._bytes // groups
        whole = not begun and size <= ROW_GROUP_BYTES
        return whole and (
            self._waiting_rows + GROUP_ROWS > ROW_GROUP_ROWS or self._waiting_bytes + size > ROW_GROUP_BYTES
        )

    def end(self) -> Portion:
        """Return what is left behind the last batch; a table without rows has one part without rows."""
        return self._end(last=True)

    def _end(self, *, last: bool) -> Portion:
        portion = self._portion(PartEnd(self._rows, fingerprint_text(self._sum), last))
        self._number += 1
        self._rows = self._bytes = self._sum = 0
        return portion

    def _portion(self, end: PartEnd | None) -> Portion:
        columns = [_taken_as_one(column, field.type) for column, field in zip(self._waiting, self._schema, strict=True)]
        rows = pa.Table.from_arrays(columns, schema=self._schema)
        portion = Portion(self._number, rows, self._waiting_bytes, end)
        self._waiting_rows = self._waiting_bytes = 0
        return portion


def _taken_as_one(pieces: list[Array], kind: DataType) -> Array:
    """Return all pieces of a column in one, since where a batch ended would show in the file, and let go of them.

    So no more than one column of a portion is there twice.
    """
    taken = pieces.copy()
    pieces.clear()
    if len(taken) == 1:
        return taken[0]  # which Arrow would copy
    return pa.concat_arrays(taken) if taken else pa.array([], kind)


def _weight(column: Array) -> int:
    """Return the bytes of a column's values; unlike `nbytes` it does not depend on who made the array."""
    kind = column.type
    if is_text(kind):
        return 4 * len(column) + text_bytes(column)
    return max(1, int(kind.bit_width) // 8) * len(column)

"""Parts of a table: batches gathered until they are large enough, then written as one Parquet file.

The same rows give the same bytes, however they were read: nothing of time or place goes into a file, rows come in key
order where a key gives one, and where a part ends depends on what it holds alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from omt_core.api.database import Table
from omt_database.columns import ColumnPlan
from omt_database.export.arrow_columns import Array, DataType, arrow_type
from omt_database.export.fingerprint import VERSION, fingerprint, fingerprint_text

ROW_GROUP_ROWS: Final = 65_536

ROW_GROUP_BYTES: Final = 8 * 2**20
"""A row group of long rows has fewer of them: whoever reads the file holds one at a time."""

COLUMNS_KEY: Final = "omt.columns"
"""Key-value metadata of every part: the catalogue's description of each column, as JSON."""

FINGERPRINT_KEY: Final = "omt.fingerprint"
"""Key-value metadata of every part: which definition of the fingerprint it was measured by."""


class Part:
    """A part in the making."""

    def __init__(self, table: Table, plans: Sequence[ColumnPlan]) -> None:
        described = json.dumps([asdict(column) for column in table.columns], ensure_ascii=False)
        # A column of secrets is NULL whatever the catalogue says, so all may be NULL in the file.
        self._schema = pa.schema(
            [pa.field(plan.column.name, arrow_type(plan)) for plan in plans],
            metadata={COLUMNS_KEY: described, FINGERPRINT_KEY: VERSION},
        )
        self._batches: list[Array] = []
        self._sum = 0
        self.rows = 0
        self.bytes = 0

    def add(self, columns: Sequence[Array]) -> None:
        """Take a batch of rows, as Arrow arrays in the order of the planned columns."""
        batch = pa.record_batch(list(columns), schema=self._schema)
        self._sum += fingerprint(batch.columns, batch.num_rows)
        self._batches.append(batch)
        self.rows += batch.num_rows
        self.bytes += sum(map(_weight, batch.columns))

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the rows so far."""
        return fingerprint_text(self._sum)

    def write(self, path: Path) -> None:
        """Write the part to a file that is there whole or not at all."""
        unfinished = path.with_suffix(".new")
        # In one piece: where a batch ended would show in the file.
        table = pa.Table.from_batches(self._batches, schema=self._schema).combine_chunks()
        fitting = ROW_GROUP_BYTES * self.rows // max(1, self.bytes)
        rows = max(1, min(ROW_GROUP_ROWS, fitting))
        # Numbers as differences and text as it is compress better than by dictionaries, in half the time.
        pq.write_table(
            table,
            unfinished,
            row_group_size=rows,
            compression="zstd",
            compression_level=1,
            use_dictionary=False,
            write_statistics=False,
            column_encoding={field.name: "DELTA_BINARY_PACKED" for field in self._schema if _counts(field.type)},
        )
        unfinished.replace(path)
        # Parts are made by whatever worker thread is free, and Arrow would keep for each what it once used.
        pa.default_memory_pool().release_unused()


def _counts(kind: DataType) -> bool:
    """Tell whether values of this type are whole numbers in the file."""
    return bool(pa.types.is_integer(kind) or pa.types.is_temporal(kind))


def _weight(column: Array) -> int:
    """Return the bytes of a column's values; unlike `nbytes` it does not depend on who made the array."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        offsets = memoryview(column.buffers()[1]).cast("i")
        return 4 * len(column) + int(offsets[column.offset + len(column)] - offsets[column.offset])
    return max(1, int(kind.bit_width) // 8) * len(column)

"""The Parquet files of a table's parts. The same rows give the same bytes: nothing of time or place goes into one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from omt_core.api import Table
from omt_core.api.files import replace
from omt_database.columns import ColumnPlan
from omt_database.export.arrow_columns import DataType, arrow_type
from omt_database.export.fingerprint import VERSION
from omt_database.export.parts import ROW_GROUP_BYTES, ROW_GROUP_ROWS, Portion, Schema

ParquetWriter: TypeAlias = Any
"""pyarrow's own: it ships no types."""

COLUMNS_KEY: Final = "omt.columns"
"""Key-value metadata of every part: the catalogue's description of each column, as JSON."""

FINGERPRINT_KEY: Final = "omt.fingerprint"
"""Key-value metadata of every part: which definition of the fingerprint it was measured by."""


def schema_of_parts(table: Table, plans: Sequence[ColumnPlan]) -> Schema:
    """Return the schema of a table's parts."""
    described = json.dumps([asdict(column) for column in table.columns], ensure_ascii=False)
    # A column of secrets is NULL whatever the catalogue says, so all may be NULL in the file.
    return pa.schema(
        [pa.field(plan.column.name, arrow_type(plan)) for plan in plans],
        metadata={COLUMNS_KEY: described, FINGERPRINT_KEY: VERSION},
    )


class PartFiles:
    """Writes the parts of one table, one after another; `path_of` says where the part of a number shall be."""

    def __init__(self, schema: Schema, path_of: Callable[[int], Path]) -> None:
        self._schema = schema
        self._path_of = path_of
        self._writer: ParquetWriter | None = None

    def write(self, portion: Portion) -> Path | None:
        """Write rows; with the last of a part its file is there, whole, and its path is returned."""
        path = self._path_of(portion.number)
        unfinished = path.with_suffix(".new")
        if self._writer is None:
            self._writer = _writer(unfinished, self._schema)
        rows = portion.rows
        if rows.num_rows:
            groups = max(-(-rows.num_rows // ROW_GROUP_ROWS), -(-portion.bytes // ROW_GROUP_BYTES))
            self._writer.write_table(rows, row_group_size=-(-rows.num_rows // groups))
        if portion.end is None:
            return None
        self.close()
        replace(unfinished, path)
        # Now and not when the C library sees fit, which keeps a share for each thread.
        pa.default_memory_pool().release_unused()
        return path

    def close(self) -> None:
        """Close the file of a part that is not whole."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()


def _writer(path: Path, schema: Schema) -> ParquetWriter:
    # Numbers as differences and text as it is compress better than by dictionaries, in half the time.
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=False,
        write_statistics=False,
        column_encoding={field.name: "DELTA_BINARY_PACKED" for field in schema if _counts(field.type)},
    )


def _counts(kind: DataType) -> bool:
    """Tell whether values of this type are whole numbers in the file."""
    return bool(pa.types.is_integer(kind) or pa.types.is_temporal(kind))

"""The report as CSV: one row for each item, confirmed or not."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import AsyncGenerator, Sequence

from omt_core.api import ItemRecord, MigrationRecord
from omt_report.document import ItemLine, item_of, serialised

COLUMNS = tuple(ItemLine.model_fields)

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_SEPARATOR = " | "


async def csv_report(record: MigrationRecord) -> AsyncGenerator[bytes]:
    """Yield the file: UTF-8 with the mark that spreadsheets know it by, comma, and line ends as RFC 4180 has them."""
    yield codecs.BOM_UTF8 + _rows([COLUMNS])
    async for batch in record.records(()):
        yield await serialised(_batch, batch)


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: such a one gets an apostrophe in front (CONTRACT)."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _batch(batch: Sequence[ItemRecord]) -> bytes:
    return _rows([[_cell(getattr(line, column)) for column in COLUMNS] for line in map(item_of, batch)])


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return neutral(_SEPARATOR.join(value))
    return "" if value is None else neutral(str(value))


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8")

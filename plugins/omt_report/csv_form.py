"""The report as CSV: one row for each item, confirmed or not."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import AsyncGenerator, Sequence

from omt_core.api import ItemRecord, MigrationRecord, spreadsheet_cell
from omt_report.document import ItemLine, item_of, serialised

COLUMNS = tuple(ItemLine.model_fields)

_SEPARATOR = " | "


async def csv_report(record: MigrationRecord) -> AsyncGenerator[bytes]:
    """Yield the file: UTF-8 with the mark that spreadsheets know it by, comma, and line ends as RFC 4180 has them."""
    yield codecs.BOM_UTF8 + _rows([COLUMNS])
    async for batch in record.records(()):
        yield await serialised(_batch, batch)


def _batch(batch: Sequence[ItemRecord]) -> bytes:
    return _rows([[_cell(getattr(line, column)) for column in COLUMNS] for line in map(item_of, batch)])


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return spreadsheet_cell(_SEPARATOR.join(value))
    return "" if value is None else spreadsheet_cell(str(value))


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8")

"""The report as CSV: one row for each item, confirmed or not.

What is said of an item is in the reader's language; columns, states and codes are the same in each.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import AsyncGenerator, Sequence
from functools import partial

from omt_core.api import ItemRecord, MigrationRecord, spreadsheet_cell, translated
from omt_report.document import ItemLine, item_of, serialised
from omt_report.readable import encodable

COLUMNS = tuple(name for name in ItemLine.model_fields if not name.startswith("detail_"))

_SEPARATOR = " | "


async def csv_report(record: MigrationRecord, language: str) -> AsyncGenerator[bytes]:
    """Yield the file: UTF-8 with the mark that spreadsheets know it by, comma, and line ends as RFC 4180 has them."""
    yield codecs.BOM_UTF8 + _rows([COLUMNS])
    async for batch in record.records(()):
        yield await serialised(partial(_batch, language), batch)


def _batch(language: str, batch: Sequence[ItemRecord]) -> bytes:
    return _rows([_row(record, language) for record in batch])


def _row(record: ItemRecord, language: str) -> list[str]:
    line = item_of(record)
    if record.detail:
        line = line.model_copy(update={"detail": encodable(translated(record.detail, language))})
    return [_cell(getattr(line, column)) for column in COLUMNS]


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return spreadsheet_cell(_SEPARATOR.join(value))
    return "" if value is None else spreadsheet_cell(str(value))


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8")

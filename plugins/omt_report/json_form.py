"""The report as JSON: everything there is, in the shape of `ReportDocument`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from omt_core.api import ItemRecord, MigrationRecord, ReportSection
from omt_report.document import head_of, item_of, serialised


async def json_report(record: MigrationRecord, sections: Sequence[ReportSection]) -> AsyncGenerator[bytes]:
    """Yield the file: the head on its first line, then one line for each item, and all of it one JSON object."""
    head = head_of(record, sections).model_dump_json()
    yield head.removesuffix("}").encode() + b',"items":['
    separator = b"\n"
    async for batch in record.records(()):
        if batch:
            yield separator + await serialised(_lines, batch)
            separator = b",\n"
    yield b"\n]}\n"


def _lines(batch: Sequence[ItemRecord]) -> bytes:
    return ",\n".join(item_of(record).model_dump_json(exclude_unset=True) for record in batch).encode()

"""Running the export as the upload does, and reading back what it wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omt_core.api.findings import Finding
from omt_core.api.items import Item
from omt_database.export.fingerprint import fingerprint, fingerprint_text
from omt_database.export.stage import DatabaseExport


@dataclass
class Exported:
    """All parts of an export; files are kept as they came."""

    items: list[Item] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)

    def parts(self, table: str) -> list[pa.Table]:
        return [pq.read_table(pa.BufferReader(self.contents[item.key])) for item in self.of(table)]

    def of(self, table: str) -> list[Item]:
        return [item for item in self.items if item.part.table == table]

    def rows(self, table: str) -> list[dict[str, object]]:
        return [row for part in self.parts(table) for row in part.to_pylist()]

    def columns(self, table: str) -> list[dict[str, object]]:
        return json.loads(self.parts(table)[0].schema.metadata[b"omt.columns"])

    def check(self) -> None:
        """Every part holds the rows and has the fingerprint that its item says."""
        for item in self.items:
            part = pq.read_table(pa.BufferReader(self.contents[item.key])).combine_chunks()
            arrays = [chunked.chunk(0) if chunked.num_chunks else pa.nulls(0, chunked.type) for chunked in part.columns]
            assert (item.part.rows, item.part.fingerprint) == (
                part.num_rows,
                fingerprint_text(fingerprint(arrays, part.num_rows)),
            )


@pytest.fixture
def export(tmp_path):
    async def run(engine, **settings):
        database = await engine.open(**settings)
        exported = Exported()
        told = exported.told
        async with database.snapshot():
            stage = DatabaseExport(
                database, engine.settings(**settings), tmp_path, told.append, exported.found.append
            ).stage("database")
            async for batch in stage.items():
                for item in batch:
                    exported.items.append(item)
                    exported.contents[item.key] = item.path.read_bytes()
                    assert item.size == len(exported.contents[item.key])
                    item.path.unlink()
        await database.aclose()
        exported.check()
        return exported

    return run

"""The upload stage `database`: every table as Parquet parts, made while they are uploaded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from omt_core.api import Finding, Item, Table, UploadStage, sentence
from omt_database.export.long_values import measured, refuse_long_values
from omt_database.export.omissions import Omissions
from omt_database.export.pipeline import Pipeline, TableParts, WrittenPart, in_workspace
from omt_database.export.spool import Spool
from omt_database.export.table_reader import TableReader
from omt_database.guard import NOTICE, Guard
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase

STAGE: Final = "database"

ITEMS_AT_ONCE: Final = 64
"""Most parts that are told together: most tables are small, and each telling costs a transaction in the journal."""

BYTES_AT_ONCE: Final = 4 * 2**20
"""Parts of a large table are told as soon as they are written, so that they are sent while the next is read."""


class DatabaseExport:
    """Exports all tables but those that stay on site, one after another.

    `tell` takes a line for a person, `raised` a finding.

    Three threads work at a time: one fetches a batch, one encodes and measures the batch before, one writes the part
    before; the last of one table is still encoded and written while the next one is read.
    """

    def __init__(
        self,
        database: CrmDatabase,
        settings: DatabaseSettings,
        workspace: Path,
        tell: Callable[[str], None],
        raised: Callable[[Finding], None],
    ) -> None:
        self._settings = settings
        self._omissions = Omissions(database.tables, settings)
        self._spool = Spool(workspace / "spool" / STAGE, settings.spool_bytes)
        self._database = database
        self._guard = Guard(settings.guard)
        self._reader = TableReader(database, self._guard, settings.batch_bytes)
        self._tell = tell
        self._raised = raised
        self._told_of_guard = False

    def stage(self, plugin: str) -> UploadStage:
        """Return the stage."""
        return UploadStage(
            name=STAGE, title=sentence("Database"), order=20, plugin=plugin, items=self.items, kind="database",
            removes_sources=True, source_bytes=lambda: self._database.stored_bytes(self._omissions.moved_tables),
        )  # fmt: skip

    async def items(self) -> AsyncIterator[Sequence[Item]]:
        """Yield the parts of all tables; waits while too many of them are not uploaded yet."""
        async with Pipeline(self._raised) as pipeline:
            await pipeline.run(self._clear)
            await self._database.mark(self._omissions.moved_tables)
            told: list[Item] = []
            size = 0
            async with aclosing(self._parts(pipeline)) as parts:
                async for written in parts:
                    self._spool.keep(written.path, written.size)
                    told.append(_item(written))
                    size += written.size
                    if size >= min(BYTES_AT_ONCE, self._settings.spool_bytes) or len(told) >= ITEMS_AT_ONCE:
                        yield told
                        told, size = [], 0
                        await self._spool.room()
            if told:
                yield told

    async def _parts(self, pipeline: Pipeline) -> AsyncGenerator[WrittenPart, None]:
        for place, table in enumerate(self._omissions.moved_tables):
            async with aclosing(self._table(place, table, pipeline)) as parts:
                async for written in parts:
                    yield written
        for written in await pipeline.rest():
            yield written

    async def _table(self, place: int, table: Table, pipeline: Pipeline) -> AsyncGenerator[WrittenPart, None]:
        """Read a table; yields the parts, of tables before it too, that are whole meanwhile."""
        secret = self._omissions.secret_columns(table)
        plans = tuple(
            replace(plan, omitted=plan.column.name in secret) for plan in await self._database.plan_columns(table)
        )
        plans = await measured(self._database, table, plans)
        refuse_long_values(table, plans, self._settings.largest_value)
        parts = TableParts(table, plans, secret, self._settings.part_bytes, partial(self._path, place))
        rules = self._omissions.row_rules(table)
        total = 0
        async for encode, rows in self._reader.batches(table, plans, rules, parts.losses):
            total += rows
            for written in await pipeline.put(parts, encode):
                yield written
            self._tell_of_guard()
        await self._database.confirm(table, None if rules else total)
        for written in await pipeline.end(parts):
            yield written

    def _clear(self) -> None:
        with in_workspace():
            self._spool.clear()

    def _tell_of_guard(self) -> None:
        if self._guard.slowed and not self._told_of_guard:
            self._told_of_guard = True
            self._tell(NOTICE)

    def _path(self, place: int, number: int) -> Path:
        # By the table's place and not by its name, which may not be a file's.
        return self._spool.path(f"{place:05}-{number:06}.parquet")


def _item(written: WrittenPart) -> Item:
    """Return what the upload is told of a part."""
    # A table may be called anything, and this becomes a path: what is not a plain name is written %XX.
    folder = quote(written.part.table, safe=" ").replace(".", "%2E")
    key = f"{folder}/{written.part.number:06}"
    return Item(
        stage=STAGE, key=key, name=f"{key}.parquet", path=written.path, size=written.size, mtime_ns=written.mtime_ns,
        part=written.part,
    )  # fmt: skip

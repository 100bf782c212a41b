"""The upload stage `database`: every table as Parquet parts, made while they are uploaded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

import anyio.to_thread

from omt_core.api.database import Row, Table
from omt_core.api.errors import InputError
from omt_core.api.items import Item, TablePart
from omt_core.api.stages import UploadStage
from omt_database.columns import ColumnPlan
from omt_database.export.omissions import Omissions
from omt_database.export.parts import Part
from omt_database.export.reading import export_statement, fetching
from omt_database.export.spool import Spool
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase

T = TypeVar("T")

STAGE: Final = "database"

ITEMS_AT_ONCE: Final = 64
"""Most parts that are told together: most tables are small, and each telling costs a transaction in the journal."""


@dataclass(frozen=True, slots=True)
class _Written:
    path: Path
    part: TablePart
    size: int
    mtime_ns: int

    def item(self) -> Item:
        """Return what the upload is told."""
        # A table may be called anything, and this becomes a path: what is not a plain name is written %XX.
        folder = quote(self.part.table, safe=" ").replace(".", "%2E")
        key = f"{folder}/{self.part.number:06}"
        return Item(
            stage=STAGE, key=key, name=f"{key}.parquet", path=self.path, size=self.size, mtime_ns=self.mtime_ns,
            part=self.part,
        )  # fmt: skip


class DatabaseExport:
    """Exports all tables but those that stay on site, one after another."""

    def __init__(self, database: CrmDatabase, settings: DatabaseSettings, workspace: Path) -> None:
        self._database = database
        self._settings = settings
        self._omissions = Omissions(database.tables, settings)
        self._spool = Spool(workspace / "spool" / STAGE, settings.spool_bytes)
        # Of its own, so that encoding never waits for threads that others hold.
        self._limiter = anyio.CapacityLimiter(1)

    def stage(self, plugin: str) -> UploadStage:
        """Return the stage."""
        return UploadStage(
            name=STAGE, title="Database", order=20, plugin=plugin, items=self.items, kind="database",
            removes_sources=True,
        )  # fmt: skip

    async def items(self) -> AsyncIterator[Sequence[Item]]:
        """Yield the parts of all tables; waits while too many of them are not uploaded yet."""
        await self._blocking(self._spool.clear)
        told: list[Item] = []
        size = 0
        for table in self._omissions.moved_tables:
            async for written in self._table(table):
                told.append(written.item())
                size += written.size
                if size >= min(self._settings.part_bytes, self._settings.spool_bytes) or len(told) >= ITEMS_AT_ONCE:
                    yield told
                    told, size = [], 0
                    await self._spool.room()
        if told:
            yield told

    async def _table(self, table: Table) -> AsyncIterator[_Written]:
        secret = self._omissions.secret_columns(table)
        plans = tuple(
            replace(plan, omitted=plan.column.name in secret) for plan in await self._database.plan_columns(table)
        )
        number = 0
        part = Part(table, plans)
        async for rows, last in self._batches(table, plans):
            await self._blocking(partial(part.add, rows))
            if last or part.bytes >= self._settings.part_bytes:
                number += 1
                yield await self._blocking(partial(self._write, part, table, number, last=last, secret=secret))
                part = Part(table, plans)

    async def _batches(self, table: Table, plans: Sequence[ColumnPlan]) -> AsyncIterator[tuple[list[Row], bool]]:
        """Yield batches of rows, each with whether it is the last; an empty table is one batch of no rows."""
        statement, parameters = export_statement(
            table, plans, dbms=self._database.dbms, owner=self._database.owner, left=self._omissions.row_filter(table)
        )
        fetch = fetching(plans, self._settings.batch_bytes)
        held: list[Row] | None = None
        async for rows in self._database.export(statement, parameters, fetch):
            if held is not None:
                yield held, False
            held = rows
        yield held or [], True

    def _write(self, part: Part, table: Table, number: int, *, last: bool, secret: tuple[str, ...]) -> _Written:
        # By number and not by name: a table's name may not be a file's.
        path = self._spool.path(f"{self._omissions.moved_tables.index(table):05}-{number:06}.parquet")
        part.write(path)
        size = self._spool.keep(path)
        described = TablePart(
            table=table.name, number=number, rows=part.rows, fingerprint=part.fingerprint, last=last,
            omitted_columns=secret,
        )  # fmt: skip
        return _Written(path=path, part=described, size=size, mtime_ns=path.stat().st_mtime_ns)

    async def _blocking(self, work: Callable[[], T]) -> T:
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        except OSError as error:
            raise InputError(
                "workspace-not-writable",
                f"A part of the database cannot be written into the workspace: {error.strerror or error}.",
                "Make room and mend the rights in the workspace, or lower database.spool_bytes, then run the same "
                "command again.",
            ) from error

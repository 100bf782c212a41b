"""The upload stage `database`: every table as Parquet parts, made while they are uploaded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from omt_core.api.database import Table
from omt_core.api.errors import InputError
from omt_core.api.items import Item, TablePart
from omt_core.api.stages import UploadStage
from omt_database.export.omissions import Omissions
from omt_database.export.parts import Part
from omt_database.export.spool import Spool
from omt_database.export.table_reader import Encode, TableReader
from omt_database.guard import NOTICE, Guard
from omt_database.settings import DatabaseSettings
from omt_database.source import CrmDatabase
from omt_database.thread import Pending, WorkThread

STAGE: Final = "database"

ITEMS_AT_ONCE: Final = 64
"""Most parts that are told together: most tables are small, and each telling costs a transaction in the journal."""

BYTES_AT_ONCE: Final = 4 * 2**20
"""Parts of a large table are told as soon as they are written, so that they are sent while the next is read."""


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
    """Exports all tables but those that stay on site, one after another; `tell` takes a line for a person.

    Three threads work at a time: one fetches a batch, one encodes and measures the batch before, one writes the part
    before.
    """

    def __init__(
        self, database: CrmDatabase, settings: DatabaseSettings, workspace: Path, tell: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._omissions = Omissions(database.tables, settings)
        self._spool = Spool(workspace / "spool" / STAGE, settings.spool_bytes)
        self._database = database
        self._guard = Guard(settings.guard)
        self._reader = TableReader(database, self._guard, settings.batch_bytes)
        self._tell = tell
        self._told_of_guard = False

    def stage(self, plugin: str) -> UploadStage:
        """Return the stage."""
        return UploadStage(
            name=STAGE, title="Database", order=20, plugin=plugin, items=self.items, kind="database",
            removes_sources=True,
        )  # fmt: skip

    async def items(self) -> AsyncIterator[Sequence[Item]]:
        """Yield the parts of all tables; waits while too many of them are not uploaded yet."""
        encoder, writer = WorkThread(), WorkThread()
        try:
            await writer.run(self._clear)
            told: list[Item] = []
            size = 0
            for table in self._omissions.moved_tables:
                async for written in self._table(table, encoder, writer):
                    self._spool.keep(written.path, written.size)
                    told.append(written.item())
                    size += written.size
                    if size >= min(BYTES_AT_ONCE, self._settings.spool_bytes) or len(told) >= ITEMS_AT_ONCE:
                        yield told
                        told, size = [], 0
                        await self._spool.room()
            if told:
                yield told
        finally:
            encoder.close()
            writer.close()

    async def _table(self, table: Table, encoder: WorkThread, writer: WorkThread) -> AsyncIterator[_Written]:
        secret = self._omissions.secret_columns(table)
        plans = tuple(
            replace(plan, omitted=plan.column.name in secret) for plan in await self._database.plan_columns(table)
        )
        part, number = Part(table, plans), 1
        writing: Pending[_Written] | None = None
        try:
            async for encode in self._reader.batches(table, plans, self._omissions.row_filter(table)):
                full = part.bytes >= self._settings.part_bytes
                if writing is not None and (full or writing.done):
                    yield await writing.result()
                    writing = None
                if full:
                    writing = writer.start(partial(self._write, part, table, number, last=False, secret=secret))
                    part, number = Part(table, plans), number + 1
                await encoder.run(partial(_add, part, encode))
                self._tell_of_guard()
            if writing is not None:
                yield await writing.result()
            yield await writer.run(partial(self._write, part, table, number, last=True, secret=secret))
        finally:
            if writing is not None:
                await writing.settled()

    def _clear(self) -> None:
        with _in_workspace():
            self._spool.clear()

    def _tell_of_guard(self) -> None:
        if self._guard.slowed and not self._told_of_guard:
            self._told_of_guard = True
            self._tell(NOTICE)

    def _write(self, part: Part, table: Table, number: int, *, last: bool, secret: tuple[str, ...]) -> _Written:
        # By number and not by name: a table's name may not be a file's.
        path = self._spool.path(f"{self._omissions.moved_tables.index(table):05}-{number:06}.parquet")
        with _in_workspace():
            part.write(path)
        status = path.stat()
        described = TablePart(
            table=table.name, number=number, rows=part.rows, fingerprint=part.fingerprint, last=last,
            omitted_columns=secret,
        )  # fmt: skip
        return _Written(path=path, part=described, size=status.st_size, mtime_ns=status.st_mtime_ns)


def _add(part: Part, encode: Encode) -> None:
    part.add(encode())


@contextmanager
def _in_workspace() -> Iterator[None]:
    """Say what to do when the workspace does not take what is written."""
    try:
        yield
    except OSError as error:
        raise InputError(
            "workspace-not-writable",
            f"A part of the database cannot be written into the workspace: {error.strerror or error}.",
            "Make room and mend the rights in the workspace, or lower database.spool_bytes, then run the same "
            "command again.",
        ) from error

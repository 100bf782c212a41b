"""The upload stage `database`: every table as Parquet parts, made while they are uploaded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

from omt_core.api import WORKSPACE_NOT_WRITABLE, Finding, Item, Table, TablePart, UploadStage, sentence
from omt_database.export.long_values import measured, refuse_long_values
from omt_database.export.losses import Losses
from omt_database.export.omissions import Omissions
from omt_database.export.part_files import PartFiles, schema_of_parts
from omt_database.export.parts import Parts, Portion
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
    """Exports all tables but those that stay on site, one after another.

    `tell` takes a line for a person, `raised` a finding.

    Three threads work at a time: one fetches a batch, one encodes and measures the batch before, one writes the part
    before.
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
        encoder, writer = WorkThread(), WorkThread()
        try:
            await writer.run(self._clear)
            await self._database.mark(self._omissions.moved_tables)
            told: list[Item] = []
            size = 0
            for place, table in enumerate(self._omissions.moved_tables):
                async with aclosing(self._table(place, table, encoder, writer)) as parts:
                    async for written in parts:
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

    async def _table(
        self, place: int, table: Table, encoder: WorkThread, writer: WorkThread
    ) -> AsyncGenerator[_Written, None]:
        secret = self._omissions.secret_columns(table)
        plans = tuple(
            replace(plan, omitted=plan.column.name in secret) for plan in await self._database.plan_columns(table)
        )
        plans = await measured(self._database, table, plans)
        refuse_long_values(table, plans, self._settings.largest_value)
        schema = schema_of_parts(table, plans)
        parts = Parts(schema, self._settings.part_bytes)
        files = PartFiles(schema, partial(self._path, place))
        rules = self._omissions.row_rules(table)
        losses = Losses(table, plans)
        async with _Writing(writer, files, partial(_write, files, table, secret)) as writing:
            async for encode in self._reader.batches(table, plans, rules, losses):
                for portion in await encoder.run(partial(_add, parts, encode)):
                    for written in await writing.start(portion):
                        yield written
                for written in await writing.over():
                    yield written
                self._tell_of_guard()
            await self._database.confirm(table, None if rules else parts.total)
            for finding in losses.findings():
                self._raised(finding)
            for written in await writing.start(parts.end()):
                yield written
            for written in await writing.over(wait=True):
                yield written

    def _clear(self) -> None:
        with _in_workspace():
            self._spool.clear()

    def _tell_of_guard(self) -> None:
        if self._guard.slowed and not self._told_of_guard:
            self._told_of_guard = True
            self._tell(NOTICE)

    def _path(self, place: int, number: int) -> Path:
        # By the table's place and not by its name, which may not be a file's.
        return self._spool.path(f"{place:05}-{number:06}.parquet")


class _Writing:
    """Writes the portions of one table on the writing thread, one at a time, while the next is made."""

    def __init__(self, thread: WorkThread, files: PartFiles, write: Callable[[Portion], Sequence[_Written]]) -> None:
        self._thread = thread
        self._files = files
        self._write = write
        self._pending: Pending[Sequence[_Written]] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def start(self, portion: Portion) -> Sequence[_Written]:
        """Begin with a portion once the one before is written; returns the part that was ended by that one, if any."""
        written = await self.over(wait=True)
        self._pending = self._thread.start(partial(self._write, portion))
        return written

    async def over(self, *, wait: bool = False) -> Sequence[_Written]:
        """Return the part that the portion under way ended, if any; unless it shall `wait`, only if that is over."""
        if self._pending is None or not (wait or self._pending.done):
            return ()
        pending, self._pending = self._pending, None
        return await pending.result()

    async def __aexit__(self, *_: object) -> None:
        """Leave no file open, whatever happened."""
        await self._thread.start(self._files.close).settled()


def _write(files: PartFiles, table: Table, secret: tuple[str, ...], portion: Portion) -> Sequence[_Written]:
    with _in_workspace():
        path = files.write(portion)
        if path is None or portion.end is None:
            return ()
        status = path.stat()
    described = TablePart(
        table=table.name, number=portion.number, rows=portion.end.rows, fingerprint=portion.end.fingerprint,
        last=portion.end.last, omitted_columns=secret,
    )  # fmt: skip
    return (_Written(path=path, part=described, size=status.st_size, mtime_ns=status.st_mtime_ns),)


def _add(parts: Parts, encode: Encode) -> list[Portion]:
    return parts.add(encode())


@contextmanager
def _in_workspace() -> Iterator[None]:
    """Say what to do when the workspace does not take what is written."""
    try:
        yield
    except OSError as error:
        raise WORKSPACE_NOT_WRITABLE.error(
            sentence(
                "A part of the database cannot be written into the workspace: {reason}.", reason=error.strerror or error
            ),
            remedy=sentence(
                "Make room and mend the rights in the workspace, or lower database.spool_bytes, then run the same "
                "command again."
            ),
        ) from error

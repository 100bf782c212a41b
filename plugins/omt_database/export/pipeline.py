"""Encodes and writes what was read, in its order, while more is read: of the same table or of the one that follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from omt_core.api import WORKSPACE_NOT_WRITABLE, Finding, Table, TablePart, sentence
from omt_core.api.plain import modification_time
from omt_database.columns import ColumnPlan
from omt_database.export.losses import Losses
from omt_database.export.part_files import PartFiles, schema_of_parts
from omt_database.export.parts import Parts, Portion
from omt_database.export.table_reader import Encode
from omt_database.thread import Pending, WorkThread


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part that is whole, in a file."""

    path: Path
    part: TablePart
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """What can be written of a table by now, and, at its end, what was replaced in it."""

    portions: Sequence[Portion]
    replaced: Sequence[Finding] = ()


class TableParts:
    """One table on its way into files; `path_of` says where the part of a number shall be.

    `losses` are told of what is replaced while its rows are encoded, and `omitted` are the columns that stay on site.
    """

    def __init__(
        self,
        table: Table,
        plans: Sequence[ColumnPlan],
        omitted: tuple[str, ...],
        part_bytes: int,
        path_of: Callable[[int], Path],
    ) -> None:
        self.losses = Losses(table, plans)
        self._table = table.name
        self._omitted = omitted
        schema = schema_of_parts(table, plans)
        self._parts = Parts(schema, part_bytes)
        self._files = PartFiles(schema, path_of)

    def encode(self, encode: Encode) -> Encoded:
        """Encode a batch."""
        return Encoded(self._parts.add(encode()))

    def end(self) -> Encoded:
        """Return what is left behind the last batch."""
        return Encoded([self._parts.end()], self.losses.findings())

    def write(self, portion: Portion) -> Sequence[WrittenPart]:
        """Write a portion; returns the part that it ends, if it does."""
        with in_workspace():
            path = self._files.write(portion)
            if path is None or portion.end is None:
                return ()
            status = path.stat()
        described = TablePart(
            table=self._table, number=portion.number, rows=portion.end.rows, fingerprint=portion.end.fingerprint,
            last=portion.end.last, omitted_columns=self._omitted,
        )  # fmt: skip
        return (WrittenPart(path=path, part=described, size=status.st_size, mtime_ns=modification_time(status)),)

    def close(self) -> None:
        """Close the file of a part that is not whole."""
        self._files.close()


class Pipeline:
    """Takes the batches of one table after another; `raised` takes a finding.

    One batch is encoded at a time, and one portion written, each on a thread of its own. What is left of a table when
    its last batch was given is done while the next table is looked at and read.
    """

    def __init__(self, raised: Callable[[Finding], None]) -> None:
        self._raised = raised
        self._encoder, self._writer = WorkThread(), WorkThread()
        self._encoding: deque[tuple[TableParts, Pending[Encoded]]] = deque()
        self._writing: Pending[Sequence[WrittenPart]] | None = None
        self._written_to: TableParts | None = None

    async def __aenter__(self) -> Self:
        return self

    async def run(self, work: Callable[[], None]) -> None:
        """Do something else on the thread that writes."""
        await self._writer.run(work)

    async def put(self, table: TableParts, encode: Encode) -> Sequence[WrittenPart]:
        """Begin with a batch once those before are encoded; returns the parts that are whole by now."""
        written = await self._encoded()
        self._encoding.append((table, self._encoder.start(partial(table.encode, encode))))
        return [*written, *await self._written(wait=False)]

    async def end(self, table: TableParts) -> Sequence[WrittenPart]:
        """Say that a table has no more batches; its last one is not waited for, what is left of tables before it is."""
        written = await self._encoded() if any(other is not table for other, _ in self._encoding) else []
        self._encoding.append((table, self._encoder.start(table.end)))
        return [*written, *await self._written(wait=False)]

    async def rest(self) -> Sequence[WrittenPart]:
        """Wait until all is written, and return the parts that are whole since."""
        return [*await self._encoded(), *await self._written(wait=True)]

    async def _encoded(self) -> list[WrittenPart]:
        """Give on what is being encoded, once it is; returns the parts that were written meanwhile."""
        written: list[WrittenPart] = []
        while self._encoding:
            table, pending = self._encoding.popleft()
            encoded = await pending.result()
            for finding in encoded.replaced:
                self._raised(finding)
            for portion in encoded.portions:
                written += await self._written(wait=True)
                self._writing = self._writer.start(partial(table.write, portion))
                self._written_to = table
        return written

    async def _written(self, *, wait: bool) -> Sequence[WrittenPart]:
        """Return the part that the portion under way ended, if any; unless it shall `wait`, only if that is over."""
        if self._writing is None or not (wait or self._writing.done):
            return ()
        pending, self._writing = self._writing, None
        return await pending.result()

    async def __aexit__(self, *_: object) -> None:
        """Leave no file open, whatever happened."""
        while self._encoding:
            await self._encoding.popleft()[1].settled()
        if self._written_to is not None:
            await self._writer.start(self._written_to.close).settled()
        self._encoder.close()
        self._writer.close()


@contextmanager
def in_workspace() -> Iterator[None]:
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

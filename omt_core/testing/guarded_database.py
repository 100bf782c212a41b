"""A source database that a rule may read and may not write to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from typing_extensions import override

from omt_core.api import Row, SourceDatabase, Table, Value


class GuardedDatabase(SourceDatabase):
    """Passes reading on to another database and remembers attempts to write, which it refuses.

    The on-site installation is only ever written to by freeze and thaw; `writes` holds the statements of anybody else.
    """

    def __init__(self, database: SourceDatabase) -> None:
        self.writes: list[str] = []
        self._database = database

    @property
    @override
    def dbms(self) -> str:
        return self._database.dbms

    @property
    @override
    def tables(self) -> Mapping[str, Table]:
        return self._database.tables

    @override
    def table(self, name: str) -> Table | None:
        return self._database.table(name)

    @override
    def batches(self, sql: str, parameters: Sequence[Value] = (), *, size: int = 5_000) -> AsyncIterator[Sequence[Row]]:
        return self._database.batches(sql, parameters, size=size)

    @override
    async def rows(self, sql: str, parameters: Sequence[Value] = ()) -> Sequence[Row]:
        return await self._database.rows(sql, parameters)

    @override
    def snapshot(self) -> AbstractAsyncContextManager[str]:
        return self._database.snapshot()

    @override
    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        del parameters
        self.writes.append(sql)
        raise PermissionError("only freeze and thaw may write to the installation on site")

    @override
    async def missing_grant(self, table: str, rights: Sequence[str]) -> str | None:
        return await self._database.missing_grant(table, rights)

    @override
    async def aclose(self) -> None:
        await self._database.aclose()

"""A source database that a rule may read and may not write to."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import SourceDatabase, Value
from omt_core.plugin_host.call_view import ReadOnlyDatabase


class GuardedDatabase(ReadOnlyDatabase):
    """The view that plugins get in a run, which also remembers what they tried to write.

    The on-site installation is only ever written to by freeze and thaw; `writes` holds the statements of anybody else.
    """

    def __init__(self, database: SourceDatabase) -> None:
        super().__init__(database)
        self.writes: list[str] = []

    @override
    async def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        self.writes.append(sql)
        return await super().write(sql, parameters)

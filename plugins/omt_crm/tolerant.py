"""Queries over tables that an older database may not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omt_core.api import SourceDatabase, Value


async def rows_if_there(
    database: SourceDatabase, tables: Sequence[str], sql: str, parameters: Sequence[Value] = ()
) -> Sequence[Sequence[Any]]:
    """Return the rows of a SELECT, none when one of the tables that it reads is not there.

    Raises `InstallationError` where one is there and may not be read.
    """
    if any(database.table(table) is None for table in tables):
        return ()
    return await database.rows(sql, parameters)

from __future__ import annotations

import threading

import pyarrow as pa
import pytest

from omt_core.api import Column, InstallationError, Table
from omt_database.columns import ColumnPlan, Kind
from omt_database.export.pipeline import Pipeline, TableParts

pytestmark = pytest.mark.anyio

COLUMN = Column(name="id", type_name="INTEGER")
PLANS = (ColumnPlan(column=COLUMN, kind=Kind.INTEGER, expression="id"),)


def parts_of(name, folder):
    table = Table(name=name, columns=(COLUMN,))
    return TableParts(table, PLANS, (), 1_000_000, lambda number: folder / f"{name}-{number}.parquet")


def rows(*numbers):
    return lambda: [pa.array(numbers, pa.int64())]


async def test_the_next_table_is_begun_before_the_last_batch_of_one_is_encoded(tmp_path) -> None:
    begun = threading.Event()

    def once_the_next_is_begun():
        assert begun.wait(10)
        return rows(1, 2)()

    async with Pipeline(print) as pipeline:
        first, second = parts_of("first", tmp_path), parts_of("second", tmp_path)
        written = [*await pipeline.put(first, once_the_next_is_begun)]
        written += await pipeline.end(first)
        begun.set()
        written += await pipeline.put(second, rows(3))
        written += await pipeline.end(second)
        written += await pipeline.rest()
    assert [(one.part.table, one.part.rows, one.part.last) for one in written] == [
        ("first", 2, True),
        ("second", 1, True),
    ]
    assert [one.size for one in written] == [one.path.stat().st_size for one in written]


async def test_what_fails_is_raised_and_leaves_no_file_open(tmp_path) -> None:
    def failing():
        raise InstallationError("database-value-unreadable", "no value", "")

    first = parts_of("first", tmp_path)
    async with Pipeline(print) as pipeline:
        await pipeline.put(first, rows(*range(70_000)))
        await pipeline.put(first, failing)
        with pytest.raises(InstallationError, match="no value"):
            await pipeline.rest()
    (unfinished,) = tmp_path.iterdir()
    assert unfinished.suffix == ".new"
    unfinished.unlink()

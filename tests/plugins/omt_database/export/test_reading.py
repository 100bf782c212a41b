from __future__ import annotations

import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.database import Column, Table
from omt_crm.sql import DBMS, quoted
from omt_database.columns import ColumnPlan, Kind
from omt_database.export.reading import (
    COLUMN_ROWS,
    MOST_ROWS,
    MeasuredColumns,
    _Sizes,
    block_rows,
    column_blocks,
    export_statement,
    fetching,
    rows_at_once,
)

TABLE = Table(
    name="Cred", columns=(Column(name="id", type_name="int"), Column(name="S", type_name="x")), primary_key=("id",)
)


def plan(width: int | None, *, omitted: bool = False, name: str = "c") -> ColumnPlan:
    column = Column(name=name, type_name="x")
    return ColumnPlan(column=column, kind=Kind.STRING, expression=f'"{name}"', width=width, omitted=omitted)


class Cursor:
    """Ten thousand rows of one text."""

    def __init__(self, text: str) -> None:
        self._rows = iter([(text,)] * 10_000)

    def fetchone(self):
        return next(self._rows, None)

    def fetchmany(self, size):
        return [row for _, row in zip(range(size), self._rows, strict=False)]


@pytest.mark.parametrize("dbms", DBMS)
def test_the_statement_is_sql_of_every_system(dbms):
    source = quoted("t", dbms) if dbms == "sqlite" else f"{quoted('crm7', dbms)}.{quoted('t', dbms)}"
    plans = [plan(8, name="id"), plan(8, omitted=True)]
    if dbms == "mssql":
        plans[0] = ColumnPlan(column=plans[0].column, kind=Kind.STRING, expression="[id]")
    statement, parameters = export_statement(
        TABLE, plans, dbms=dbms, source=source, left=[("S", "Ticket"), ("id", "7")]
    )
    parsed = sqlglot.parse_one(statement, dialect=DBMS[dbms])
    assert parsed.key == "select"
    assert parameters == ("Ticket", "7")
    assert "Ticket" not in statement
    assert statement.rpartition("ORDER BY ")[2].strip('[]"') == "id"
    assert "NULL" in statement


def test_a_table_without_a_key_is_read_as_it_comes():
    table = Table(name="t", columns=TABLE.columns)
    assert "ORDER BY" not in export_statement(table, [plan(8)], dbms="sqlite", source='"t"', left=())[0]


def test_narrow_rows_are_counted():
    assert len(fetching([plan(8)], 4 * 2**20)(Cursor("x"))) == MOST_ROWS
    assert len(fetching([plan(1_000)], 10_160)(Cursor("x"))) == 40


@pytest.mark.parametrize("width", [8, 100, 700, 3_000, 70_000])
def test_columns_are_read_in_blocks_of_one_size_that_make_a_batch(width):
    rows = rows_at_once([plan(width)], 4 * 2**20)
    blocks = column_blocks([plan(width)], rows, 4 * 2**20)
    assert rows % blocks == 0
    assert rows // blocks <= COLUMN_ROWS
    assert rows // blocks * width <= 4 * 2**20


def test_room_is_set_aside_for_more_bytes_where_that_would_be_few_rows():
    assert [block_rows([plan(width)], 4 * 2**20) for width in (8, 2**14, 2**18, 2**19)] == [COLUMN_ROWS, 255, 32, 31]


def test_rows_without_a_bound_are_measured():
    assert len(fetching([plan(None)], 10_000)(Cursor("x" * 3_000))) == 4
    assert len(fetching([plan(None)], 10_000)(Cursor("x" * 1_000_000))) == 1


def test_a_row_that_may_exceed_a_batch_is_measured_too():
    assert len(fetching([plan(10**9)], 10_000)(Cursor("x" * 6_000))) == 2


class Blocks:
    """Rows of an id and a text in columns, in blocks of one size."""

    def __init__(self, texts: list[str | None], size: int) -> None:
        batch = pa.record_batch([pa.array(range(len(texts))), pa.array(texts, pa.string())], names=["id", "text"])
        self._blocks = (batch.slice(begin, size) for begin in range(0, len(texts), size))

    def fetch(self):
        return next(self._blocks, None)


class Rows(Cursor):
    def __init__(self, texts: list[str | None]) -> None:
        self._rows = iter([(None, number, text) for number, text in enumerate(texts)])


TEXTS = st.lists(st.none() | st.text(max_size=5) | st.builds(str.__mul__, st.sampled_from("xåð"), st.integers(0, 400)))


@given(texts=TEXTS, size=st.integers(1, 20), batch_bytes=st.integers(1, 2_000))
def test_rows_without_a_bound_make_the_same_batches_by_rows_and_by_columns(texts, size, batch_bytes):
    plans = [plan(8, omitted=True), plan(8), plan(None)]
    rows, columns = Rows(texts), Blocks(texts, size)
    by_rows, by_columns = fetching(plans, batch_bytes), MeasuredColumns(plans, batch_bytes)
    taken = [[row[2] for row in some] for some in iter(lambda: by_rows(rows), [])]
    assert taken == [some.column(1).to_pylist() for some in iter(lambda: by_columns.fetch(columns), None)]
    assert [text for some in taken for text in some] == texts


def test_rows_are_measured_one_by_one_only_where_they_may_fill_a_batch(monkeypatch):
    measured, original = [], _Sizes.of_batch
    monkeypatch.setattr(
        _Sizes, "of_batch", lambda self, batch: measured.append(batch.num_rows) or original(self, batch)
    )
    columns = MeasuredColumns([plan(8), plan(None)], 10_000)
    assert columns.fetch(Blocks(["x" * 60] * 250, 10)).num_rows == 93
    assert measured == [100]

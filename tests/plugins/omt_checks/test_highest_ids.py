"""The statement that asks for the highest ids, in all dialects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
import sqlglot
from typing_extensions import override

from omt_checks.highest_ids import highest_ids, highest_ids_statement, id_column
from omt_core.api.database import Column, Row, Table, Value
from omt_core.testing.samples import EmptyDatabase
from omt_crm.sql import DBMS, render

CONTACT = Table(name="CONTACT", columns=(Column(name="CONTACT_ID", type_name="int"),), primary_key=("CONTACT_ID",))
ODD = Table(name='y_o"dd', columns=(Column(name="id", type_name="NUMBER"),), primary_key=("id",))


@pytest.mark.parametrize("dbms", DBMS)
@pytest.mark.parametrize("below", [True, False])
def test_it_is_sql_of_every_system(dbms, below):
    neutral = highest_ids_statement([(CONTACT, "CONTACT_ID"), (ODD, "id")], below=below)
    text = render(neutral, catalogue={"contact": CONTACT, 'y_o"dd': ODD}, dbms=dbms, owner=None)
    assert sqlglot.parse_one(text, dialect=DBMS[dbms]).key == "union"
    assert text.count("?") == (2 if below else 0)


class Counted(EmptyDatabase):
    """Two tables, one of which has rows of Travel; keeps the statements that it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Sequence[Value]]] = []

    @property
    @override
    def tables(self) -> Mapping[str, Table]:
        return {"contact": CONTACT, 'y_o"dd': ODD}

    @override
    async def rows(self, sql: str, parameters: Sequence[Value] = ()) -> Sequence[Row]:
        self.asked.append((sql, parameters))
        return [(0, 2_000 if not parameters else 7), (1, 9)][: sql.count("MAX")]


@pytest.mark.anyio
async def test_only_a_table_with_higher_ids_is_asked_a_second_time() -> None:
    database = Counted()
    assert await highest_ids(database, below=1_000) == {"CONTACT": 7, 'y_o"dd': 9}
    assert await highest_ids(database) == {"CONTACT": 2_000, 'y_o"dd': 9}
    assert [(sql.count("MAX"), parameters) for sql, parameters in database.asked] == [(2, ()), (1, (1_000,)), (2, ())]


def test_only_a_key_of_one_whole_number_holds_ids():
    text = Column(name="code", type_name="nvarchar")
    assert id_column(CONTACT) == "CONTACT_ID"
    assert id_column(Table(name="t", columns=(text,), primary_key=("code",))) is None
    assert id_column(Table(name="t", columns=CONTACT.columns)) is None

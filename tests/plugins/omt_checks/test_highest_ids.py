"""The statement that asks for the highest ids, in all dialects."""

from __future__ import annotations

import pytest
import sqlglot

from omt_checks.highest_ids import highest_ids_statement, id_column
from omt_core.api.database import Column, Table
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


def test_only_a_key_of_one_whole_number_holds_ids():
    text = Column(name="code", type_name="nvarchar")
    assert id_column(CONTACT) == "CONTACT_ID"
    assert id_column(Table(name="t", columns=(text,), primary_key=("code",))) is None
    assert id_column(Table(name="t", columns=CONTACT.columns)) is None

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from omt_crm.sql import DBMS
from tests.plugins.omt_crm.golden_statements import GOLDEN, OWNERS, documented_catalogue, rendered, statements


@pytest.mark.parametrize("dbms", OWNERS)
def test_every_statement_renders_as_its_golden_file(dbms):
    golden = {path.name: path.read_text(encoding="utf-8") for path in (GOLDEN / dbms).iterdir()}
    assert rendered(dbms) == golden, "run python -m tests.plugins.omt_crm.golden_statements and read the difference"


@pytest.mark.parametrize("dbms", OWNERS)
def test_every_rendered_statement_is_sql_of_that_system(dbms):
    for name, text in rendered(dbms).items():
        parsed = sqlglot.parse_one(text, dialect=DBMS[dbms])
        assert parsed.key in {"select", "union", "insert", "update", "delete"}, name


@pytest.mark.parametrize("dbms", OWNERS)
def test_every_statement_names_documented_columns_only(dbms):
    for name, text in rendered(dbms).items():
        if parsed := [null.sql() for null in sqlglot.parse_one(text, dialect=DBMS[dbms]).find_all(exp.Null)]:
            assert dict(statements())[name.removesuffix(".sql")].upper().count("NULL") >= len(parsed), name


def test_the_documented_catalogue_has_all_tables():
    assert len(documented_catalogue("mssql")) == 537

from __future__ import annotations

import json

import pytest

from omt_simulator.database.compact_schema import compact
from omt_simulator.database.schema import load_schema
from omt_simulator.database.writer import create_sqlite


def test_a_column_that_no_schema_knows_is_refused(tmp_path):
    with create_sqlite(tmp_path / "a.sqlite", load_schema()) as database:
        database.create_tables()
        with pytest.raises(KeyError, match="has no column colour"):
            database.append("contact", colour="red")


def test_every_table_has_a_primary_key_among_its_columns():
    for table in load_schema().values():
        assert table.columns[0].name == table.primary_key


def test_the_compact_form_keeps_what_building_needs():
    column = {"name": "id", "type": "PK", "length": None, "nullable": False, "references": None, "enum": None}
    name = {"name": "name", "type": "String", "length": 9, "nullable": True, "references": None, "enum": None}
    indexes = [{"columns": ["name"], "unique": True}, {"columns": ["name", "id"], "unique": True}]
    full = {"source": "here", "tables": {"t": {"number": 7, "columns": [column, name], "indexes": indexes}}}
    assert json.loads(compact(full))["tables"]["t"] == {
        "number": 7,
        "primaryKey": "id",
        "columns": [["id", "PK", None, False, None], ["name", "String", 9, True, None]],
        "unique": [["name"]],
        "lookup": [],
    }

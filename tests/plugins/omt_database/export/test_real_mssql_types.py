"""Every type of SQL Server, exported by both drivers from the server that `OMT_TEST_MSSQL` names, and compared."""

from __future__ import annotations

import importlib.util
import os
import re
from contextlib import closing
from dataclasses import replace

import pytest

from omt_core.api.installation import DatabaseLocation
from omt_database.drivers.odbc import load_pyodbc
from tests.plugins.omt_database.drivers.mssql_types import EDGES, Edge
from tests.plugins.omt_database.engines import Engine

pytestmark = [pytest.mark.anyio, pytest.mark.odbc]


def with_edge(text: str, edge: Edge) -> None:
    """Make a table with the values of a type, and one row without."""
    rows = ", ".join(f"({number}, {written})" for number, written in enumerate([*edge.written, "NULL"]))
    with closing(load_pyodbc().connect(text, autocommit=True)) as connection:
        connection.execute("DROP TABLE IF EXISTS dbo.omt_edge")
        connection.execute(f"CREATE TABLE dbo.omt_edge (id int PRIMARY KEY, c {edge.declared} NULL)")
        connection.execute(f"INSERT INTO dbo.omt_edge VALUES {rows}")


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.declared)
async def test_both_drivers_export_every_type_to_the_same_values(export, edge: Edge):
    text = os.environ.get("OMT_TEST_MSSQL")
    if not text:
        pytest.skip("OMT_TEST_MSSQL gives no connection string: nothing here was tried against an SQL Server")
    if importlib.util.find_spec("mssql_python") is None:
        pytest.skip("mssql-python is not installed: the two drivers were not compared")
    with_edge(text, edge)
    # It puts in its own driver, and refuses another.
    location = DatabaseLocation(dbms="mssql", dsn=re.sub(r"(?i)\bdriver=(\{[^}]*\}|[^;]*);?", "", text), prefix="dbo")
    only_edge = {"left_tables": ("omt_values",)}
    new = await export(Engine("mssql", location), mssql_driver="mssql-python", **only_edge)
    old = await export(Engine("mssql", replace(location, dsn=text)), mssql_driver="odbc", **only_edge)
    assert [row["c"] for row in new.rows("omt_edge")] == [*edge.values, None]
    assert new.rows("omt_edge") == old.rows("omt_edge")
    assert [item.part.fingerprint for item in new.items] == [item.part.fingerprint for item in old.items]

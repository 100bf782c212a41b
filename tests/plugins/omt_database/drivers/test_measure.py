"""Expressions over a table are read by short names, whatever a driver makes of the expressions themselves."""

from __future__ import annotations

import pytest

from omt_core.api import Column, DatabaseLocation, Table
from omt_database.drivers.sqlite_odbc import OdbcSqliteDriver
from omt_database.settings import DatabaseSettings
from tests.plugins.omt_database.engines import require_sqlite_odbc

TABLE = Table(name="t", columns=(Column(name="a", type_name="TEXT"),))
BEYOND_ASCII = "'*[\x80-\xbf\ufffd]*'"


@pytest.mark.odbc
def test_an_expression_with_letters_beyond_ascii_has_a_name_that_is_read_as_it_is(tmp_path, monkeypatch):
    require_sqlite_odbc()
    (tmp_path / "crm.sqlite").touch()
    location = DatabaseLocation(dbms="sqlite", database=str(tmp_path / "crm.sqlite"))
    driver = OdbcSqliteDriver(tmp_path / "crm.sqlite", location, DatabaseSettings())
    writer = driver.connect(writable=True)
    for statement in ("CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('x')"):
        writer.cursor().execute(statement)
    writer.close()
    connection = driver.connect()
    names = []

    def fetch(connection, statement, parameters=()):
        cursor = connection.cursor()
        cursor.execute(statement, tuple(parameters))
        names.extend(column[0] for column in cursor.description)
        return cursor.fetchall()

    monkeypatch.setattr(driver, "fetch", fetch)
    row = driver.measure(connection, TABLE, [f"MAX(a GLOB {BEYOND_ASCII})", f"MIN(a || {BEYOND_ASCII})"])
    connection.close()
    assert names == ["c0", "c1"]
    assert [str(value) for value in row] == ["0", "x*[\x80-\xbf\ufffd]*"]

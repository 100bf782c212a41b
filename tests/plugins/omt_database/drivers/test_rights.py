"""What each database system is asked about a right. SQL Server and Oracle are not here: their SQL is parsed."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from omt_core.api import DatabaseLocation, Table
from omt_crm.sql import DBMS
from omt_database.drivers.mssql import MssqlDriver
from omt_database.drivers.oracle import OracleDriver
from omt_database.drivers.postgresql import PostgresqlDriver
from omt_database.drivers.server import ServerDriver
from omt_database.settings import DatabaseSettings

ASKED = {
    MssqlDriver: "HAS_PERMS_BY_NAME(QUOTENAME(?) + N'.' + QUOTENAME(?), 'OBJECT', ?)",
    OracleDriver: "WHERE g.TABLE_SCHEMA = x.OWNER AND g.TABLE_NAME = x.NAME AND g.PRIVILEGE = x.RIGHT_NAME",
    PostgresqlDriver: "has_table_privilege(quote_ident(x.owner) || '.' || quote_ident(x.name), x.right_name)",
}


@pytest.mark.parametrize("driver", ASKED)
def test_the_question_is_sql_of_that_system_with_three_parameters(driver: type[ServerDriver]) -> None:
    sql = driver.statements.right
    parsed = sqlglot.parse_one(sql, dialect=DBMS[driver.dbms])
    assert parsed.key == "select"
    assert len(list(parsed.find_all(exp.Placeholder))) == 3
    assert ASKED[driver] in sql


@pytest.mark.parametrize(
    ("driver", "grant"),
    [
        (MssqlDriver, "GRANT DELETE ON [crm7].[SystemEvent] TO [reader]"),
        (OracleDriver, 'GRANT DELETE ON "crm7"."SystemEvent" TO "reader"'),
    ],
)
def test_only_rights_that_are_lacking_are_in_the_grant(pyodbc, driver: type[ServerDriver], grant: str) -> None:
    it = driver(DatabaseLocation(dbms=driver.dbms, prefix="CRM7"), DatabaseSettings())
    it.owner = "crm7"
    it.sight = it.sight.__class__(user=grant.rpartition(" ")[2])
    held = {"INSERT": 1, "DELETE": 0}
    it.fetch = lambda connection, sql, parameters=(): [(held[parameters[2]] if parameters else 0,)]  # type: ignore[method-assign]
    table = Table(name="SystemEvent", columns=())
    assert it.missing_grant(it.connect(), table, ("INSERT", "DELETE")) == grant
    assert it.missing_grant(it.connect(), table, ("INSERT",)) is None


@pytest.mark.parametrize("driver", ASKED)
def test_whether_anything_may_be_changed_is_sql_of_that_system(driver: type[ServerDriver]) -> None:
    parsed = sqlglot.parse_one(driver.statements.read_only, dialect=DBMS[driver.dbms])
    assert parsed.key == "select"
    assert not list(parsed.find_all(exp.Placeholder))


def test_no_right_helps_where_the_database_takes_no_changes(pyodbc) -> None:
    it = MssqlDriver(DatabaseLocation(dbms="mssql", prefix="CRM7"), DatabaseSettings())
    it.fetch = lambda connection, sql, parameters=(): [(1,)]  # type: ignore[method-assign]
    said = it.missing_grant(it.connect(), Table(name="SystemEvent", columns=()), ("INSERT",))
    assert said is not None
    assert "takes changes" in said

from __future__ import annotations

import sys

import pytest
from pydantic import SecretStr

from omt_core.api.errors import InstallationError
from omt_core.api.installation import DatabaseLocation
from omt_database.drivers.connection_string import parse_keywords
from omt_database.drivers.mssql import MssqlDriver
from omt_database.drivers.odbc import load_arrow_odbc, load_pyodbc, state_and_message
from omt_database.drivers.oracle import OracleDriver
from omt_database.drivers.postgresql import PostgresqlDriver
from omt_database.settings import DatabaseSettings

DRIVERS = {"mssql": MssqlDriver, "oracle": OracleDriver, "postgresql": PostgresqlDriver}


def keywords(dbms: str, location: dict[str, object], **settings: object) -> dict[str, str]:
    place = DatabaseLocation(dbms=dbms, **location)
    return parse_keywords(DRIVERS[dbms](place, DatabaseSettings.model_validate(settings)).connection_string())


def test_a_machine_without_odbc_gets_the_package_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(InstallationError) as caught:
        load_pyodbc()
    assert caught.value.code == "odbc-missing"
    assert "unixodbc" in caught.value.remedy


def test_sql_server_is_encrypted_unless_the_setting_says_otherwise(pyodbc):
    place = {"server": "sql1\\crm", "database": "crm", "user": "crm7", "password": SecretStr("a;b}c")}
    found = keywords("mssql", place)
    assert found == {
        "driver": "ODBC Driver 18 for SQL Server", "server": "sql1\\crm", "database": "crm", "encrypt": "yes",
        "trustservercertificate": "no", "app": "Online Migration Tool", "uid": "crm7", "pwd": "a;b}c",
    }  # fmt: skip
    old = keywords("mssql", place, encrypt="no", trust_server_certificate=True)
    assert (old["encrypt"], old["trustservercertificate"]) == ("no", "yes")


def test_without_a_user_windows_says_who_it_is(pyodbc):
    found = keywords("mssql", {"server": "s", "database": "d"})
    assert found["trusted_connection"] == "yes"
    assert not {"uid", "pwd"} & found.keys()


def test_a_data_source_gets_the_login(pyodbc):
    found = keywords("oracle", {"dsn": "SuperOffice", "user": "crm7", "password": SecretStr("x")})
    assert found == {"dsn": "SuperOffice", "uid": "crm7", "pwd": "x"}


def test_what_a_whole_connection_string_says_wins(pyodbc):
    found = keywords("mssql", {"dsn": "Driver={FreeTDS};Server=s;Encryption=off;UID=own;PWD=own", "user": "other"})
    assert (found["driver"], found["encryption"], found["uid"], found["pwd"]) == ("FreeTDS", "off", "own", "own")


def test_oracle_is_a_tns_name_or_a_host_with_a_service(pyodbc):
    assert keywords("oracle", {"server": "ORCL"})["dbq"] == "ORCL"
    assert keywords("oracle", {"server": "h:1521", "database": "svc"})["dbq"] == "h:1521/svc"


def test_postgresql_is_read_with_a_cursor_of_the_server(pyodbc):
    pyodbc.installed = ["PostgreSQL Unicode"]
    found = keywords("postgresql", {"server": "db:5433", "database": "crm"})
    assert (found["server"], found["port"], found["usedeclarefetch"]) == ("db", "5433", "1")


def test_a_driver_can_be_named(pyodbc):
    assert keywords("oracle", {"server": "x"}, odbc_driver="/opt/lib.so")["driver"] == "/opt/lib.so"


def test_no_driver_is_an_error_with_a_remedy(pyodbc):
    pyodbc.installed = []
    with pytest.raises(InstallationError, match="mssql") as caught:
        keywords("mssql", {"server": "s"})
    assert caught.value.code == "odbc-driver-missing"


@pytest.mark.parametrize("dbms", DRIVERS)
def test_no_error_holds_the_password(pyodbc, dbms):
    location = DatabaseLocation(dbms=dbms, dsn="Driver=x;PWD=ineinem", password=SecretStr("hemmelig"))
    driver = DRIVERS[dbms](location, DatabaseSettings())
    error = driver.explain(pyodbc.Error("08001", "cannot log in with hemmelig or PWD=ineinem;"))
    assert error.code == "database-unreachable"
    assert "hemmelig" not in error.message
    assert "ineinem" not in error.message


def test_the_login_timeout_is_a_setting(pyodbc):
    MssqlDriver(DatabaseLocation(dbms="mssql"), DatabaseSettings(login_timeout=3)).connect()
    assert pyodbc.timeouts == [3]


def test_a_machine_that_cannot_load_it_is_told_what_to_repair(monkeypatch):
    monkeypatch.setitem(sys.modules, "arrow_odbc", None)
    with pytest.raises(InstallationError, match="ODBC") as caught:
        load_arrow_odbc()
    assert caught.value.code == "odbc-missing"
    assert "arrow-odbc" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "state", "message"),
    [
        (
            "ODBC emitted an error calling 'SQLFetch':\nState: 08S01, Native error: -7, Message: gone\nfor good",
            "08S01",
            "gone\nfor good",
        ),
        ("A value (at least one) is too large", "HY000", "A value (at least one) is too large"),
    ],
)
def test_an_error_is_taken_apart_like_those_of_pyodbc(text, state, message):
    assert state_and_message(Exception(text)) == (state, message)

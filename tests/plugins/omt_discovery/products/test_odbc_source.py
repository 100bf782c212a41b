from __future__ import annotations

import pytest

from omt_discovery.products.odbc_source import SOURCE_KEYS, OdbcSource, find_odbc_source
from omt_discovery.windows.registry import LoadedRegistry

SQL_SERVER = r"C:\Windows\SysWOW64\sqlsrv32.dll"


@pytest.mark.parametrize("first", range(3))
def test_the_32_bit_system_source_comes_first_then_system_then_user(first: int) -> None:
    keys = {
        rf"{key}\SuperOffice": {"Driver": SQL_SERVER, "Server": key, "Database": "CRM"} for key in SOURCE_KEYS[first:]
    }
    found = find_odbc_source(LoadedRegistry(keys), "superoffice")
    assert found == OdbcSource(rf"{SOURCE_KEYS[first]}\superoffice", "mssql", SOURCE_KEYS[first], "CRM")


def test_oracle_has_a_server_name_and_no_database() -> None:
    values = {"Driver": r"C:\oracle\SQORA32.DLL", "ServerName": "CRM.WORLD", "Database": "ignored"}
    found = find_odbc_source(LoadedRegistry({rf"{SOURCE_KEYS[0]}\S": values}), "S")
    assert found is not None
    assert (found.major, found.server, found.database) == ("oracle", "CRM.WORLD", None)


def test_the_port_of_postgresql_goes_with_the_server() -> None:
    values = {"Driver": "PostgreSQL Unicode", "Server": "localhost", "Port": "5433", "Database": "crm"}
    found = find_odbc_source(LoadedRegistry({rf"{SOURCE_KEYS[1]}\S": values}), "S")
    assert found is not None
    assert found.server == "localhost:5433"


@pytest.mark.parametrize("name", ["", "ODBC Data Sources", "Missing", r"..\Other", r"S\Sub"])
def test_what_is_no_source_is_not_found(name: str) -> None:
    keys = {rf"{SOURCE_KEYS[0]}\ODBC Data Sources": {"S": "SQL Server"}, rf"{SOURCE_KEYS[0]}\S\Sub": {"Server": "x"}}
    assert find_odbc_source(LoadedRegistry(keys), name) is None


def test_the_type_may_be_told_by_the_name_of_the_driver_in_the_list_of_sources() -> None:
    keys = {
        rf"{SOURCE_KEYS[0]}\S": {"Server": "x"},
        rf"{SOURCE_KEYS[0]}\ODBC Data Sources": {"S": "ODBC Driver 17 for SQL Server"},
    }
    found = find_odbc_source(LoadedRegistry(keys), "S")
    assert found is not None
    assert found.major == "mssql"

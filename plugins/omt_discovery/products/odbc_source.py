"""ODBC sources of the machine: what a source's name stands for (crm.md section 1, Registry)."""

from __future__ import annotations

from dataclasses import dataclass

from omt_discovery.windows.registry import CURRENT_USER, LOCAL_MACHINE, Registry, text_value

SOURCE_KEYS = (
    rf"{LOCAL_MACHINE}\SOFTWARE\WOW6432Node\ODBC\ODBC.INI",
    rf"{LOCAL_MACHINE}\SOFTWARE\ODBC\ODBC.INI",
    rf"{CURRENT_USER}\SOFTWARE\ODBC\ODBC.INI",
)
"""ND: the order. A 32-bit system source is what the product asks for, so it comes first."""

_SOURCES = "ODBC Data Sources"

_DRIVER_WORDS = (
    ("sqlite", "sqlite"),
    ("psqlodbc", "postgresql"),
    ("postgres", "postgresql"),
    ("sqora", "oracle"),
    ("oracle", "oracle"),
    ("msodbcsql", "mssql"),
    ("sqlncli", "mssql"),
    ("sqlsrv", "mssql"),
    ("sql server", "mssql"),
    ("sybase", "sybase"),
    ("db2", "db2"),
)
"""Words in the names of drivers and their files, and the product's database type behind them, as DatabaseMajor."""


@dataclass(frozen=True, slots=True)
class OdbcSource:
    """A source as registered: `major` is the database type that its driver tells, `key` where it was found."""

    key: str
    major: str | None
    server: str | None
    database: str | None


def find_odbc_source(registry: Registry, name: str) -> OdbcSource | None:
    """Return the source of this name, or None."""
    for parent in SOURCE_KEYS:
        # The list of the sources' drivers is a key beside the sources.
        if not name or "\\" in name or name.casefold() == _SOURCES.casefold():
            return None
        key = rf"{parent}\{name}"
        if registry.values(key):
            return _read(registry, parent, key, name)
    return None


def _read(registry: Registry, parent: str, key: str, name: str) -> OdbcSource:
    driver = text_value(registry, key, "Driver") or ""
    driver_name = text_value(registry, rf"{parent}\{_SOURCES}", name) or ""
    major = next((major for word, major in _DRIVER_WORDS if word in f"{driver} {driver_name}".casefold()), None)
    # Oracle's driver calls it ServerName and has no database (crm.md section 1, Precedence).
    server_name = text_value(registry, key, "ServerName")
    if major == "oracle":
        return OdbcSource(key, major, server_name or text_value(registry, key, "Server"), None)
    server = text_value(registry, key, "Server") or server_name
    port = text_value(registry, key, "Port")
    if major == "postgresql" and server and port:
        server = f"{server}:{port}"
    return OdbcSource(key, major, server, text_value(registry, key, "Database"))

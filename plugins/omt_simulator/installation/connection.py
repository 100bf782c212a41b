"""How the simulated installation's own files say where its database is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from omt_simulator.spec import SimulationSpec

SQLITE_FILE = r"C:\SuperOffice\Data\crm.sqlite"
DSN = "SuperOffice"
PREFIX = "CRM7"

_PAIR = re.compile(r"\s*([^=;]+?)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|([^;]*))\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Connection:
    """What the ODBC source and the .config files hold. `major` is DatabaseMajor; "SQLite" is the simulator's own."""

    major: str
    service_type: str
    server: str
    database: str
    user: str
    password: str
    source: Mapping[str, str]


def connection_of(spec: SimulationSpec) -> Connection:
    """Return the connection to the database that the spec asks for."""
    if spec.dsn is None:
        source = {
            "Driver": r"C:\Windows\SysWOW64\sqlite3odbc.dll",
            "Database": SQLITE_FILE,
            "Description": "SuperOffice CRM",
        }
        return Connection("SQLite", "sqlite", "", SQLITE_FILE, PREFIX, "sommerfugl", source)
    given = read_odbc_string(spec.dsn)
    server = given.get("server") or given.get("servername") or "localhost"
    database = given.get("database") or given.get("db") or ""
    port = given.get("port", "5432")
    source = {
        "Driver": given.get("driver", "PostgreSQL Unicode"),
        "Server": server,
        "Port": port,
        "Database": database,
        "Description": "SuperOffice CRM",
    }
    user = given.get("uid") or given.get("username") or ""
    password = given.get("pwd") or given.get("password") or ""
    return Connection("PostgreSQL", "postgresql", server, database, user, password, source)


def read_odbc_string(text: str) -> dict[str, str]:
    """Return the values of `KEYWORD=value;KEYWORD={va;lue}` by keyword in lower case, braces taken off."""
    found: dict[str, str] = {}
    for keyword, braced, plain in _PAIR.findall(text):
        found.setdefault(keyword.lower(), braced.replace("}}", "}") if braced else plain.strip())
    return found

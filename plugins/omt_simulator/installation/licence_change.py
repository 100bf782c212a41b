"""The plant `licence-change`: the licence's serial number changes between two runs (W71)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from omt_core.api import sentence
from omt_simulator.database.postgresql import run_statement
from omt_simulator.installation.connection import SQLITE_FILE
from omt_simulator.installation.system_rows import changed_serial_number
from omt_simulator.machine import Machine
from omt_simulator.spec import SimulationError

FILE = "licence-change.sql"


def write_licence_change(directory: Path, seed: int, company: str) -> None:
    """Write the statement; `company` is the quoted table. The serial number is made of digits only."""
    serial = changed_serial_number(seed)
    statement = f"UPDATE {company} SET serialNo = '{serial}' WHERE company_id = 1\n"  # noqa: S608
    (directory / FILE).write_text(statement, encoding="utf-8", newline="\n")


def change_licence(directory: Path, dsn: str | None = None) -> str:
    """Change the licence of a simulated installation that has the plant; returns the new serial number.

    `dsn` is the ODBC connection string of an installation on PostgreSQL. Raises SimulationError when there is no such
    plant, or no connection string where one is needed.
    """
    script = directory / FILE
    if not script.is_file():
        raise SimulationError(sentence("{folder} has no plant licence-change.", folder=directory))
    statement = script.read_text(encoding="utf-8")
    truth = json.loads((directory / "truth.json").read_text(encoding="utf-8"))
    if truth["spec"]["dbms"] == "sqlite":
        path = Machine(directory / "machine").locate(SQLITE_FILE)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)
    elif dsn is None:
        raise SimulationError(sentence("The ODBC connection string (dsn) of the PostgreSQL database is needed."))
    else:
        run_statement(dsn, statement)
    return str(truth["identity"]["changed_serial"])

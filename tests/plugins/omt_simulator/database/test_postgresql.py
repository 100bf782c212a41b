"""The same installation on PostgreSQL, through ODBC."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import pytest

from omt_simulator import SimulationError, SimulationSpec, change_licence, generate
from omt_simulator.machine import Machine
from tests.postgresql import private_postgresql

pyodbc = pytest.importorskip("pyodbc", exc_type=ImportError, reason="libodbc is not installed (Debian: unixodbc)")
pytestmark = [pytest.mark.postgresql, pytest.mark.odbc]

SIZE = {"users": 6, "documents": 30}


@pytest.fixture(scope="module")
def server():
    with TemporaryDirectory() as directory, private_postgresql(Path(directory) / "cluster") as running:
        yield running


@pytest.fixture(scope="module")
def dsn(server):
    server.create_database("crm")
    return server.odbc_string("crm")


@pytest.fixture(scope="module")
def simulation(dsn, tmp_path_factory):
    spec = SimulationSpec(**SIZE, dbms="postgresql", dsn=dsn, plants={"licence-change": 1, "hostile-name": 12})
    return generate(tmp_path_factory.mktemp("postgresql"), spec)


def rows(dsn, sql):
    with closing(pyodbc.connect(dsn)) as connection:
        return [tuple(row) for row in connection.execute(sql).fetchall()]


def test_it_has_the_same_rows_as_on_sqlite(simulation, dsn, tmp_path):
    other = generate(tmp_path, SimulationSpec(**SIZE, plants={"licence-change": 1, "hostile-name": 12}))
    assert simulation.truth["counts"]["rows"] == other.truth["counts"]["rows"]
    sql = "SELECT d.name, a.name FROM {0}document d JOIN {0}appointment p ON p.appointment_id = d.appointment_id JOIN"
    sql += " {0}associate a ON a.associate_id = p.associate_id ORDER BY d.document_id"
    with closing(sqlite3.connect(other.machine / "C/SuperOffice/Data/crm.sqlite")) as connection:
        expected = connection.execute(sql.format("")).fetchall()
    assert rows(dsn, sql.format("crm7.")) == expected


def test_tables_are_found_by_a_plain_lower_case_name(simulation, dsn):
    sql = (
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'crm7' AND table_name = lower(table_name)"
    )
    assert rows(dsn, sql) == [(simulation.truth["counts"]["tables"],)]


def test_odd_values_arrive_unchanged(simulation, dsn):
    found = rows(dsn, "SELECT x_bought, x_price, x_counter, x_image FROM crm7.y_equipment ORDER BY id LIMIT 8")
    assert found[0] == (None, None, None, None)
    assert found[1][:2] == (datetime.fromisoformat("1760-01-01"), Decimal(0))
    assert found[2][0] == datetime.fromisoformat("9999-12-31T23:59:59")
    assert found[3][3] == b"\x00\x01\x00\xff\x00"
    assert (found[4][2], found[5][2]) == (2**63 - 1, -(2**63))


def test_the_installations_files_name_the_database(simulation, server):
    machine = Machine(simulation.machine)
    registry = (simulation.machine / "registry.reg").read_text(encoding="utf-16")
    assert f'"Port"="{server.port}"' in registry
    assert '"Database"="crm"' in registry
    root = ET.fromstring(machine.locate(r"C:\SuperOffice\SuperOffice Web\web.config").read_bytes())
    pairs = {entry.get("key"): entry.get("value") for entry in root.iter("add")}
    assert (pairs["DatabaseMajor"], pairs["DBUser"], pairs["DBPassword"]) == ("PostgreSQL", "crm7", "hemmelig;{1}")
    assert "hemmelig" not in (simulation.directory / "truth.json").read_text(encoding="utf-8")


def test_building_again_replaces_the_simulation(dsn, simulation, tmp_path):
    again = generate(
        tmp_path, SimulationSpec(users=2, documents=3, dbms="postgresql", dsn=dsn, plants={"licence-change": 1})
    )
    assert rows(dsn, "SELECT count(*) FROM crm7.document") == [(3,)]
    with pytest.raises(SimulationError, match="connection string"):
        change_licence(tmp_path)
    changed = change_licence(tmp_path, dsn)
    assert rows(dsn, "SELECT serialno FROM crm7.company") == [(changed,)] != [(again.truth["identity"]["serial"],)]


def test_a_schema_of_somebody_else_is_left_alone(server, tmp_path):
    server.create_database("others")
    other = server.odbc_string("others")
    with closing(pyodbc.connect(other)) as connection:
        connection.execute("CREATE SCHEMA crm7")
        connection.commit()
    with pytest.raises(SimulationError, match="not a simulation"):
        generate(tmp_path, SimulationSpec(**SIZE, dbms="postgresql", dsn=other))


def test_a_database_that_cannot_be_reached_is_an_error_for_people(server, tmp_path):
    with pytest.raises(SimulationError, match="cannot be reached"):
        generate(tmp_path, SimulationSpec(**SIZE, dbms="postgresql", dsn=server.odbc_string("nowhere")))


def test_a_database_that_lacks_letters_of_the_names_is_refused(server, tmp_path):
    server.create_database("latin", "LATIN1")
    with pytest.raises(SimulationError, match="text in LATIN1"):
        generate(tmp_path, SimulationSpec(**SIZE, dbms="postgresql", dsn=server.odbc_string("latin")))


def test_what_the_server_refuses_is_told(server, tmp_path):
    server.create_database("closed")
    dsn = server.odbc_string("closed")
    with closing(pyodbc.connect(dsn, autocommit=True)) as connection:
        connection.execute("ALTER DATABASE closed SET default_transaction_read_only = on")
    with pytest.raises(SimulationError, match=r"refuses the simulation.*read-only transaction"):
        generate(tmp_path, SimulationSpec(**SIZE, dbms="postgresql", dsn=dsn))

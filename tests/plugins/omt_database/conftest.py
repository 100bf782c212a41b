"""The same tests on every database system that can be had: SQLite by both drivers, PostgreSQL."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from omt_simulator import SimulationSpec, generate
from tests.plugins.omt_database.engines import ENGINES, postgresql_engine, require_sqlite_odbc, sqlite_engine
from tests.postgresql import LOGIN, PASSWORD, private_postgresql

_NUMBERS = count()


@pytest.fixture(scope="session")
def postgresql_server():
    with TemporaryDirectory() as directory, private_postgresql(Path(directory) / "cluster") as running:
        yield running


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path):
    """An empty database."""
    return _empty_database(request, tmp_path, "UTF8")


@pytest.fixture(params=ENGINES)
def engine_of_any_bytes(request, tmp_path):
    """An empty database that keeps whatever bytes it is given as text."""
    return _empty_database(request, tmp_path, "SQL_ASCII")


@pytest.fixture
def engine_of_latin_1(request, tmp_path, postgresql_server):
    """An empty database on a server whose text has other bytes than that of its driver."""
    request.param = "postgresql"
    return _empty_database(request, tmp_path, "LATIN1")


@pytest.fixture
def engine_on_postgresql(request, tmp_path, postgresql_server):
    """An empty database on PostgreSQL."""
    request.param = "postgresql"
    return _empty_database(request, tmp_path, "UTF8")


def _empty_database(request, folder, encoding):
    if request.param != "postgresql":
        if request.param == "sqlite-odbc":
            require_sqlite_odbc()
        return sqlite_engine(request.param, folder / "crm.sqlite")
    server = request.getfixturevalue("postgresql_server")
    name = f"database_{next(_NUMBERS)}"
    server.create_database(name, encoding)
    return postgresql_engine(
        server.odbc_string(name), server=f"127.0.0.1:{server.port}", database=name, user=LOGIN, password=PASSWORD
    )


@pytest.fixture(scope="session")
def simulation(tmp_path_factory):
    return generate(tmp_path_factory.mktemp("simulation"), SimulationSpec(users=30, documents=40))


@pytest.fixture
def simulated(simulation):
    """The simulated CRM, by the stdlib's driver; must not be written to."""
    return sqlite_engine("sqlite", simulation.machine / "C/SuperOffice/Data/crm.sqlite")

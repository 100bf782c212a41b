from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

import omt_simulator
from omt_auth import AuthPlugin, AuthSettings
from omt_core.api.calls import Authenticate
from omt_core.api.events import Event
from omt_core.api.installation import DatabaseLocation, Installation
from omt_core.api.users import LoginOutcome, LoginResult
from omt_database.drivers.sqlite import StdlibSqliteDriver
from omt_database.source import CrmDatabase
from omt_simulator.installation.connection import SQLITE_FILE
from omt_simulator.machine import Machine


class Surroundings:
    workspace: Path | None = None

    def emit(self, event: Event) -> None:
        raise AssertionError(event)


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> omt_simulator.Simulation:
    spec = omt_simulator.SimulationSpec(users=12, documents=4)
    return omt_simulator.generate(tmp_path_factory.mktemp("simulation"), spec)


def log_on(simulation: omt_simulator.Simulation, user: str, password: str) -> LoginResult:
    path = Machine(simulation.machine).locate(SQLITE_FILE)

    async def asked() -> LoginResult:
        database = await CrmDatabase.open(StdlibSqliteDriver(path, login_timeout=5))
        try:
            installation = Installation(
                database=DatabaseLocation(dbms="sqlite"), web_services=("http://crm.nordlys.example.com/SuperOffice",)
            )
            call = Authenticate(
                installation=installation,
                database=database,
                user=user,
                password=SecretStr(password),
                run=Surroundings(),
            )
            return await AuthPlugin(AuthSettings()).authenticate(call)
        finally:
            await database.aclose()

    return anyio.run(asked)


def test_every_simulated_user_is_told_what_they_are(simulation: omt_simulator.Simulation) -> None:
    for user in simulation.truth["users"]:
        result = log_on(simulation, user["login"], user["password"])
        if user["retired"]:
            assert result.outcome is LoginOutcome.RETIRED, user
        elif user["administrator"]:
            assert result.outcome is LoginOutcome.ACCEPTED, user
        else:
            assert result.outcome is LoginOutcome.NOT_ADMINISTRATOR, user


def test_the_password_beside_the_answers_logs_on(simulation: omt_simulator.Simulation) -> None:
    password = (simulation.directory / "password.txt").read_text(encoding="utf-8").strip()
    result = log_on(simulation, "hh", password)
    assert result.administrator is not None
    path = Machine(simulation.machine).locate(SQLITE_FILE)
    with closing(sqlite3.connect(path)) as connection:
        (first,) = connection.execute(
            "SELECT e.email_address FROM email e JOIN associate a ON a.person_id = e.person_id"
            " WHERE a.name = 'HH' ORDER BY e.rank"
        ).fetchone()
    assert result.administrator.emails[0] == first
    assert log_on(simulation, "HH", password + " ").outcome is LoginOutcome.WRONG_CREDENTIALS

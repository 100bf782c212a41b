"""Simulated installations, and what all rules say of them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from omt_checks.plugin import ChecksPlugin
from omt_checks.settings import ChecksSettings
from omt_core.api.calls import ValidateInstallation, ValidateUserNames, ValidateUsers
from omt_core.api.events import Event
from omt_core.api.findings import Finding
from omt_core.api.installation import DatabaseLocation, Installation
from omt_database.drivers.sqlite import StdlibSqliteDriver
from omt_database.licence import read_licence
from omt_database.source import CrmDatabase
from omt_database.users import read_users
from omt_simulator import SimulationSpec, generate
from omt_simulator.installation.connection import SQLITE_FILE
from omt_simulator.machine import Machine


class Surroundings:
    """A run without a workspace whose events nobody hears."""

    workspace = None

    def emit(self, event: Event) -> None:
        """Do nothing."""


class Site:
    """A database and what truth.json says of it."""

    def __init__(self, file: Path, truth: Mapping[str, Any]) -> None:
        self.file = file
        self.truth = truth

    def subjects(self, slug: str) -> list[str]:
        """What truth.json names for a plant."""
        return sorted(subject for item in self.truth["plants"][slug]["items"] for subject in item["subjects"])

    async def findings(
        self, settings: ChecksSettings | None = None, *, in_snapshot: bool = False
    ) -> Mapping[str, Finding]:
        """What the plugin finds, by code."""
        plugin = ChecksPlugin(settings or ChecksSettings())
        database = await CrmDatabase.open(StdlibSqliteDriver(self.file, login_timeout=5))
        try:
            users = await read_users(database)
            found: Sequence[Finding] = [
                *await plugin.validate_installation(
                    ValidateInstallation(
                        installation=Installation(database=DatabaseLocation(dbms="sqlite")),
                        database=database,
                        licence=await read_licence(database),
                        run=Surroundings(),
                        in_snapshot=in_snapshot,
                    )
                ),
                *await plugin.validate_users(ValidateUsers(database=database, users=users, run=Surroundings())),
                *await plugin.validate_user_names(
                    ValidateUserNames(
                        users=users, plans={}, user_names={}, removed_addresses=(), online=None, run=Surroundings()
                    )
                ),
            ]
        finally:
            await database.aclose()
        assert len({finding.code for finding in found}) == len(found)
        return {finding.code: finding for finding in found}


def _built(folder: Path, plants: Mapping[str, int]) -> Site:
    simulation = generate(folder / "site", SimulationSpec(users=16, documents=20, plants=plants))
    return Site(Machine(simulation.machine).locate(SQLITE_FILE), simulation.truth)


@pytest.fixture(scope="session")
def clean_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An installation in which nothing is wrong. Not to be changed."""
    return _built(tmp_path_factory.mktemp("clean"), {})


@pytest.fixture(scope="session")
def planted_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An installation in which everything is wrong that a check can find. Not to be changed."""
    users = {"duplicate-email": 2, "invalid-email": 3, "no-email": 2, "on-travel": 2}
    others = {"satellite": 2, "sentry-addon": 2, "model-table-missing": 3}
    return _built(tmp_path_factory.mktemp("planted"), users | others)


@pytest.fixture
def edited(clean_site: Site, tmp_path: Path) -> Callable[..., Site]:
    """Makes a copy of the clean database in which statements were run; each may come with its parameters."""

    def edit(*statements: str | tuple[str, Sequence[object]]) -> Site:
        file = tmp_path / "crm.sqlite"
        shutil.copyfile(clean_site.file, file)
        connection = sqlite3.connect(file)
        for statement in statements:
            text, parameters = (statement, ()) if isinstance(statement, str) else statement
            connection.execute(text, parameters)
        connection.commit()
        connection.close()
        return Site(file, clean_site.truth)

    return edit

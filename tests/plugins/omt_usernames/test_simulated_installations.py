"""What is planted about user names is found through the plugin that reads the database, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from omt_core.api.calls import ListRemovedAddresses, OpenSourceDatabase, ProposeUserNames, ReadUsers, ValidateUserNames
from omt_core.api.events import Event
from omt_core.api.installation import DatabaseLocation, Installation
from omt_database import DatabasePlugin
from omt_database.settings import DatabaseSettings
from omt_simulator import SimulationSpec, generate
from omt_simulator.installation.connection import SQLITE_FILE
from omt_simulator.machine import Machine
from omt_usernames import UserNamesPlugin, UserNamesSettings

PLANTS = {"duplicate-email": 2, "invalid-email": 3, "no-email": 2, "email-on-other-card": 4}


class Surroundings:
    workspace: Path | None = None

    def emit(self, event: Event) -> None:
        raise AssertionError(event)


async def checked(file: Path) -> dict[str, list[tuple[str, ...]]]:
    """Give everybody a plan and the proposed name, and return the subjects of all findings by code."""
    run = Surroundings()
    reader = DatabasePlugin(DatabaseSettings(sqlite_driver="stdlib"))
    installation = Installation(database=DatabaseLocation(dbms="sqlite", database=str(file)))
    database = await reader.open_source_database(OpenSourceDatabase(installation=installation, run=run))
    try:
        users = await reader.read_users(ReadUsers(database=database, run=run))
        plugin, plans = UserNamesPlugin(UserNamesSettings()), {user.login: "Sales" for user in users}
        proposed = await plugin.propose_user_names(ProposeUserNames(users=users, plans=plans, run=run))
        names = {proposal.login: proposal.value for proposal in proposed if proposal.value is not None}
        removed = await plugin.list_removed_addresses(
            ListRemovedAddresses(database=database, users=users, user_names=names, run=run)
        )
        found = await plugin.validate_user_names(
            ValidateUserNames(
                users=users, plans=plans, user_names=names, removed_addresses=removed, online=None, run=run
            )
        )
    finally:
        await database.aclose()
    by_code: dict[str, list[tuple[str, ...]]] = {}
    for finding in found:
        by_code.setdefault(finding.code, []).append(finding.subjects)
    return by_code


def planted(truth: Any, slug: str) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(item["subjects"])) for item in truth["plants"][slug]["items"])


@pytest.mark.parametrize("plants", [{}, PLANTS])
def test_all_that_is_planted_is_found_and_nothing_is_invented(tmp_path: Path, plants: dict[str, int]) -> None:
    simulation = generate(tmp_path, SimulationSpec(users=20, documents=5, plants=plants))
    found = anyio.run(checked, Machine(simulation.machine).locate(SQLITE_FILE))
    assert found.pop("user-names-not-checked-online") == [()]
    if not plants:
        assert found == {}
        return
    truth = simulation.truth
    assert sorted(found.pop("user-name-duplicate")) == planted(truth, "duplicate-email")
    # An address that is refused is not proposed, so both are users without a name.
    nameless = planted(truth, "invalid-email") + planted(truth, "no-email")
    assert sorted(found.pop("user-name-missing")) == sorted(nameless)
    assert found.pop("addresses-removed-online") == [
        tuple(sorted(subject for subjects in planted(truth, "email-on-other-card") for subject in subjects))
    ]
    assert found == {}

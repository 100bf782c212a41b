"""What is planted about plans is found through the plugin that reads the database, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from omt_core.api.calls import OpenSourceDatabase, ProposePlans, ReadUsers, ValidatePlans
from omt_core.api.events import Event
from omt_core.api.installation import DatabaseLocation, Installation
from omt_core.api.plugin import PluginSettings
from omt_core.api.users import User, UserPlan
from omt_database import DatabasePlugin
from omt_database.settings import DatabaseSettings
from omt_plans import PlansPlugin
from omt_simulator import SimulationSpec, generate
from omt_simulator.installation.connection import SQLITE_FILE
from omt_simulator.machine import Machine


class Surroundings:
    workspace: Path | None = None

    def emit(self, event: Event) -> None:
        raise AssertionError(event)


async def users_of(file: Path) -> list[User]:
    reader, run = DatabasePlugin(DatabaseSettings(sqlite_driver="stdlib")), Surroundings()
    installation = Installation(database=DatabaseLocation(dbms="sqlite", database=str(file)))
    database = await reader.open_source_database(OpenSourceDatabase(installation=installation, run=run))
    try:
        return list(await reader.read_users(ReadUsers(database=database, run=run)))
    finally:
        await database.aclose()


async def checked(users: list[User], catalogue: list[UserPlan]) -> dict[str, tuple[str, ...]]:
    plugin, run = PlansPlugin(PluginSettings()), Surroundings()
    proposed = await plugin.propose_plans(ProposePlans(users=users, catalogue=catalogue, default="match", run=run))
    plans = {proposal.login: proposal.value for proposal in proposed if proposal.value is not None}
    found = await plugin.validate_plans(ValidatePlans(users=users, plans=plans, catalogue=catalogue, run=run))
    return {finding.code: finding.subjects for finding in found}


@pytest.fixture
def simulated(tmp_path: Path) -> Any:
    def simulate(**plants: int) -> tuple[list[User], Any]:
        spec = SimulationSpec(users=20, documents=5, plants={slug.replace("_", "-"): n for slug, n in plants.items()})
        simulation = generate(tmp_path, spec)
        return anyio.run(users_of, Machine(simulation.machine).locate(SQLITE_FILE)), simulation.truth

    return simulate


def seats_for(users: list[User], spare: int) -> list[UserPlan]:
    names = [user.onsite_plan for user in users if user.onsite_plan is not None]
    return [UserPlan(name=name.upper(), total=names.count(name) + spare) for name in sorted(set(names))]


def test_with_enough_seats_all_who_have_a_plan_on_site_get_it(simulated: Any) -> None:
    users, _ = simulated()
    assert set(anyio.run(checked, users, seats_for(users, 0))) <= {"user-without-plan"}


def test_administrators_without_a_plan_on_site_are_noticed(simulated: Any) -> None:
    users, truth = simulated(no_admin_plan=1)
    found = anyio.run(checked, users, seats_for(users, 0))
    (planted,) = truth["plants"]["no-admin-plan"]["items"]
    assert found["no-administrator-with-plan"] == tuple(sorted(planted["subjects"]))


def test_seats_that_are_too_few_are_named_with_the_plan_and_not_over_booked(simulated: Any) -> None:
    users, truth = simulated(over_plan=2)
    planted = truth["plants"]["over-plan"]["items"][0]
    offered = (entry.rpartition(":") for entry in planted["tenant_plans"].split(","))
    catalogue = [UserPlan(name=name, total=int(total)) for name, _, total in offered]
    found = anyio.run(checked, users, catalogue)
    assert planted["plan"] in found["plan-full"]
    assert len(set(found["plan-full"]) & set(planted["logins"])) == 2
    assert "plan-overbooked" not in found


def test_a_module_of_a_partner_that_is_called_like_a_plan_is_none(simulated: Any) -> None:
    users, truth = simulated(partner_module=4)
    read = {user.login: (user.onsite_plan, user.confidential_activities) for user in users}
    planted = truth["plants"]["partner-module"]["items"]
    assert {item["plan"] for item in planted} == {None, "ten-salesservicemarketing"}
    assert {item["login"]: (item["plan"], item["confidential"]) for item in planted}.items() <= read.items()
    assert {user["login"]: user["plan"] for user in truth["users"] if not user["retired"]} == {
        login: plan for login, (plan, _) in read.items()
    }

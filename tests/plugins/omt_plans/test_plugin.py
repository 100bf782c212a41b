from __future__ import annotations

from pathlib import Path

import anyio

from omt_core.api.calls import ProposePlans, ValidatePlans
from omt_core.api.events import Event
from omt_core.api.plugin import PluginSettings
from omt_core.api.users import User, UserPlan
from omt_plans import PlansPlugin


class Surroundings:
    workspace: Path | None = None

    def emit(self, event: Event) -> None:
        raise AssertionError(event)


USERS = [User(id=1, login="HH", full_name="", person_id=1, administrator=True, onsite_plan="sales")]
CATALOGUE = [UserPlan(name="Sales", total=1)]


def test_proposals_come_through_the_hook() -> None:
    call = ProposePlans(users=USERS, catalogue=CATALOGUE, default="match", run=Surroundings())
    (proposal,) = anyio.run(PlansPlugin(PluginSettings()).propose_plans, call)
    assert (proposal.login, proposal.value) == ("HH", "Sales")


def test_every_finding_of_the_hook_has_a_code_that_the_plugin_declares() -> None:
    plugin = PlansPlugin(PluginSettings())
    call = ValidatePlans(users=USERS, plans={"XX": "Big"}, catalogue=CATALOGUE, run=Surroundings())
    found = anyio.run(plugin.validate_plans, call)
    assert {finding.code for finding in found} == {
        "plan-for-unknown-login", "plan-unknown", "no-administrator-with-plan", "user-without-plan",
    }  # fmt: skip
    assert {finding.code for finding in found} <= {code.code for code in plugin.add_finding_codes()}
    assert {finding.plugin for finding in found} == {"plans"}

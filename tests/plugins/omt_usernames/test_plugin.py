from __future__ import annotations

from pathlib import Path

import anyio

from omt_core.api.calls import ProposeUserNames, ValidateUserNames
from omt_core.api.events import Event
from omt_core.api.users import OtherAddress, User
from omt_usernames import UserNamesPlugin, UserNamesSettings


class Surroundings:
    workspace: Path | None = None

    def emit(self, event: Event) -> None:
        raise AssertionError(event)


USERS = [User(id=n, login=login, full_name="", person_id=n, emails=("x@example.com",)) for n, login in enumerate("ABC")]
PLUGIN = UserNamesPlugin(UserNamesSettings())


def test_proposals_come_through_the_hook() -> None:
    call = ProposeUserNames(users=USERS, plans={"A": "Sales"}, run=Surroundings())
    assert [(p.login, p.value) for p in anyio.run(PLUGIN.propose_user_names, call)] == [("A", "x@example.com")]


def test_every_finding_of_the_hook_has_a_code_that_the_plugin_declares() -> None:
    call = ValidateUserNames(
        users=USERS,
        plans={"A": "Sales", "B": "Sales"},
        user_names={"A": "x", "B": "X", "C": "c@example.com", "D": "d@example.com"},
        removed_addresses=[OtherAddress(email_id=1, person_id=1, full_name="", address="x")],
        online=None,
        run=Surroundings(),
    )
    found = anyio.run(PLUGIN.validate_user_names, call)
    assert {finding.code for finding in found} == {
        "user-name-invalid", "user-name-duplicate", "user-name-without-plan", "user-name-for-unknown-login",
        "user-names-not-checked-online", "addresses-removed-online",
    }  # fmt: skip
    assert {finding.code for finding in found} <= {code.code for code in PLUGIN.add_finding_codes()}
    assert {finding.plugin for finding in found} == {"usernames"}

from __future__ import annotations

import logging
from functools import partial

import pytest

from omt_auth import AuthPlugin, AuthSettings
from omt_auth.login import log_on
from omt_auth.verification import WRONG, Verdict, Verification, undecided
from omt_core.api.users import Administrator, LoginOutcome, LoginResult


class Fixed:
    def __init__(self, verification: Verification) -> None:
        self.name = "fixed"
        self.verification = verification
        self.asked = 0

    async def verify(self, call: object) -> Verification:
        self.asked += 1
        return self.verification


def with_verifiers(chosen: str = "auto", **verifiers: Verification):
    return partial(
        log_on, verifiers={name: Fixed(verification) for name, verification in verifiers.items()}, chosen=chosen
    )


def confirmed(associate_id: int, *rights: str) -> Verification:
    return Verification(
        verdict=Verdict.CONFIRMED, associate_id=associate_id, rights=frozenset(rights) if rights else None
    )


def test_an_administrator_is_told_with_addresses_by_rank_and_numbers_to_call(crm) -> None:
    result = crm.ask(with_verifiers("netserver", netserver=confirmed(1)), "æø")
    assert result == LoginResult(
        outcome=LoginOutcome.ACCEPTED,
        administrator=Administrator(
            login="ÆØ", full_name="Åse Ørn", right="admin-all",
            emails=("first@example.com", "second@example.com"), phones=("+47 1", "+47 2"),
        ),
        verifier="netserver",
    )  # fmt: skip


def test_a_user_administrator_is_an_administrator(crm) -> None:
    result = crm.ask(with_verifiers("netserver", netserver=confirmed(2)), "UA")
    assert (result.administrator.right, result.administrator.full_name) == ("admin-users", "Una B. Dahl")
    assert result.administrator.emails == ("una@example.com",)


@pytest.mark.parametrize(
    ("associate", "outcome"),
    [
        (3, LoginOutcome.RETIRED),
        (4, LoginOutcome.NOT_ADMINISTRATOR),
        (5, LoginOutcome.NOT_ADMINISTRATOR),
        (99, LoginOutcome.WRONG_CREDENTIALS),
    ],
)
def test_other_users_are_refused_each_for_its_reason(crm, associate: int, outcome: LoginOutcome) -> None:
    result = crm.ask(with_verifiers("netserver", netserver=confirmed(associate)), "x")
    assert (result.outcome, result.administrator) == (outcome, None)


def test_rights_that_the_product_reports_count_instead_of_the_rows(crm) -> None:
    assert (
        crm.ask(with_verifiers("netserver", netserver=confirmed(4, "Admin-Users")), "NO").outcome
        is LoginOutcome.ACCEPTED
    )
    refused = crm.ask(with_verifiers("netserver", netserver=confirmed(1, "admin-lists")), "ÆØ")
    assert refused.outcome is LoginOutcome.NOT_ADMINISTRATOR


def test_a_wrong_password_is_the_end_whatever_other_verifiers_say(crm) -> None:
    result = crm.ask(with_verifiers(netserver=WRONG, windows=confirmed(1)), "ÆØ")
    assert (result.outcome, result.verifier) == (LoginOutcome.WRONG_CREDENTIALS, "netserver")


def test_the_next_verifier_is_asked_when_one_cannot_tell(crm) -> None:
    result = crm.ask(with_verifiers(netserver=undecided("down"), windows=confirmed(1)), "ÆØ")
    assert (result.outcome, result.verifier) == (LoginOutcome.ACCEPTED, "windows")


def test_when_none_can_tell_the_reasons_are_told(crm) -> None:
    result = crm.ask(with_verifiers(netserver=undecided("down"), windows=undecided("no Windows")), "ÆØ")
    assert (result.outcome, result.detail) == (LoginOutcome.NO_VERIFIER, "netserver: down; windows: no Windows")


def test_a_simulated_installation_is_never_asked_over_the_network(crm) -> None:
    crm.add_password(1, "ÆØ")
    result = crm.ask(with_verifiers(netserver=WRONG, windows=WRONG, simulated=confirmed(1)), "ÆØ")
    assert result.verifier == "simulated"


def test_nobody_learns_of_a_retired_user_without_the_password(crm) -> None:
    crm.add_password(3, "RT")
    plugin = AuthPlugin(AuthSettings())
    assert crm.ask(plugin.authenticate, "RT").outcome is LoginOutcome.RETIRED
    wrong = crm.ask(plugin.authenticate, "RT", "another")
    unknown = crm.ask(plugin.authenticate, "NOBODY", "another")
    assert wrong == unknown == LoginResult(outcome=LoginOutcome.WRONG_CREDENTIALS, verifier="simulated")


def test_no_password_is_in_a_result_a_representation_or_a_log(crm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    crm.add_password(1, "ÆØ")
    plugin = AuthPlugin(AuthSettings())
    shown = [repr(crm.ask(plugin.authenticate, "ÆØ", password)) for password in ("planted-right", "planted-wrong")]
    assert "planted" not in "".join((*shown, caplog.text, repr(vars(plugin))))


def test_a_right_with_a_required_module_needs_its_licence(crm) -> None:
    crm.run("UPDATE functionright SET requiredModule = 'Replication' WHERE FunctionRight_id = 2")
    ask = with_verifiers("netserver", netserver=confirmed(2))
    assert crm.ask(ask, "UA").outcome is LoginOutcome.NOT_ADMINISTRATOR
    crm.add("modulelicense", (1, "replication", 3))
    assert crm.ask(ask, "UA").outcome is LoginOutcome.NOT_ADMINISTRATOR
    crm.add("licenseassoclink", (1, 1, 2))
    assert crm.ask(ask, "UA").outcome is LoginOutcome.ACCEPTED


def test_a_site_licence_needs_no_assignment(crm) -> None:
    crm.run("UPDATE functionright SET requiredModule = 'replication' WHERE FunctionRight_id = 2")
    crm.add("modulelicense", (1, "replication", 1))
    assert crm.ask(with_verifiers("netserver", netserver=confirmed(2)), "UA").outcome is LoginOutcome.ACCEPTED


def test_without_licence_tables_a_required_module_is_not_licensed(crm) -> None:
    crm.run("UPDATE functionright SET requiredModule = 'replication' WHERE FunctionRight_id = 2")
    crm.run("DROP TABLE licenseassoclink")
    assert crm.ask(with_verifiers("netserver", netserver=confirmed(2)), "UA").outcome is LoginOutcome.NOT_ADMINISTRATOR

"""Each rule about users, on users made by hand."""

from __future__ import annotations

import pytest

from omt_checks.rules import duplicate_addresses, unlicensed_users, unusable_addresses
from omt_checks.settings import ChecksSettings
from omt_core.api.calls import ValidateUserNames, ValidateUsers
from omt_core.api.users import User

pytestmark = pytest.mark.anyio


def user(login, *emails, plan=None):
    return User(id=len(login), login=login, full_name=login, person_id=1, emails=emails, onsite_plan=plan)


async def found(module, *users):
    call = ValidateUsers(database=None, users=users, run=None)
    return {one.code: list(one.subjects) for one in await module.RULE.check(call, ChecksSettings())}


async def shared(*users, plans=(), **user_names):
    call = ValidateUserNames(
        users=users, plans=dict.fromkeys(plans, "p"), user_names=user_names, removed_addresses=(), online=None, run=None
    )
    told = await duplicate_addresses.RULE.check(call, ChecksSettings())
    return {one.severity.value: list(one.subjects) for one in told}


async def test_addresses_are_compared_trimmed_and_in_any_case():
    users = (user("A", "x@example.com "), user("B", "y@example.com", "X@EXAMPLE.COM"), user("C", "z@example.com"))
    assert await shared(*users) == {"warning": ["A", "B"]}


async def test_addresses_are_one_in_every_spelling_of_their_domain():
    users = (user("A", "x@bücher.example.com"), user("B", "X@xn--bcher-kva.example.com"))
    assert await shared(*users) == {"warning": ["A", "B"]}


async def test_an_address_in_common_warns_until_those_with_a_plan_have_different_user_names():
    users = (user("A", "x@example.com"), user("B", "x@example.com"), user("C", "x@example.com"))
    everybody = ["A", "B", "C"]
    assert await shared(*users, plans="AB", A="x@example.com") == {"warning": everybody}
    assert await shared(*users, plans="AB", A="x@example.com", B="X@example.com") == {"warning": everybody}
    assert await shared(*users, plans="AB", A="x@example.com", B="b@example.com") == {"info": everybody}
    assert await shared(*users, plans="A", A="x@example.com") == {"info": everybody}


async def test_one_user_may_have_an_address_twice():
    assert await shared(user("A", "x@example.com", "X@example.com")) == {}


async def test_blank_addresses_are_no_addresses():
    assert await shared(user("A", " "), user("B", " ")) == {}
    assert await found(unusable_addresses, user("A", " ")) == {"user-without-email": ["A"]}


async def test_a_default_address_that_is_not_valid_is_told_also_where_another_is_valid():
    assert await found(unusable_addresses, user("A", "a@example.com", "nonsense")) == {}
    assert await found(unusable_addresses, user("A", "nonsense", "a@example.com")) == {"user-email-invalid": ["A"]}
    call = ValidateUsers(database=None, users=(user("A", "x", "a@example.com"), user("B", "x")), run=None)
    (finding,) = await unusable_addresses.RULE.check(call, ChecksSettings())
    assert finding.message == (
        "Users without a valid e-mail address (1): B."
        " Users whose default address is not valid, while another is (1): A."
    )


async def test_no_valid_address_is_told():
    assert await found(unusable_addresses, user("A", "nonsense", "a@@example.com")) == {"user-email-invalid": ["A"]}


async def test_a_domain_with_national_letters_is_valid():
    assert await found(unusable_addresses, user("A", "post@blåbær.example.org")) == {}


async def test_users_without_plan_are_told_only_where_others_have_one():
    assert await found(unlicensed_users, user("A"), user("B", plan="p")) == {"user-without-licence": ["A"]}
    assert await found(unlicensed_users, user("A"), user("B")) == {}

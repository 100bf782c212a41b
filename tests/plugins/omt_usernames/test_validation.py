from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import anyio
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.findings import Finding, Severity
from omt_core.api.users import OtherAddress, User
from omt_usernames.settings import UserNamesSettings
from omt_usernames.validation import NAMES_PER_REQUEST, announced_removals, duplicates, taken_elsewhere, validate_names


def users(*logins: str) -> list[User]:
    return [User(id=n, login=login, full_name=login, person_id=n) for n, login in enumerate(logins)]


def validated(
    names: Mapping[str, str], *, without_plan: Sequence[str] = (), extra: Sequence[str] = ()
) -> list[Finding]:
    logins = sorted({*names, *extra})
    plans = {login: "Sales" for login in logins if login not in without_plan}
    return list(validate_names(users(*logins), plans, names, UserNamesSettings()))


class Online:
    """The part of an OnlineTarget that is asked."""

    def __init__(self, *taken: str) -> None:
        self.taken = frozenset(taken)
        self.requests: list[Sequence[str]] = []

    async def taken_user_names(self, names: Sequence[str]) -> frozenset[str]:
        self.requests.append(names)
        return frozenset(name for name in names if name in self.taken)


def asked(names: Mapping[str, str], online: Any) -> Sequence[Finding]:
    return anyio.run(taken_elsewhere, names, online)


def test_unique_valid_names_give_no_finding() -> None:
    assert validated({"HH": "lu@lu.li", "AB": "ab@example.com"}) == []


def test_a_duplicate_is_told_in_the_documented_form_and_names_both() -> None:
    (finding,) = validated({"HUH": "H@Example.com", "HH": "h@example.com "[:-1]})
    assert (finding.code, finding.severity, finding.subjects) == ("user-name-duplicate", Severity.ERROR, ("HH", "HUH"))
    assert finding.message == "HH: User name 'h@example.com' is also used by HUH."


def test_three_users_with_one_name_are_one_finding() -> None:
    (finding,) = validated(dict.fromkeys(("A", "B", "C"), "x@example.com"))
    assert finding.message == "A: User name 'x@example.com' is also used by B, C."


def test_a_user_with_a_plan_needs_a_name() -> None:
    (finding,) = validated({"HH": "  "})
    assert (finding.code, finding.severity, finding.subjects) == ("user-name-missing", Severity.ERROR, ("HH",))
    assert [f.code for f in validated({}, extra=("AB",))] == ["user-name-missing"]


def test_a_missing_name_comes_with_the_address_that_cannot_be_one() -> None:
    user = User(id=1, login="HH", full_name="", person_id=1, emails=("h@example",))
    (finding,) = validate_names([user], {"HH": "Sales"}, {}, UserNamesSettings())
    assert finding.message.startswith("HH: has a plan but no user name; the address 'h@example' cannot be one: ")


def test_a_name_that_is_no_address_is_refused_with_the_reason() -> None:
    (finding,) = validated({"HH": "h h@example.com"})
    assert (finding.code, finding.subjects) == ("user-name-invalid", ("HH",))
    assert finding.message.startswith("HH: 'h h@example.com' cannot be a user name: ")


def test_a_name_of_a_user_without_plan_is_a_warning_and_clashes_with_nobody() -> None:
    (finding,) = validated({"HH": "h@example.com", "AB": "h@example.com"}, without_plan=("AB",))
    assert (finding.code, finding.severity, finding.subjects) == ("user-name-without-plan", Severity.WARNING, ("AB",))


def test_a_name_for_a_login_that_no_user_has_is_an_error() -> None:
    (finding,) = validate_names(users(), {}, {"XX": "x@example.com"}, UserNamesSettings())
    assert (finding.code, finding.severity, finding.subjects) == (
        "user-name-for-unknown-login",
        Severity.ERROR,
        ("XX",),
    )


def test_an_empty_name_of_a_user_without_plan_is_nothing_to_talk_about() -> None:
    assert validated({"AB": ""}, without_plan=("AB",)) == []


ADDRESSES = st.sampled_from(
    [
        "a@example.com",
        "A@example.com",
        " a@example.com",
        "b@bücher.de",
        "b@XN--bcher-kva.de",
        "b@BÜCHER.de",
        "c@x.de",
        "",
    ]
)


@given(st.dictionaries(st.sampled_from("ABCDEFG"), ADDRESSES))
def test_duplicates_agree_with_comparing_each_with_each(names: dict[str, str]) -> None:
    same = [{"a@example.com", "A@example.com", " a@example.com"}, {"b@bücher.de", "b@XN--bcher-kva.de", "b@BÜCHER.de"}]
    classes = {name: next((n for n, known in enumerate(same) if name in known), name) for name in names.values()}
    pairs = {(a, b) for a in names for b in names if a != b and classes[names[a]] == classes[names[b]]}
    found = [finding.subjects for finding in duplicates(names)]
    assert {(a, b) for subjects in found for a in subjects for b in subjects if a != b} == pairs
    assert len({login for subjects in found for login in subjects}) == sum(map(len, found))


def test_names_taken_elsewhere_are_refused() -> None:
    online = Online("h@example.com")
    (finding,) = asked({"HH": "h@example.com", "AB": "ab@example.com"}, online)
    assert (finding.code, finding.severity, finding.subjects) == ("user-name-taken-elsewhere", Severity.ERROR, ("HH",))


def test_the_tenant_is_asked_in_batches() -> None:
    online = Online("u399@example.com")
    names = {f"U{n}": f"u{n}@example.com" for n in range(2 * NAMES_PER_REQUEST + 1)}
    assert [finding.subjects for finding in asked(names, online)] == [("U399",)]
    assert [len(request) for request in online.requests] == [NAMES_PER_REQUEST, NAMES_PER_REQUEST, 1]


def test_no_names_cost_no_request() -> None:
    online = Online()
    assert (asked({}, online), online.requests) == ((), [])


def test_without_a_tenant_it_is_said_that_nobody_was_asked() -> None:
    assert [finding.code for finding in asked({}, None)] == ["user-names-not-checked-online"]


def test_addresses_that_will_be_removed_are_listed_before_the_upload() -> None:
    row = OtherAddress(email_id=55, person_id=9, full_name="Per Hansen", address="H@example.com")
    (finding,) = announced_removals([row], users("H"))
    assert (finding.code, finding.severity, finding.subjects) == ("addresses-removed-online", Severity.WARNING, ("55",))
    assert finding.message == (
        "1 address on other persons' cards will be removed online: H@example.com of Per Hansen (row 55)."
    )
    assert list(announced_removals([], [])) == []


def test_a_long_list_of_removals_is_cut_in_the_message_and_whole_in_the_subjects() -> None:
    rows = [OtherAddress(email_id=n, person_id=n, full_name="P", address=f"{n}@example.com") for n in range(25)]
    (finding,) = announced_removals(rows, [])
    assert len(finding.subjects) == 25
    assert finding.message.endswith("(row 9) and 15 more.")


def test_whose_card_loses_an_address_is_told_when_it_is_a_users_and_whether_it_was_the_last() -> None:
    def card(login: str, person: int, *emails: str) -> User:
        return User(id=person, login=login, full_name=login, person_id=person, emails=emails)

    def row(number: int, person: int, address: str) -> OtherAddress:
        return OtherAddress(email_id=number, person_id=person, full_name=f"P{person}", address=address)

    removed = [row(1, 50, "a@example.com"), row(2, 2, "A@bücher.example.com"), row(3, 3, "a@example.com")]
    others = [card("BB", 2, "a@xn--bcher-kva.example.com"), card("CC", 3, "a@example.com", "c@example.com")]
    (finding,) = announced_removals(removed, [card("NN", 0), *others])
    assert finding.message == (
        "3 addresses on other persons' cards will be removed online:"
        " A@bücher.example.com of P2, who is the user BB and has no other address (row 2);"
        " a@example.com of P3, who is the user CC (row 3); a@example.com of P50 (row 1)."
    )

"""Who is who in two readings of the users, and how what was decided about them follows."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.users import User
from omt_core.engine.recheck.user_changes import UserChanges
from omt_core.testing.samples import sample_user

HH, NN, OO = sample_user("HH"), sample_user("NN"), sample_user("OO")
PLANS = {"HH": "sales", "NN": "service"}


def test_nothing_is_told_of_users_who_are_the_same() -> None:
    other = replace(HH, phones=("1",), group="Service", role="Manager", photo=5)
    changes = UserChanges.between([HH, NN], [NN, other])
    assert (changes.sentences(), changes.logins) == ([], ())
    assert changes.followed(PLANS) == PLANS


def test_who_was_renamed_keeps_what_was_decided_also_where_two_exchange_their_logins() -> None:
    changes = UserChanges.between([HH, NN], [replace(HH, login="NN"), replace(NN, login="HH")])
    assert changes.followed(PLANS) == changes.kept(PLANS) == {"NN": "sales", "HH": "service"}
    assert changes.sentences() == ["Renamed, and assigned what they had: HH (now NN), NN (now HH)."]
    assert changes.logins == ("HH", "NN")


def test_what_was_decided_about_who_left_is_not_used_and_kept_for_when_they_come_back() -> None:
    changes = UserChanges.between([HH, NN], [NN, OO])
    assert changes.followed(PLANS) == {"NN": "service"}
    assert changes.kept(PLANS) == PLANS
    assert changes.sentences() == [
        "New, and without a plan: OO.",
        "No users any more, so that nothing is assigned: HH.",
    ]
    assert changes.logins == ("HH", "OO")


def test_a_login_that_is_another_persons_gets_nothing_of_the_first() -> None:
    """The user name is the address of the one who left."""
    for other in (replace(HH, id=9, person_id=99), replace(HH, person_id=99)):
        changes = UserChanges.between([HH], [other])
        assert changes.followed(PLANS) == changes.kept({"HH": "sales"}) == {}
        assert changes.sentences() == ["The login is another person's now, who has no plan: HH."]


def test_an_account_that_was_made_anew_for_the_same_person_is_the_same_user() -> None:
    changes = UserChanges.between([HH], [replace(HH, id=9)])
    assert (changes.followed(PLANS), changes.sentences()) == ({"HH": "sales"}, [])
    of_nobody = [replace(HH, person_id=0), replace(HH, id=9, person_id=0)]
    assert UserChanges.between(of_nobody[:1], of_nobody[1:]).followed(PLANS) == {}


def test_addresses_rights_and_plans_on_site_are_told_by_name() -> None:
    now = [replace(HH, emails=("new@example.com",), administrator=False), replace(NN, administrator=True)]
    assert UserChanges.between([HH, NN, OO], [*now, replace(OO, onsite_plan=None)]).sentences() == [
        "With other e-mail addresses: HH.",
        "With another plan on site: OO.",
        "No administrators any more: HH.",
        "Administrators now: NN.",
    ]


def test_a_user_name_is_outdated_where_it_was_an_address_and_is_none_any_more() -> None:
    moved = replace(HH, login="HX", emails=("new@example.com", "hh2@example.com"))
    changes = UserChanges.between([replace(HH, emails=("hh@example.com", "hh2@example.com"))], [moved])
    assert changes.outdated({"HX": " HH@example.com"}) == {"HX"}
    for kept in ("hh2@example.com", "typed@example.com", "", "new@example.com"):
        assert changes.outdated({"HX": kept}) == frozenset()
    assert changes.outdated({}) == frozenset()


def test_ten_are_named_and_the_others_counted() -> None:
    users = [sample_user(f"U{number:02}", id=number, person_id=number) for number in range(1, 13)]
    (told,) = UserChanges.between([], users).sentences()
    assert told.endswith("U10 and 2 more.")


_USERS = st.lists(
    st.builds(
        User,
        id=st.integers(1, 4), login=st.sampled_from("ABC"), full_name=st.just(""), person_id=st.integers(0, 3),
        emails=st.sampled_from([(), ("a@example.com",)]),
    ),
    unique_by=(lambda user: user.id, lambda user: user.login),
)  # fmt: skip


@given(before=_USERS, now=_USERS)
def test_everybody_is_the_same_or_gone_or_come_and_nobody_gets_what_another_person_had(
    before: list[User], now: list[User]
) -> None:
    changes = UserChanges.between(before, now)
    met_before = [*changes.gone, *(old for old, _ in changes.same)]
    met_now = [*changes.come, *(new for _, new in changes.same)]
    assert sorted(user.id for user in before) == sorted(user.id for user in met_before)
    assert sorted(user.id for user in now) == sorted(user.id for user in met_now)
    people = {user.login: user.person_id for user in now}
    decided = {user.login: str(user.person_id) for user in before}
    assert all(str(people[login]) == person for login, person in changes.followed(decided).items())
    assert bool(changes.sentences()) == bool(changes.logins)

from __future__ import annotations

from omt_core.api.users import User
from omt_usernames.proposal import propose_user_names
from omt_usernames.settings import UserNamesSettings


def user(login: str, *emails: str) -> User:
    return User(id=1, login=login, full_name=login, person_id=1, emails=emails)


def proposed(users: list[User], plans: dict[str, str]) -> list[tuple[str, str | None, str]]:
    return [(p.login, p.value, p.reason) for p in propose_user_names(users, plans, UserNamesSettings())]


def test_the_default_address_is_proposed() -> None:
    assert proposed([user("HH", " h@example.com", "z@example.com")], {"HH": "Sales"}) == [
        ("HH", "h@example.com", "default address")
    ]


def test_an_invalid_default_gives_way_to_the_next_valid_one() -> None:
    assert proposed([user("HH", "h@example", "z@example.com")], {"HH": "Sales"}) == [
        ("HH", "z@example.com", "first valid address")
    ]


def test_nothing_is_invented_for_a_user_without_a_valid_address() -> None:
    assert proposed([user("AB", "x"), user("AA")], {"AA": "Sales", "AB": "Sales"}) == [
        ("AA", None, "has no address"),
        ("AB", None, "no address is valid"),
    ]


def test_users_without_a_plan_need_no_user_name() -> None:
    assert proposed([user("HH", "h@example.com")], {}) == []


def test_two_users_with_one_address_are_both_proposed_it() -> None:
    users = [user("HUH", "h@example.com"), user("HH", "h@example.com")]
    assert [row[:2] for row in proposed(users, {"HH": "Sales", "HUH": "Sales"})] == [
        ("HH", "h@example.com"),
        ("HUH", "h@example.com"),
    ]

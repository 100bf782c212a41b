from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from typing import Any

import anyio
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.users import OtherAddress, User
from omt_usernames.removal import removed_addresses


class Cards:
    """A source database of e-mail rows and persons, by sqlite3; notes how large its batches were."""

    def __init__(
        self, addresses: Sequence[tuple[int, int, str | None]], persons: Sequence[tuple[int, str]] = ()
    ) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("CREATE TABLE email (email_id, person_id, email_address)")
        self._connection.execute("CREATE TABLE person (person_id, firstname, middleName, lastname)")
        self._connection.executemany("INSERT INTO email VALUES (?, ?, ?)", addresses)
        self._connection.executemany("INSERT INTO person VALUES (?, ?, '', 'Hansen')", persons)
        self.queries = 0

    def close(self) -> None:
        self._connection.close()

    def table(self, name: str) -> str | None:
        return name

    async def batches(
        self, sql: str, parameters: Sequence[object] = (), *, size: int = 2
    ) -> AsyncIterator[Sequence[Any]]:
        self.queries += 1
        cursor = self._connection.execute(sql, parameters)
        while rows := cursor.fetchmany(size):
            yield rows
        self._connection.close()


def user(login: str, person: int) -> User:
    return User(id=person, login=login, full_name=login, person_id=person)


def removed(cards: Any, users: list[User], names: dict[str, str]) -> tuple[OtherAddress, ...]:
    return anyio.run(removed_addresses, cards, users, names)


def test_an_equal_address_on_another_card_is_listed_with_its_person() -> None:
    cards = Cards([(1, 10, "hh@example.com"), (2, 20, " HH@Example.com"), (3, 20, "p@example.com")], [(20, "Per")])
    assert removed(cards, [user("HH", 10)], {"HH": "hh@example.com"}) == (
        OtherAddress(email_id=2, person_id=20, full_name="Per Hansen", address=" HH@Example.com"),
    )


def test_the_own_card_keeps_the_address() -> None:
    cards = Cards([(1, 10, "hh@example.com"), (2, 10, "HH@EXAMPLE.com")])
    assert removed(cards, [user("HH", 10)], {"HH": "hh@example.com"}) == ()


def test_a_colleague_who_has_the_address_too_is_another_person() -> None:
    cards = Cards([(1, 10, "hh@example.com"), (2, 11, "hh@example.com")], [(11, "Anne")])
    users = [user("HH", 10), user("AB", 11)]
    assert [row.email_id for row in removed(cards, users, {"HH": "hh@example.com", "AB": "ab@example.com"})] == [2]


def test_two_logins_of_one_person_do_not_take_from_each_other() -> None:
    cards = Cards([(1, 10, "hh@example.com"), (2, 10, "h2@example.com")])
    assert removed(cards, [user("HH", 10), user("H2", 10)], {"HH": "hh@example.com", "H2": "h2@example.com"}) == ()


def test_rows_of_a_company_and_rows_without_an_address_are_left_alone() -> None:
    cards = Cards([(1, 0, "hh@example.com"), (2, 20, None), (3, 20, "")])
    assert removed(cards, [user("HH", 10)], {"HH": "hh@example.com"}) == ()


def test_an_address_whose_person_row_is_gone_is_still_listed() -> None:
    (row,) = removed(Cards([(1, 99, "hh@example.com")]), [user("HH", 10)], {"HH": "hh@example.com"})
    assert (row.email_id, row.full_name) == (1, "")


def test_any_number_of_users_costs_one_query_and_none_costs_none() -> None:
    cards = Cards([(n, n, f"{n}@example.com") for n in range(1, 50)])
    removed(cards, [user(f"U{n}", n) for n in range(30)], {f"U{n}": f"{n}@example.com" for n in range(30)})
    assert cards.queries == 1
    idle = Cards([])
    assert (removed(idle, [user("HH", 10)], {}), idle.queries) == ((), 0)
    idle.close()


ADDRESSES = st.sampled_from(["a@x.de", "A@X.DE ", "b@bücher.de", "b@xn--bcher-kva.de", "c@x.de"])
SAME = {"a@x.de": "a", "A@X.DE ": "a", "b@bücher.de": "b", "b@xn--bcher-kva.de": "b", "c@x.de": "c"}


@given(
    st.lists(st.tuples(st.integers(0, 5), ADDRESSES), max_size=12),
    st.dictionaries(st.integers(1, 5), ADDRESSES, max_size=4),
)
def test_the_list_agrees_with_a_naive_reading_of_the_rule(rows: list[tuple[int, str]], names: dict[int, str]) -> None:
    cards = Cards([(n, person, address) for n, (person, address) in enumerate(rows)])
    users = [user(f"U{person}", person) for person in range(1, 6)]
    found = removed(cards, users, {f"U{person}": name for person, name in names.items()})
    expected = [
        n
        for n, (person, address) in enumerate(rows)
        if person
        and any(SAME[name] == SAME[address] for name in names.values())
        and not any(SAME[name] == SAME[address] for owner, name in names.items() if owner == person)
    ]
    assert [row.email_id for row in found] == expected

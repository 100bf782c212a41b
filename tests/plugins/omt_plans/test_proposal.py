from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.users import User, UserPlan
from omt_plans.plan_names import folded
from omt_plans.proposal import propose_plans

NAMES = st.sampled_from(["SalesPREM", "salesprem", " ServicePREM ", "ServicePREM", "Straße", "STRASSE", "x"])
PLANS = st.lists(
    st.tuples(NAMES, st.integers(0, 5), st.integers(0, 6)).map(
        lambda plan: UserPlan(name=plan[0], total=plan[1], used=plan[2])
    ),
    unique_by=lambda plan: plan.name,
)
USERS = st.lists(
    st.builds(
        lambda login, plan, administrator: User(
            id=1, login=login, full_name="", person_id=1, onsite_plan=plan, administrator=administrator
        ),
        st.text("ABÅaz0", min_size=1, max_size=3),
        st.none() | NAMES,
        st.booleans(),
    ),
    unique_by=lambda user: user.login,
    max_size=25,
)
DEFAULTS = st.sampled_from(["match", "none"])


def user(login: str, plan: str | None = None, *, administrator: bool = False) -> User:
    return User(id=1, login=login, full_name=login, person_id=1, onsite_plan=plan, administrator=administrator)


def proposed(users: list[User], catalogue: list[UserPlan], default: str = "match") -> dict[str, str | None]:
    return {proposal.login: proposal.value for proposal in propose_plans(users, catalogue, default, {})}


def naive(users: list[User], catalogue: list[UserPlan]) -> dict[str, str | None]:
    """The rule W58 again, the slow way: for each plan, who wants it, in order, cut at its seats."""
    answer: dict[str, str | None] = {user.login: None for user in users}
    for plan in catalogue:
        twins = [other for other in catalogue if folded(other.name) == folded(plan.name)]
        spelt = {other.name for other in catalogue}
        wanting = [
            user
            for user in users
            if user.onsite_plan is not None
            and (
                user.onsite_plan == plan.name
                or (user.onsite_plan not in spelt and len(twins) == 1 and folded(user.onsite_plan) == folded(plan.name))
            )
        ]
        first = sorted(user.login for user in wanting if user.administrator)
        then = sorted(user.login for user in wanting if not user.administrator)
        for login in (first + then)[: max(plan.total - plan.used, 0)]:
            answer[login] = plan.name
    return answer


@given(USERS, PLANS)
def test_matching_agrees_with_a_naive_reading_of_the_rule(users: list[User], catalogue: list[UserPlan]) -> None:
    assert proposed(users, catalogue) == naive(users, catalogue)


@given(USERS, PLANS, st.sampled_from(["match", "none"]) | NAMES)
def test_no_proposal_over_books_a_plan(users: list[User], catalogue: list[UserPlan], default: str) -> None:
    given_out = Counter(value for value in proposed(users, catalogue, default).values() if value)
    for plan in catalogue:
        assert given_out[plan.name] <= max(plan.total - plan.used, 0)


@given(USERS, PLANS, DEFAULTS)
def test_every_proposed_plan_exists_online(users: list[User], catalogue: list[UserPlan], default: str) -> None:
    assert set(proposed(users, catalogue, default).values()) <= {None, *(plan.name for plan in catalogue)}


@given(USERS, PLANS, DEFAULTS, st.randoms(use_true_random=False))
def test_the_order_of_users_does_not_matter(
    users: list[User], catalogue: list[UserPlan], default: str, chance: random.Random
) -> None:
    shuffled = chance.sample(users, len(users))
    assert propose_plans(shuffled, catalogue, default, {}) == propose_plans(users, catalogue, default, {})


def test_administrators_get_the_last_seats_before_anyone_else() -> None:
    users = [user("AA", "sales"), user("BB", "sales"), user("ZZ", "sales", administrator=True)]
    assert proposed(users, [UserPlan(name="Sales", total=2)]) == {"AA": "Sales", "BB": None, "ZZ": "Sales"}


def test_the_default_none_proposes_no_plan() -> None:
    assert proposed([user("AA", "Sales")], [UserPlan(name="Sales", total=2)], "none") == {"AA": None}


def test_a_plan_named_as_default_goes_to_everybody_in_its_online_spelling() -> None:
    catalogue = [UserPlan(name="Sales", total=2), UserPlan(name="Service", total=2)]
    assert proposed([user("AA", "Service"), user("BB")], catalogue, " sales") == {"AA": "Sales", "BB": "Sales"}


def test_a_default_that_is_not_known_online_is_proposed_so_that_validation_names_it() -> None:
    assert proposed([user("AA")], [UserPlan(name="Sales", total=2)], "Slaes") == {"AA": "Slaes"}


def test_a_name_that_two_plans_could_mean_is_not_guessed() -> None:
    catalogue = [UserPlan(name="SALES", total=2), UserPlan(name="Sales", total=2)]
    assert proposed([user("AA", "sales"), user("BB", "Sales")], catalogue) == {"AA": None, "BB": "Sales"}


def test_every_proposal_says_why() -> None:
    users = [user("AA", "Sales"), user("BB", "Other"), user("CC"), user("DD", "Sales")]
    reasons = {p.login: p.reason for p in propose_plans(users, [UserPlan(name="Sales", total=1)], "match", {})}
    assert reasons == {
        "AA": "has 'Sales' on site",
        "BB": "no online plan is named like 'Other'",
        "CC": "has no plan on site",
        "DD": "no seat of 'Sales' is left online",
    }


def test_who_is_decided_about_gets_no_proposal_and_keeps_the_seat() -> None:
    users = [user("AA", plan="Sales"), user("BB", plan="Sales")]
    proposals = propose_plans(users, [UserPlan(name="Sales", total=1)], "match", {"BB": "Sales"})
    assert [(one.login, one.value) for one in proposals] == [("AA", None)]

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.findings import Finding, Severity
from omt_core.api.users import User, UserPlan
from omt_plans.proposal import propose_plans
from omt_plans.validation import validate_plans

HH = User(id=1, login="HH", full_name="Håkon Hagen", person_id=1, administrator=True, onsite_plan="sales")
AB = User(id=2, login="AB", full_name="Anne Berg", person_id=2, onsite_plan="sales")
SALES = UserPlan(name="Sales", total=2)


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found]


def test_an_assignment_that_fits_gives_no_finding() -> None:
    assert validate_plans([HH, AB], {"HH": "Sales", "AB": "Sales"}, [SALES]) == ()


def test_a_plan_that_is_not_online_is_an_error_with_a_hint_at_the_spelling() -> None:
    (finding,) = validate_plans([HH, AB], {"HH": "sales ", "AB": "Sales"}, [SALES])
    assert (finding.code, finding.severity, finding.subjects) == ("plan-unknown", Severity.ERROR, ("HH",))
    assert finding.message == "The plan 'sales ' of HH does not exist online. Is 'Sales' meant?"


def test_an_over_booked_plan_is_an_error_that_names_plan_total_and_users() -> None:
    (finding,) = validate_plans([HH, AB], {"HH": "Sales", "AB": "Sales"}, [UserPlan(name="Sales", total=4, used=3)])
    assert (finding.code, finding.severity, finding.subjects) == (
        "plan-overbooked", Severity.ERROR, ("AB", "HH", "Sales"),
    )  # fmt: skip
    assert finding.message == ("The plan 'Sales' is given to 2 users but has 4 seats, 3 of them taken already: AB, HH.")


def test_one_administrator_must_have_a_plan() -> None:
    found = validate_plans([HH, AB], {"AB": "Sales"}, [SALES])
    assert codes(found) == ["no-administrator-with-plan", "user-without-plan"]
    assert found[0].message == "None of the administrators has a plan. Administrators are HH."


def test_an_installation_without_any_administrator_is_refused_too() -> None:
    assert codes(validate_plans([AB], {"AB": "Sales"}, [SALES])) == ["no-administrator-with-plan"]


def test_all_users_without_plan_share_one_finding_of_severity_info() -> None:
    others = [User(id=n, login=f"U{n:02}", full_name="", person_id=n) for n in range(3, 15)]
    (finding,) = validate_plans([HH, *others], {"HH": "Sales"}, [SALES])
    assert (finding.code, finding.severity, len(finding.subjects)) == ("user-without-plan", Severity.INFO, 12)
    assert finding.message.endswith("U12 and 2 more.")


def test_a_user_who_is_left_out_because_the_plan_is_full_is_named_with_it() -> None:
    found = validate_plans([HH, AB], {"HH": "Sales"}, [UserPlan(name="Sales", total=1)])
    assert codes(found) == ["plan-full", "user-without-plan"]
    assert found[0].subjects == ("AB", "Sales")
    assert found[0].message == "The plan 'Sales' has no seat left for AB, who has it on site (1 seat in all)."
    other = User(id=9, login="CD", full_name="", person_id=9, onsite_plan=AB.onsite_plan)
    both = validate_plans([HH, AB, other], {"HH": "Sales"}, [UserPlan(name="Sales", total=1)])
    assert "for AB, CD, who have it on site" in both[0].message


def test_an_assignment_to_a_login_that_no_user_has_is_an_error() -> None:
    (finding,) = validate_plans(
        [HH, AB], {"HH": "Sales", "AB": "Sales", "XX": "Big"}, [SALES, UserPlan(name="Big", total=1)]
    )
    assert (finding.code, finding.severity, finding.subjects) == ("plan-for-unknown-login", Severity.ERROR, ("XX",))


def test_without_a_tenant_it_is_said_that_plans_were_not_checked() -> None:
    assert codes(validate_plans([HH, AB], {}, None)) == ["plans-not-checked"]


def test_without_a_tenant_the_rules_that_need_none_still_hold() -> None:
    assert codes(validate_plans([HH, AB], {"AB": "Sales"}, None)) == [
        "plans-not-checked", "no-administrator-with-plan", "user-without-plan",
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["Sales", " sales", "Other", None])), max_size=12),
    st.integers(0, 8),
    st.integers(0, 3),
)
def test_what_is_proposed_by_match_is_never_refused_but_for_administrators(
    people: list[tuple[bool, str | None]], total: int, used: int
) -> None:
    users = [
        User(id=n, login=f"U{n}", full_name="", person_id=n, administrator=administrator, onsite_plan=plan)
        for n, (administrator, plan) in enumerate(people)
    ]
    catalogue = [UserPlan(name="Sales", total=total, used=used)]
    plans = {p.login: p.value for p in propose_plans(users, catalogue, "match", {}) if p.value is not None}
    errors = {finding.code for finding in validate_plans(users, plans, catalogue) if finding.severity == "error"}
    assert errors <= {"no-administrator-with-plan"}
    if any(user.administrator and user.login in plans for user in users):
        assert errors == set()


@pytest.mark.parametrize(("typed", "rule"), [("Match", "match"), ("NONE", "none")])
def test_a_rule_for_all_in_other_letters_is_hinted_at(typed: str, rule: str) -> None:
    (finding,) = [one for one in validate_plans([HH], {"HH": typed}, [SALES]) if one.code == "plan-unknown"]
    assert f"As the default for all, `{rule}` is written in small letters." in finding.message

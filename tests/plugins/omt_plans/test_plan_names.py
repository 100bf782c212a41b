from __future__ import annotations

import pytest

from omt_core.api import UserPlan
from omt_plans.plan_names import PlanNames


def found(name: str, *catalogue: str) -> str | None:
    plan = PlanNames(UserPlan(name=one, total=1) for one in catalogue).find(name)
    return None if plan is None else plan.name


@pytest.mark.parametrize("name", ["Ten-Sales", " ten-sales ", "TEN-SALES"])
def test_a_name_stands_for_the_plan_that_it_equals_but_for_case_and_blanks(name: str) -> None:
    assert found(name, "ten-sales", "ten-service") == "ten-sales"


def test_composed_and_decomposed_letters_are_one() -> None:
    assert found("pla\u030an", "PL\u00c5N") == "PL\u00c5N"


def test_a_letter_is_never_two() -> None:
    assert found("Maße", "MASSE") is None


def test_a_name_that_could_be_either_of_two_is_none_unless_it_is_spelt_as_one() -> None:
    assert found("SALES", "Sales", "sales") is None
    assert found("sales", "Sales", "sales") == "sales"

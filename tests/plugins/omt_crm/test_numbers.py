from __future__ import annotations

from array import array
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_crm.numbers import merged, whole_number


@pytest.mark.parametrize("value", [41, Decimal(41), Decimal("41.0"), 41.0, "41", " 41 "])
def test_whatever_a_driver_gives_for_a_whole_number_is_one(value: object) -> None:
    assert whole_number(value) == 41
    assert type(whole_number(value)) is int


def test_null_is_no_reference() -> None:
    assert whole_number(None) == 0


_NUMBERS = st.lists(st.integers(0, 2**62))


@given(_NUMBERS, _NUMBERS)
def test_a_few_numbers_are_put_in_their_places(numbers: list[int], others: list[int]) -> None:
    assert merged(array("q", sorted(numbers)), others) == array("q", sorted(numbers + others))

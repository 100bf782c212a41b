from __future__ import annotations

from decimal import Decimal

import pytest

from omt_crm.numbers import whole_number


@pytest.mark.parametrize("value", [41, Decimal(41), Decimal("41.0"), 41.0, "41", " 41 "])
def test_whatever_a_driver_gives_for_a_whole_number_is_one(value: object) -> None:
    assert whole_number(value) == 41
    assert type(whole_number(value)) is int


def test_null_is_no_reference() -> None:
    assert whole_number(None) == 0

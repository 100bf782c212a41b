"""Sizes and times as the table writes them."""

from __future__ import annotations

import pytest

from omt_core.cli.units import duration, size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (40_038, "39.1 KB"),
        (16_672_358, "15.9 MB"),
        (5 << 30, "5.0 GB"),
        (2 << 40, "2.0 TB"),
    ],
)
def test_a_size_has_one_decimal(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00:00"), (59.6, "00:01:00"), (3_661, "01:01:01"), (-5, "00:00:00")]
)
def test_a_duration_is_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert duration(seconds) == text

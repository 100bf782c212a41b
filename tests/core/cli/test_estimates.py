from __future__ import annotations

from datetime import UTC, datetime

import pytest

from omt_core.api.reporting import EstimateRecord
from omt_core.api.text import local_time
from omt_core.cli.estimates import judged


@pytest.mark.parametrize(
    ("took", "runs", "said"),
    [
        (90.0, (4,), "it took 00:01:30, within the range."),
        (300.0, (4, 5), "it took 00:05:00 in 2 runs, 2.5 times the longest."),
        (30.0, (4,), "it took 00:00:30, 0.50 times the shortest."),
    ],
)
def test_it_is_said_how_far_off_an_estimate_was(took: float, runs: tuple[int, ...], said: str) -> None:
    made = datetime(2026, 11, 27, 20, 15, tzinfo=UTC)
    estimate = EstimateRecord(made=made, shortest=60, longest=120, files=1, bytes=1, took=took, runs=runs)
    assert judged(estimate) == f"Estimated on {local_time(made)}: 00:01:00 to 00:02:00; {said}"


@pytest.mark.parametrize(("took", "off"), [(0.0, 1.0), (0.4, 1.0), (30.0, 30.0)])
def test_an_estimate_of_nothing_is_judged_in_whole_seconds(took: float, off: float) -> None:
    made = datetime(2026, 11, 27, 20, 15, tzinfo=UTC)
    assert EstimateRecord(made=made, shortest=0, longest=0, files=0, bytes=0, took=took).off == off

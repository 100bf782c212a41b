"""Each mode walks its own phases (W2, W3, W88, W89)."""

from __future__ import annotations

import pytest

from omt_core.api.decisions import MigrationMode, RecoveryChoice
from omt_core.engine.phases import phases_of


@pytest.mark.parametrize(
    ("mode", "choice", "titles"),
    [
        (MigrationMode.INITIAL, None, "Welcome Login Confirm Checklist Upload Complete"),
        (MigrationMode.RECOVERY, None, "Welcome Recovery Login Upload Complete"),
        (MigrationMode.RECOVERY, RecoveryChoice.MISSING, "Welcome Recovery Login Upload Complete"),
        (
            MigrationMode.RECOVERY,
            RecoveryChoice.OVERWRITE_TEST,
            "Welcome Recovery Login Confirm Checklist Upload Complete",
        ),
    ],
)
def test_the_phases_of_a_mode(mode: MigrationMode, choice: RecoveryChoice | None, titles: str) -> None:
    assert " ".join(phase.title for phase in phases_of(mode, choice)) == titles


def test_no_phase_comes_before_one_that_it_needs() -> None:
    for choice in (None, *RecoveryChoice):
        for mode in MigrationMode:
            done: set[str] = set()
            for phase in phases_of(mode, choice):
                assert set(phase.after) <= done
                done.add(phase.name)

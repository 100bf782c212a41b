"""Homes whose workers are gone."""

from __future__ import annotations

import pytest
from omt_core.api import InstallationError

from omt_dask.tool.absences import Absences


class Clock:
    """Tells the seconds that a test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_said_once_that_no_worker_is_left_and_once_that_one_is_there_again() -> None:
    told, clock = list[str](), Clock()
    absences = Absences(told.append, minutes=10, clock=clock)
    changes: list[bool] = []
    for clock.now, there in ((0.0, ()), (9.0, ()), (11.0, ()), (300.0, ()), (302.0, ("oslo",)), (304.0, ("oslo",))):
        changes.append(absences.look(["oslo"], there))
    assert told == [
        "No worker of oslo is left. Waiting up to 10 minutes for one.",
        "A worker of oslo is there again.",
    ]
    assert changes == [False, False, True, False, True, False]
    assert not absences.told


def test_one_that_is_started_again_at_once_is_not_told_of() -> None:
    told, clock = list[str](), Clock()
    absences = Absences(told.append, minutes=10, clock=clock)
    for clock.now, there in ((0.0, ()), (5.0, ()), (6.0, ("oslo",)), (12.0, ()), (20.0, ())):
        absences.look(["oslo"], there)
    assert not told


def test_a_home_that_nothing_waits_for_may_be_empty() -> None:
    told, clock = list[str](), Clock()
    absences = Absences(told.append, minutes=1, clock=clock)
    for clock.now in (0.0, 50.0, 100.0):
        absences.look([], [])
    assert not told


def test_one_that_stays_empty_ends_the_run_with_what_to_do() -> None:
    clock = Clock()
    absences = Absences(list[str]().append, minutes=1, clock=clock)
    absences.look(["bergen", "oslo"], ["bergen"])
    clock.now = 60.0
    absences.look(["bergen", "oslo"], ["bergen"])
    clock.now = 61.0
    with pytest.raises(InstallationError) as caught:
        absences.look(["bergen", "oslo"], ["bergen"])
    assert (caught.value.code, caught.value.message) == ("dask-workers-gone", "No worker of oslo is left.")
    assert caught.value.remedy


def test_without_homes_all_workers_are_meant() -> None:
    told, clock = list[str](), Clock()
    absences = Absences(told.append, minutes=10, clock=clock)
    for clock.now, there in ((0.0, ()), (11.0, ()), (12.0, ("",))):
        absences.look([""], there)
    assert told == ["No worker is left. Waiting up to 10 minutes for one.", "A worker is there again."]

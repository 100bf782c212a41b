"""The step bar and the way from page to page are those of W2, W3 and W6."""

from __future__ import annotations

from itertools import pairwise

import pytest

from omt_core.api.decisions import MigrationMode, RecoveryChoice
from omt_core.wizard.controller.document import Screen
from omt_core.wizard.controller.way.screens import after, before, step_bar


def shown(screen: Screen, mode: MigrationMode | None, choice: RecoveryChoice | None = None) -> list[str]:
    marks = {"done": "+", "current": "*", "todo": "-"}
    return [f"{marks[box.state]}{box.title}" for box in step_bar(screen, mode, choice)]


def test_a_first_upload_has_six_boxes() -> None:
    """W2."""
    assert shown(Screen.CONFIRM, MigrationMode.INITIAL) == [
        "+Welcome", "+Login", "*Confirm", "-Checklist", "-Upload", "-Complete",
    ]  # fmt: skip


def test_recovery_of_missing_files_has_five() -> None:
    """W3."""
    assert shown(Screen.LOGIN, MigrationMode.RECOVERY, RecoveryChoice.MISSING) == [
        "+Welcome", "+Recovery", "*Login", "-Upload", "-Complete",
    ]  # fmt: skip


def test_before_the_mode_is_known_the_boxes_are_those_of_a_first_upload() -> None:
    assert shown(Screen.WELCOME, None)[0] == "*Welcome"
    assert shown(Screen.INSTALLATION, None)[0] == "*Welcome"


@pytest.mark.parametrize("mode", list(MigrationMode))
@pytest.mark.parametrize("choice", [None, *RecoveryChoice])
def test_previous_leads_back_over_the_way_that_one_came(mode: MigrationMode, choice: RecoveryChoice | None) -> None:
    """W6."""
    screen, way = Screen.WELCOME, [Screen.WELCOME]
    while screen is not Screen.COMPLETE:
        screen = after(screen, mode, choice)
        way.append(screen)
    for earlier, later in pairwise(way[:-1]):
        assert before(later, mode, choice) is earlier


@pytest.mark.parametrize("screen", [Screen.WELCOME, Screen.COMPLETE, Screen.CLOSED])
def test_there_is_no_way_back_from_the_ends(screen: Screen) -> None:
    """W6."""
    assert before(screen, MigrationMode.INITIAL, None) is None

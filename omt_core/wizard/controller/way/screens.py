"""Which page comes after which, and the boxes of the step bar (W2, W3, W6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from omt_core.api.decisions import MigrationMode, RecoveryChoice
from omt_core.engine import phases
from omt_core.engine.phases import Phase, phases_of
from omt_core.wizard.controller.document import Screen, StepBox

_PHASE: Final[Mapping[Screen, Phase]] = {
    Screen.WELCOME: phases.WELCOME,
    Screen.INSTALLATION: phases.WELCOME,
    Screen.RECOVERY: phases.RECOVERY,
    Screen.LOGIN: phases.LOGIN,
    Screen.CONFIRM: phases.CONFIRM,
    Screen.CHECKLIST: phases.CHECKLIST,
    Screen.AHEAD: phases.CHECKLIST,
    Screen.UPLOAD: phases.UPLOAD,
    Screen.COMPLETE: phases.COMPLETE,
    Screen.CLOSED: phases.COMPLETE,
}


def step_bar(screen: Screen, mode: MigrationMode | None, choice: RecoveryChoice | None) -> tuple[StepBox, ...]:
    """Return the boxes: those of a first upload until the mode is known."""
    row = phases_of(mode or MigrationMode.INITIAL, choice)
    current = row.index(_PHASE[screen]) if _PHASE[screen] in row else 0
    return tuple(
        StepBox(
            name=phase.name,
            title=phase.title,
            state="current" if place == current else "done" if place < current else "todo",
        )
        for place, phase in enumerate(row)
    )


def before(screen: Screen, mode: MigrationMode | None, choice: RecoveryChoice | None) -> Screen | None:
    """Return the page that Previous leads to; None where there is no way back (W6)."""
    if screen is Screen.INSTALLATION:
        return Screen.WELCOME
    if screen in {Screen.WELCOME, Screen.AHEAD, Screen.COMPLETE, Screen.CLOSED}:
        return None
    row = phases_of(mode or MigrationMode.INITIAL, choice)
    return Screen(row[row.index(_PHASE[screen]) - 1].name)


def after(screen: Screen, mode: MigrationMode, choice: RecoveryChoice | None) -> Screen:
    """Return the page that comes once a page is done."""
    row = phases_of(mode, choice)
    return Screen(row[row.index(_PHASE[screen]) + 1].name)

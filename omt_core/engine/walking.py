"""Walks through the phases of a run up to the Upload, as its mode and the choice in recovery have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from omt_core.api.decisions import MigrationMode, RecoveryChoice
from omt_core.engine import phases
from omt_core.engine.checking import RECOVERY_CHECKS
from omt_core.engine.phases import Phase, phases_of
from omt_core.engine.runner import Runner
from omt_core.engine.step import Step
from omt_core.engine.steps import Examine

_BEFORE_UPLOAD: Final = frozenset({phases.RECOVERY, phases.LOGIN, phases.CONFIRM, phases.CHECKLIST})


async def walk(
    runner: Runner, choice: RecoveryChoice | None, step: Callable[[Phase, RecoveryChoice | None], Step]
) -> None:
    """Do one step for each phase before the Upload; `step` makes it from the phase and the choice in recovery.

    A recovery of missing files has no Checklist, so that its checks come last.
    """
    session = runner.session
    if session.finishing and choice not in session.located.plan.choices:
        # The run that was killed needed no choice, or made one that the tenant has carried out since.
        choice = RecoveryChoice.MISSING
    if session.mode is MigrationMode.INITIAL:
        await session.choose_recovery(None)
    for phase in phases_of(session.mode, choice):
        if phase in _BEFORE_UPLOAD:
            await runner.do(step(phase, choice))
    if session.only_missing:
        await runner.do(Examine(checks=RECOVERY_CHECKS))

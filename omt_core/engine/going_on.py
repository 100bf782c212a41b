"""Goes on with a migration by what the journal has of its decisions: after a pause, a stop, or a failure."""

from __future__ import annotations

from omt_core.api.context import StopSignal
from omt_core.api.decisions import Decisions, RecoveryChoice
from omt_core.api.users import Administrator
from omt_core.engine import phases
from omt_core.engine.checklist_steps import Review
from omt_core.engine.phases import Phase
from omt_core.engine.reviewing import Assignments
from omt_core.engine.runner import Runner
from omt_core.engine.step import Step
from omt_core.engine.steps import ChooseRecovery, Confirm, Finish, StayLoggedIn, Upload
from omt_core.engine.walking import walk


async def go_on(runner: Runner, administrator: Administrator, stop: StopSignal) -> None:
    """Take a session that was opened anew to Complete, as whoever runs the same command again does.

    All checks are made again, since hours may lie in between. Raises `OmtError`.
    """
    decisions = runner.session.decisions
    await walk(runner, decisions.recovery, lambda phase, choice: _step(phase, choice, decisions, administrator))
    await runner.do(Upload(stop=stop))
    await runner.do(Finish())


def _step(phase: Phase, choice: RecoveryChoice | None, decisions: Decisions, administrator: Administrator) -> Step:
    if phase is phases.RECOVERY:
        return ChooseRecovery(choice=choice)
    if phase is phases.LOGIN:
        return StayLoggedIn(administrator=administrator)
    if phase is phases.CONFIRM:
        return Confirm(contact=decisions.contact, kind=decisions.kind, agreement_accepted=decisions.agreement_accepted)
    return Review(assigned=Assignments(default_plan="none"), notifications=decisions.notifications)

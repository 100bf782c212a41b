"""Drives a run through its phases: by an answers file, or by what the journal has after a pause, a stop or a failure.

The steps are the same that a person takes in the wizard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from omt_core.answers.csv_files import read_assignments
from omt_core.answers.file import Answers
from omt_core.api.context import StopSignal
from omt_core.api.decisions import Decisions, MigrationMode, RecoveryChoice
from omt_core.api.users import Administrator
from omt_core.engine import phases
from omt_core.engine.checklist import Assignments, Review
from omt_core.engine.checks import PRECOPY_CHECKS, RECOVERY_CHECKS
from omt_core.engine.phases import Phase, phases_of
from omt_core.engine.runner import Runner, Step
from omt_core.engine.steps import ChooseRecovery, Confirm, Examine, Finish, Login, Precopy, StayLoggedIn, Upload

_BEFORE_UPLOAD: Final = frozenset({phases.RECOVERY, phases.LOGIN, phases.CONFIRM, phases.CHECKLIST})


async def prepare(runner: Runner, answers: Answers, recover: RecoveryChoice | None) -> None:
    """Take a run up to where the upload would begin; nothing outside the workspace is changed so far."""
    await walk(runner, recover or answers.recover, lambda phase, choice: _step(phase, answers, choice))


async def complete(runner: Runner, stop: StopSignal) -> None:
    """Take a run that is prepared to Complete. Raises `OmtError`."""
    await runner.do(Upload(stop=stop))
    await runner.do(Finish())


async def prepare_ahead(runner: Runner, answers: Answers) -> None:
    """Take a run up to where files would be uploaded ahead of the night."""
    await runner.do(login(answers))
    await _examine_ahead(runner)


async def precopy_again(runner: Runner, administrator: Administrator, stop: StopSignal) -> None:
    """Upload the files ahead of the night in a session that was opened anew, by what is decided in it.

    Raises `ChoiceNeededError` once a migration is completed.
    """
    await runner.do(StayLoggedIn(administrator=administrator))
    await _examine_ahead(runner)
    await runner.do(Precopy(stop=stop, kind=runner.now.decisions.kind))


async def _examine_ahead(runner: Runner) -> None:
    if runner.now.mode is MigrationMode.INITIAL:
        await runner.do(Examine(checks=PRECOPY_CHECKS))


def login(answers: Answers) -> Step[None]:
    """Make the step that logs on."""
    return Login(user=answers.login.user, password=answers.login_password())


def review(answers: Answers) -> Step[None]:
    """Make the step that decides plans, user names and notifications, and checks."""
    return Review(
        assigned=Assignments(
            default_plan=answers.plans.default,
            plans=_assigned(answers, answers.plans.csv, "plan", answers.plans.assign),
            user_names=_assigned(answers, answers.usernames.csv, "user_name", answers.usernames.assign),
        ),
        notifications=answers.notifications,
    )


def _step(phase: Phase, answers: Answers, choice: RecoveryChoice | None) -> Step[None]:
    if phase is phases.RECOVERY:
        return ChooseRecovery(choice=choice, named_kind=answers.named_kind)
    if phase is phases.LOGIN:
        return login(answers)
    if phase is phases.CONFIRM:
        return Confirm(contact=answers.contact, kind=answers.kind, agreement_accepted=answers.accept_agreement)
    return review(answers)


def _assigned(answers: Answers, csv: Path | None, column: str, by_hand: Mapping[str, str]) -> Mapping[str, str]:
    return {**({} if csv is None else read_assignments(answers.beside(csv), column)), **by_hand}


async def go_on(runner: Runner, administrator: Administrator, stop: StopSignal) -> None:
    """Take a session that was opened anew to Complete, as whoever runs the same command again does.

    All checks are made again, since hours may lie in between. Raises `OmtError`.
    """
    await prepare_again(runner, administrator)
    await complete(runner, stop)


async def prepare_again(runner: Runner, administrator: Administrator) -> None:
    """Take a session that was opened anew up to where the upload would begin, with all checks made again."""
    decisions = runner.now.decisions
    await walk(runner, decisions.recovery, lambda phase, choice: _again(phase, choice, decisions, administrator))


def _again(
    phase: Phase, choice: RecoveryChoice | None, decisions: Decisions, administrator: Administrator
) -> Step[None]:
    if phase is phases.RECOVERY:
        return ChooseRecovery(choice=choice)
    if phase is phases.LOGIN:
        return StayLoggedIn(administrator=administrator)
    if phase is phases.CONFIRM:
        return Confirm(contact=decisions.contact, kind=decisions.kind, agreement_accepted=decisions.agreement_accepted)
    return Review(assigned=Assignments(default_plan="none"), notifications=decisions.notifications)


async def walk(
    runner: Runner, choice: RecoveryChoice | None, step: Callable[[Phase, RecoveryChoice | None], Step[None]]
) -> None:
    """Do one step for each phase before the Upload; `step` makes it from the phase and the choice in recovery.

    A recovery of missing files has no Checklist, so that its checks come last.
    """
    now = runner.now
    if now.finishing and choice not in now.located.plan.choices:
        # The run that was killed needed no choice, or made one that the tenant has carried out since.
        choice = RecoveryChoice.MISSING
    for phase in phases_of(now.mode, choice):
        if phase in _BEFORE_UPLOAD:
            await runner.do(step(phase, choice))
    if runner.now.only_missing:
        await runner.do(Examine(checks=RECOVERY_CHECKS))

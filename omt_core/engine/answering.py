"""Drives a run by an answers file: the same steps that a person takes in the wizard, without one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from omt_core.api.context import StopSignal
from omt_core.api.decisions import RecoveryChoice
from omt_core.engine import phases
from omt_core.engine.answers import Answers
from omt_core.engine.checking import PRECOPY_CHECKS
from omt_core.engine.checklist_steps import Review
from omt_core.engine.csv_files import read_assignments
from omt_core.engine.phases import Phase
from omt_core.engine.reviewing import Assignments
from omt_core.engine.runner import Runner
from omt_core.engine.step import Step
from omt_core.engine.steps import ChooseRecovery, Confirm, Examine, Finish, Login, Precopy, Upload
from omt_core.engine.walking import walk


async def migrate(runner: Runner, answers: Answers, recover: RecoveryChoice | None, stop: StopSignal) -> None:
    """Take a migration from Login to Complete. Raises `OmtError`."""
    await prepare(runner, answers, recover)
    await runner.do(Upload(stop=stop))
    await runner.do(Finish())


async def prepare(runner: Runner, answers: Answers, recover: RecoveryChoice | None) -> None:
    """Take a run up to where the upload would begin; nothing outside the workspace is changed so far."""
    await walk(runner, recover or answers.recover, lambda phase, choice: _step(phase, answers, choice))


async def precopy(runner: Runner, answers: Answers, stop: StopSignal) -> None:
    """Upload the files ahead of the night. Raises `ChoiceNeededError` once a migration is completed."""
    await runner.session.choose_recovery(None)
    await runner.do(login(answers))
    await runner.do(Examine(checks=PRECOPY_CHECKS))
    await runner.do(Precopy(stop=stop, kind=answers.kind))


def login(answers: Answers) -> Step:
    """Make the step that logs on."""
    return Login(user=answers.login.user, password=answers.login_password())


def review(answers: Answers) -> Step:
    """Make the step that decides plans, user names and notifications, and checks."""
    return Review(
        assigned=Assignments(
            default_plan=answers.plans.default,
            plans=_assigned(answers, answers.plans.csv, "plan", answers.plans.assign),
            user_names=_assigned(answers, answers.usernames.csv, "user_name", answers.usernames.assign),
        ),
        notifications=answers.notify(),
    )


def _step(phase: Phase, answers: Answers, choice: RecoveryChoice | None) -> Step:
    if phase is phases.RECOVERY:
        return ChooseRecovery(choice=choice)
    if phase is phases.LOGIN:
        return login(answers)
    if phase is phases.CONFIRM:
        return Confirm(contact=answers.migrator(), kind=answers.kind, agreement_accepted=answers.accept_agreement)
    return review(answers)


def _assigned(answers: Answers, csv: Path | None, column: str, by_hand: Mapping[str, str]) -> Mapping[str, str]:
    return {**({} if csv is None else read_assignments(answers.beside(csv), column)), **by_hand}

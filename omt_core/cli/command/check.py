"""`omt check`: every check of a migration, without one; changes nothing anywhere."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import anyio
from typing_extensions import override

from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_answers, answers_of
from omt_core.cli.sessions import run_session
from omt_core.engine import drive
from omt_core.engine.answers import Answers
from omt_core.engine.csv_files import plans_csv, user_names_csv
from omt_core.engine.opening import OpenRequest
from omt_core.engine.runner import Runner


class Check(CoreCommand):
    """Log on, propose plans and user names, and ask every rule."""

    name = "check"
    help = "run every check and change nothing; a tenant is asked when one is named"

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_answers(parser)
        parser.add_argument(
            "--write-csv", type=Path, metavar="DIR", help="write plans.csv and usernames.csv there, to be edited"
        )

    @override
    async def run(self, call: Invocation) -> int:
        answers = answers_of(call)
        request = OpenRequest(
            answers=answers.manual(),
            workspace=call.app.settings.core.workspace,
            writes=False,
            needs_online=False,
            waivers=answers.waive,
            kind=answers.kind,
        )
        return call.console.finish_with(await run_session(call, request, partial(_check, call, answers)))


async def _check(call: Invocation, answers: Answers, runner: Runner, stop: anyio.Event) -> None:
    del stop
    await runner.do(drive.login(answers))
    try:
        await runner.do(drive.review(answers))
    finally:
        if call.options.write_csv is not None and runner.now.users:
            _write_csv(call, runner, call.options.write_csv)
    asked = runner.now.catalogue is not None
    call.console.print("No error stands" + (": a migration could begin." if asked else "; no tenant was asked."))


def _write_csv(call: Invocation, runner: Runner, folder: Path) -> None:
    users, decisions = runner.now.users, runner.now.decisions
    folder.mkdir(parents=True, exist_ok=True)
    # With a byte order mark a spreadsheet reads UTF-8; without one it guesses.
    (folder / "plans.csv").write_text(plans_csv(users, decisions.plans), encoding="utf-8-sig", newline="")
    (folder / "usernames.csv").write_text(
        user_names_csv(users, decisions.plans, decisions.user_names), encoding="utf-8-sig", newline=""
    )
    call.console.print(f"Written: {folder / 'plans.csv'} and {folder / 'usernames.csv'}")

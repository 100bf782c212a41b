"""`omt check`: every check of a migration, without one; changes nothing anywhere."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
from typing_extensions import override

from omt_core.answers.csv_files import plans_csv, user_names_csv
from omt_core.answers.file import Answers
from omt_core.api.sentence import sentence
from omt_core.api.text import listing
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.errors import CSV_NOT_WRITABLE, FINDINGS_NOT_WRITABLE
from omt_core.cli.options import add_answers, add_workspace, answers_of, workspace_of
from omt_core.cli.output_files import write_beside
from omt_core.cli.sessions import run_session, say_waived
from omt_core.engine import drive
from omt_core.engine.opening import OpenRequest
from omt_core.engine.results.findings_files import findings_csv, findings_json
from omt_core.engine.runner import Runner
from omt_core.engine.upload.missing import MissingList

_FINDINGS: Final = (".csv", ".json")


class Check(CoreCommand):
    """Log on, propose plans and user names, and ask every rule."""

    examples = ("omt check --answers answers.toml", "omt check --answers answers.toml --write-csv .")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_answers(parser)
        add_workspace(parser)
        parser.add_argument(
            "--write-csv",
            type=Path,
            metavar="DIR",
            help="write plans.csv, usernames.csv and missing-files.csv there",
        )

        parser.add_argument(
            "--findings", type=_findings_file, metavar="FILE", help="write all findings there: FILE.csv or FILE.json"
        )

    @override
    async def run(self, call: Invocation) -> int:
        answers = answers_of(call)
        request = OpenRequest(
            answers=answers.manual(),
            workspace=workspace_of(call),
            writes=False,
            needs_online=False,
            waivers=answers.waivers,
            kind=answers.kind,
        )
        return call.console.finish_with(await run_session(call, request, partial(_check, call, answers)))


async def _check(call: Invocation, answers: Answers, runner: Runner, stop: anyio.Event) -> None:
    del stop
    await runner.do(drive.login(answers))
    try:
        await runner.do(drive.review(answers))
    finally:
        if call.options.findings is not None:
            await anyio.to_thread.run_sync(_write_findings, call, runner, call.options.findings)
        if call.options.write_csv is not None and runner.now.users:
            missing = await MissingList(runner.now.folder).csv(call.console.language)
            await anyio.to_thread.run_sync(_write_csv, call, runner, missing, call.options.write_csv)
    say_waived(call, runner)
    asked = runner.now.catalogue is not None
    call.console.print(
        sentence("No error stands: a migration could begin." if asked else "No error stands; no tenant was asked.")
    )


def _findings_file(words: str) -> Path:
    path = Path(words)
    if path.suffix.lower() not in _FINDINGS:
        raise argparse.ArgumentTypeError(sentence("a file that ends in .csv or .json is needed"))
    return path


def _write_findings(call: Invocation, runner: Runner, file: Path) -> None:
    """Write what was found, whatever came of it. Raises `InputError` `findings-not-writable`."""
    engine, now = runner.engine, runner.now
    as_json = file.suffix.lower() == ".json"
    try:
        content = findings_json(engine, now) if as_json else findings_csv(engine, now, call.console.language)
        place = write_beside(call.console, file, content)
    except OSError as error:
        raise FINDINGS_NOT_WRITABLE.error(
            sentence("The findings cannot be written to {file}: {why}.", file=file, why=error.strerror or error)
        ) from error
    call.console.print(sentence("Written: {file}", file=place))


def _write_csv(call: Invocation, runner: Runner, missing: bytes, folder: Path) -> None:
    """Write what can be edited, and the files to look for. Raises `InputError` `csv-not-writable`.

    What was found is told all the same.
    """
    users, decisions = runner.now.users, runner.now.decisions
    # With a byte order mark a spreadsheet reads UTF-8; without one it guesses.
    contents = {
        folder / "plans.csv": plans_csv(users, decisions.plans).encode("utf-8-sig", "replace"),
        folder / "usernames.csv": user_names_csv(users, decisions.plans, decisions.user_names).encode(
            "utf-8-sig", "replace"
        ),
        folder / "missing-files.csv": missing,
    }
    written: list[str] = []
    for file, content in contents.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            written.append(str(write_beside(call.console, file, content)))
        except OSError as error:
            raise CSV_NOT_WRITABLE.error(
                sentence("The file {file} cannot be written: {reason}.", file=file, reason=error.strerror or error)
            ) from error
    call.console.print(sentence("Written: {file}", file=listing(written)))

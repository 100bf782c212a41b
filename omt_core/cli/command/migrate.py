"""`omt migrate`: the whole migration, unattended, from an answers file."""

from __future__ import annotations

import argparse
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from typing_extensions import override

from omt_core.answers.file import Answers
from omt_core.api.decisions import RecoveryChoice
from omt_core.api.errors import USAGE, ExitCode
from omt_core.api.sentence import joined, sentence
from omt_core.api.text import byte_size, quantity
from omt_core.cli import sessions
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.estimates import estimate_fields, judged
from omt_core.cli.options import (
    add_answers,
    add_limit_rate,
    add_metrics,
    add_until,
    add_workspace,
    answers_of,
    end_of,
    limit_of,
    metrics_of,
    workspace_of,
)
from omt_core.cli.output_files import place_for, say_place
from omt_core.cli.sessions import run_session, say_waived, wait_for_start
from omt_core.cli.words import KIND_TITLES, MODES, left_behind, no_longer_on_site
from omt_core.engine import drive
from omt_core.engine.opening import OpenRequest
from omt_core.engine.result import result_of
from omt_core.engine.runner import Runner
from omt_core.engine.upload.estimate import Forecast
from omt_core.engine.upload.item_list import write_list
from omt_core.engine.upload.metrics import metrics_kept
from omt_core.engine.upload.planned_start import parse_start
from omt_core.engine.upload.rate import RateLimit, write_limit
from omt_core.engine.upload.timings import kept_estimate
from omt_core.engine.upload.wakefulness import kept_awake
from omt_core.engine.workspace import LIMIT_FILE, note_workspace


class Migrate(CoreCommand):
    """Initial upload or recovery, chosen by the tool itself."""

    examples = (
        "omt migrate --answers answers.toml --dry-run --list files.csv",
        "omt migrate --answers answers.toml --start-at 22:00 --until 06:00",
        "omt migrate --answers answers.toml --recover missing",
    )
    writes = True

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_answers(parser)
        add_workspace(parser)
        parser.add_argument(
            "--recover", choices=[choice.value for choice in RecoveryChoice], help="what to do in recovery mode"
        )
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--dry-run", action="store_true", help="change nothing; print what would be sent")
        how.add_argument(
            "--start-at", metavar="TIME", help="check now, begin later: 22:00, or a date with a time, of this machine"
        )
        parser.add_argument(
            "--list", type=Path, metavar="FILE.csv", help="of a dry run: each file, sent or left behind, and why"
        )
        add_until(parser)
        add_limit_rate(parser)
        add_metrics(parser)

    @override
    async def run(self, call: Invocation) -> int:
        answers = answers_of(call)
        if call.options.list is not None and not call.options.dry_run:
            raise USAGE.error(
                sentence("--list belongs to a dry run."), remedy=sentence("Give --dry-run too, or leave --list out.")
            )
        recover = None if call.options.recover is None else RecoveryChoice(call.options.recover)
        limit, begins = limit_of(call), sessions.CLOCK.now()
        request = OpenRequest(
            answers=answers.manual(),
            workspace=workspace_of(call),
            writes=not call.options.dry_run,
            waivers=answers.waivers,
            kind=answers.kind,
        )
        planned = call.options.start_at is not None
        if planned:
            begins = parse_start(call.options.start_at, begins)
        until = end_of(call, begins)
        if call.options.dry_run:
            work = partial(_dry_run, call, answers, recover)
        else:
            work = partial(_migrate, call, answers, recover, limit=limit)
        reports = not call.options.dry_run
        async with AsyncExitStack() as held:
            # Before the wait: what cannot be written is told while somebody is still there.
            await held.enter_async_context(metrics_kept(call.app.engine, metrics_of(call)))
            if planned:
                checked = await run_session(call, replace(request, writes=False), partial(_check, answers, recover))
                if checked.exit_code != ExitCode.DONE:
                    return call.console.finish_with(checked)
                held.enter_context(kept_awake())
                await wait_for_start(call, begins)
            result = await run_session(call, request, work, reports=reports, planned=planned, until=until)
        return call.console.finish_with(result)


async def _check(answers: Answers, recover: RecoveryChoice | None, runner: Runner, stop: anyio.Event) -> None:
    """Go up to where the upload would begin: what is wrong is told while somebody is still there to mend it."""
    del stop
    await drive.prepare(runner, answers, recover)


async def _migrate(
    call: Invocation,
    answers: Answers,
    recover: RecoveryChoice | None,
    runner: Runner,
    stop: anyio.Event,
    *,
    limit: RateLimit,
) -> None:
    now = runner.now
    write_limit(now.folder / LIMIT_FILE, limit)
    note_workspace(now.folder)
    console = call.console
    licence = now.located.licence
    console.print(sentence("Owner {owner}, serial {serial}", owner=licence.owner, serial=licence.serial))
    console.print(sentence("Mode: {mode}; workspace {folder}", mode=MODES[now.mode], folder=now.folder))
    try:
        await drive.prepare(runner, answers, recover)
        say_waived(call, runner)
        await drive.complete(runner, stop)
    finally:
        with anyio.CancelScope(shield=True):  # what is complete is told, also to who stops the tool just then
            await _sum_up(call, runner)


async def _sum_up(call: Invocation, runner: Runner) -> None:
    session, console = runner.session, call.console
    if session.now.completed is None:
        return
    result = await result_of(session, ExitCode.DONE, None)
    console.print(
        sentence(
            "Files sent: {sent:,} ({sent_size} over the line in all); there before: {before:,} ({before_size});"
            " {left_behind}",
            sent=result.sent.files,
            sent_size=byte_size(result.sent.bytes),
            before=result.skipped.files,
            before_size=byte_size(result.skipped.bytes),
            left_behind=left_behind(result),
        )
    )
    if result.gone:
        console.print(sentence("Sent by an earlier run and {gone}", gone=no_longer_on_site(result)))
    console.print(sentence("Tables online: {tables:,}, rows: {rows:,}", tables=result.tables, rows=result.rows))
    estimate = await kept_estimate(session.journal)
    if estimate is not None and session.journal.runs.current in estimate.runs:
        console.print(judged(estimate))
        console.object("estimated", estimate_fields(estimate))
    console.print(KIND_TITLES[result.kind or session.now.kind])
    console.print(sentence("Upload completed. Receipt: {file}", file=session.now.completed.receipt))


async def _dry_run(
    call: Invocation, answers: Answers, recover: RecoveryChoice | None, runner: Runner, stop: anyio.Event
) -> None:
    del stop
    await drive.prepare(runner, answers, recover)
    say_waived(call, runner)
    for line in await runner.do(Forecast()):
        call.console.print(
            sentence(
                "{stage}: would send {files}, {size}; {left_behind}",
                stage=line.title,
                files=quantity(line.files, "file"),
                size=byte_size(line.bytes),
                left_behind=left_behind(line),
            )
        )
        call.console.object("dry-run", {name: value for name, value in asdict(line).items() if name != "title"})
    if call.options.list is not None:
        place = await anyio.to_thread.run_sync(place_for, call.options.list)
        await write_list(runner.session.journal, place, call.console.language)
        say_place(call.console, call.options.list, place)
        call.console.print(sentence("Written: {file}", file=place))
    call.console.print(KIND_TITLES[runner.now.kind])
    nothing = sentence("This was a dry run: nothing was sent and nothing was changed.")
    tables = [] if runner.now.only_missing else [sentence("The tables of the database would be sent as well.")]
    call.console.print(joined([*tables, nothing], " "))

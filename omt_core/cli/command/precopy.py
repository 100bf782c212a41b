"""`omt precopy`: uploads files while users still work, so that on the night only the difference remains."""

from __future__ import annotations

import argparse
from functools import partial

import anyio
from typing_extensions import override

from omt_core.answers.file import Answers
from omt_core.cli import sessions
from omt_core.cli.commands import CoreCommand, Invocation
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
from omt_core.cli.sessions import run_session, say_waived
from omt_core.engine import drive, steps
from omt_core.engine.opening import OpenRequest
from omt_core.engine.runner import Runner
from omt_core.engine.upload.metrics import metrics_kept
from omt_core.engine.upload.rate import RateLimit, write_limit
from omt_core.engine.workspace import LIMIT_FILE, note_workspace


class Precopy(CoreCommand):
    """Files only: no freeze, no database, nothing is committed."""

    examples = ('omt precopy --answers answers.toml --limit-rate "08:00,500K 18:00,off"',)
    writes = True

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_answers(parser)
        add_workspace(parser)
        add_until(parser)
        add_limit_rate(parser)
        add_metrics(parser)

    @override
    async def run(self, call: Invocation) -> int:
        answers = answers_of(call)
        limit, until = limit_of(call), end_of(call, sessions.CLOCK.now())
        request = OpenRequest(
            answers=answers.manual(),
            workspace=workspace_of(call),
            writes=True,
            waivers=answers.waivers,
            kind=answers.kind,
        )
        work = partial(_precopy, call, answers, limit)
        async with metrics_kept(call.app.engine, metrics_of(call)):
            result = await run_session(call, request, work, until=until)
        return call.console.finish_with(result)


async def _precopy(call: Invocation, answers: Answers, limit: RateLimit, runner: Runner, stop: anyio.Event) -> None:
    write_limit(runner.now.folder / LIMIT_FILE, limit)
    note_workspace(runner.now.folder)
    await drive.prepare_ahead(runner, answers)
    say_waived(call, runner)
    await runner.do(steps.Precopy(stop=stop, kind=answers.kind))

"""`omt estimate`: how long a migration will take, and what would change it."""

from __future__ import annotations

import argparse
from functools import partial

import anyio
from typing_extensions import override

from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_answers, answers_of
from omt_core.cli.sessions import run_session
from omt_core.cli.units import duration, size
from omt_core.engine import answering
from omt_core.engine.answers import Answers
from omt_core.engine.estimating import estimate
from omt_core.engine.opening import OpenRequest
from omt_core.engine.runner import Runner


class Estimate(CoreCommand):
    """Inventory, a short probe upload, and a range."""

    name = "estimate"
    help = "say how long a migration will take, from the inventory and a short probe upload"

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_answers(parser)

    @override
    async def run(self, call: Invocation) -> int:
        answers = answers_of(call)
        request = OpenRequest(
            answers=answers.manual(), workspace=call.app.settings.core.workspace, writes=False, waivers=answers.waive
        )
        return call.console.finish_with(await run_session(call, request, partial(_estimate, call, answers)))


async def _estimate(call: Invocation, answers: Answers, runner: Runner, stop: anyio.Event) -> None:
    del stop
    await runner.do(answering.login(answers))
    found = await estimate(runner.session, answers.kind, answers.recover)
    console = call.console
    console.print(f"{found.files} files, {size(found.bytes)}, of which {size(found.bytes_to_send)} are to be sent")
    console.print(f"Between {duration(found.shortest)} and {duration(found.longest)}")
    for line in (*found.grounds, *found.levers):
        console.print(f"  {line}")
    console.object(
        "estimate",
        {
            "shortest_seconds": found.shortest,
            "longest_seconds": found.longest,
            "files": found.files,
            "bytes": found.bytes,
            "bytes_to_send": found.bytes_to_send,
            "grounds": list(found.grounds),
            "levers": list(found.levers),
        },
    )

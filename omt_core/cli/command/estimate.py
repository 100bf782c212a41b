"""`omt estimate`: how long a migration will take, and what would change it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio
from typing_extensions import override

from omt_core.answers.file import Answers
from omt_core.api.sentence import joined, sentence
from omt_core.api.text import byte_size, duration, quantity
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_answers, add_limit_rate, add_workspace, answers_of, limit_of, workspace_of
from omt_core.cli.sessions import run_session
from omt_core.engine import drive
from omt_core.engine.opening import OpenRequest
from omt_core.engine.runner import Runner
from omt_core.engine.upload.estimate import EstimateUpload, keep
from omt_core.engine.upload.rate import RateLimit, read_limit
from omt_core.engine.workspace import LIMIT_FILE, folder_for, is_locked


class Estimate(CoreCommand):
    """Inventory, a short probe upload, and a range."""

    examples = ("omt estimate --answers answers.toml --limit-rate 5M",)

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_answers(parser)
        add_workspace(parser)
        add_limit_rate(parser)

    @override
    async def run(self, call: Invocation) -> int:
        answers, limit = answers_of(call), None if call.options.limit_rate is None else limit_of(call)
        request = OpenRequest(
            answers=answers.manual(),
            workspace=workspace_of(call),
            writes=False,
            waivers=answers.waivers,
            kind=answers.kind,
        )
        return call.console.finish_with(await run_session(call, request, partial(_estimate, call, answers, limit)))


async def _estimate(
    call: Invocation, answers: Answers, given: RateLimit | None, runner: Runner, stop: anyio.Event
) -> None:
    del stop
    await runner.do(drive.login(answers))
    folder = folder_for(runner.now.located.licence.serial, workspace_of(call))
    limit = given if given is not None else await _limit_under_way(folder)
    found = await runner.do(
        EstimateUpload(kind=answers.kind, recover=answers.recover, limit=limit.at(datetime.now(UTC)))
    )
    console = call.console
    console.print(
        sentence(
            "{files}, {size}, of which {files_to_send}, {size_to_send} are to be sent",
            files=quantity(found.files, "file"),
            size=byte_size(found.bytes - found.database_bytes),
            files_to_send=quantity(found.files_to_send, "file"),
            size_to_send=byte_size(found.bytes_to_send - found.database_bytes),
        )
    )
    if found.database_bytes:
        console.print(sentence("The database besides, about {size}", size=byte_size(found.database_bytes)))
    console.print(
        sentence("Between {shortest} and {longest}", shortest=duration(found.shortest), longest=duration(found.longest))
    )
    for line in (*found.grounds, *found.levers):
        console.print(joined(["", line], "  "))
    console.object(
        "estimate",
        {
            "shortest_seconds": found.shortest,
            "longest_seconds": found.longest,
            "files": found.files,
            "files_to_send": found.files_to_send,
            "bytes": found.bytes,
            "bytes_to_send": found.bytes_to_send,
            "database_bytes": found.database_bytes,
            "grounds": list(found.grounds),
            "levers": list(found.levers),
        },
    )
    if await is_locked(folder):
        console.print(sentence("Not kept for the report: a run works in the workspace at this moment."))
    else:
        await keep(found, folder)


async def _limit_under_way(folder: Path) -> RateLimit:
    """Return the rate limit of the run that is under way; a new run begins without."""
    return read_limit(folder / LIMIT_FILE) if await is_locked(folder) else RateLimit.always(None)

"""`omt limit`: changes the limit on sending of a run that is under way."""

from __future__ import annotations

import argparse

from typing_extensions import override

from omt_core.api.errors import ExitCode
from omt_core.api.sentence import sentence
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.errors import NO_RUN_TO_LIMIT
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.engine.upload.rate import parse_limit, write_limit
from omt_core.engine.workspace import LIMIT_FILE, existing, is_locked


class Limit(CoreCommand):
    """Works beside the run, through a file in its workspace."""

    examples = ("omt limit 5M", 'omt limit "08:00,500K 18:00,off"', "omt limit off")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("rate", metavar="RATE", help="such as 500K or 5M, the word off, or `08:00,500K 18:00,off`")
        add_workspace(parser)

    @override
    async def run(self, call: Invocation) -> int:
        limit = parse_limit(call.options.rate)
        folder = existing(workspace_of(call))
        if not await is_locked(folder):
            raise NO_RUN_TO_LIMIT.error(
                sentence(
                    "No migration is running in {folder}, so that there is nothing to limit. The next run begins with"
                    " a limit of its own.",
                    folder=folder,
                )
            )
        write_limit(folder / LIMIT_FILE, limit)
        call.console.print(sentence("Limit: {limit}.", limit=limit.said()))
        return call.console.finish(ExitCode.DONE)

"""`omt limit`: changes the limit on sending of a run that is under way."""

from __future__ import annotations

import argparse

from typing_extensions import override

from omt_core.api.errors import ExitCode
from omt_core.api.sentence import sentence
from omt_core.api.text import byte_size
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.engine.upload.rate import parse_rate, write_limit
from omt_core.engine.workspace import LIMIT_FILE, existing, is_locked


class Limit(CoreCommand):
    """Works beside the run, through a file in its workspace."""

    name = "limit"
    help = "limit what a running migration sends: 5M (bytes per second) or off"

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("rate", metavar="RATE", help="such as 500K or 5M, or the word off")
        add_workspace(parser)

    @override
    async def run(self, call: Invocation) -> int:
        rate = parse_rate(call.options.rate)
        folder = existing(workspace_of(call))
        write_limit(folder / LIMIT_FILE, rate)
        call.console.print(
            sentence("No limit.") if rate is None else sentence("At most {size} per second.", size=byte_size(rate))
        )
        if not await is_locked(folder):
            call.console.print(
                sentence("No migration is running there now; the next run begins with a limit of its own.")
            )
        return call.console.finish(ExitCode.DONE)

"""A partner's plugin with a command that asks for all that a command may have."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import Command, CommandContext, ExitCode, Plugin, hookimpl


async def run(context: CommandContext, options: argparse.Namespace) -> int:
    """Log on, count the users, and try what is not allowed."""
    del options
    async with context.site() as site:
        written = ""
        try:
            await site.database.write("delete from associate")
        except PermissionError as error:
            written = str(error)
        rows = await site.database.rows("select count(*) from associate")
        result = await site.log_on()
        return context.finish(
            ExitCode.DONE,
            serial=site.licence.serial,
            associates=rows[0][0],
            outcome=result.outcome.value,
            root=str(site.installation.root),
            written=written,
            answers=dict(context.answers),
        )


class WhoAmI(Plugin):
    """Brings the command."""

    @override
    @hookimpl
    def add_commands(self) -> Sequence[Command]:
        return (
            Command(name="whoami", help="say who logs on", configure=lambda _: None, run=run, takes_answers=True),
            Command(name="whoami-bare", help="the same without answers", configure=lambda _: None, run=run),
        )

"""A plugin whose command ends as `OMT_TEST_WAY` says."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from typing_extensions import override

from omt_core.api import Command, CommandContext, Plugin, hookimpl


def configure(parser: argparse.ArgumentParser) -> None:
    del parser
    if os.environ["OMT_TEST_WAY"] == "configure":
        sys.exit(0)


async def run(context: CommandContext, options: argparse.Namespace) -> int:
    del context, options
    match os.environ["OMT_TEST_WAY"]:
        case "exit":
            sys.exit(0)
        case "none":
            return None  # type: ignore[return-value]  # what a bad plugin does
    return 0


class Partner(Plugin):
    """Brings the command."""

    @override
    @hookimpl
    def add_commands(self) -> Sequence[Command]:
        return (Command(name="odd", help="end in some way", configure=configure, run=run),)

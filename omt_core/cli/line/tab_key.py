"""The Tab key: a shell that completes a line runs the tool with a variable set, and the line so far in others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from omt_core.cli.line.globals import CommandParser

_ASKED: Final = "_ARGCOMPLETE"


def complete(parser: CommandParser, commands: Mapping[str, CommandParser]) -> None:
    """Answer a shell that asks for completions, and end the process; return where none does.

    Of all commands those get their options that the line names.
    """
    if _ASKED not in os.environ:
        return
    import argcomplete  # noqa: PLC0415 - of use to a shell that asks alone

    for word in os.environ.get("COMP_LINE", "").split():
        if word in commands:
            commands[word].complete()
    argcomplete.autocomplete(parser)

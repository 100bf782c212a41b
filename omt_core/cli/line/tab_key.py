"""The Tab key: a shell that completes a line runs the tool with a variable set, and the line so far in others."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from omt_core.api.language import Language, translated
from omt_core.cli.line.globals import CommandParser

_ASKED: Final = "_ARGCOMPLETE"


def complete(parser: CommandParser, commands: Mapping[str, CommandParser], language: Language) -> None:
    """Answer a shell that asks for completions, and end the process; return where none does.

    Of all commands those get their options that the line names. What a shell shows of each is in a language.
    """
    if _ASKED not in os.environ:
        return
    from argcomplete.finders import CompletionFinder  # noqa: PLC0415 - of use to a shell that asks alone

    class Finder(CompletionFinder):
        @override
        def _get_action_help(self, action: argparse.Action) -> str:
            return translated(super()._get_action_help(action), language)  # type: ignore[no-untyped-call]  # argcomplete has no types

    for word in os.environ.get("COMP_LINE", "").split():
        if word in commands:
            commands[word].complete()
    Finder()(parser)

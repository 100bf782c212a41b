"""`omt completion`: what a shell needs to complete commands and options by the Tab key."""

from __future__ import annotations

import argparse
import os
from typing import Final

import argcomplete
from argcomplete.shell_integration import shellcode
from typing_extensions import override

from omt_core.api.errors import ExitCode
from omt_core.cli.commands import CoreCommand, Invocation

SHELLS: Final = ("bash", "zsh", "fish", "powershell")
_ASKED: Final = "_ARGCOMPLETE"
"""A shell that asks for completions runs the tool with this variable, and the line so far in others."""


class Completion(CoreCommand):
    """Plugins' commands are completed too: the shell asks the tool each time."""

    name = "completion"
    help = "print a script by which a shell completes commands and options"
    examples = (
        'eval "$(omt completion bash)"',
        "omt completion zsh >> ~/.zshrc",
        "omt completion fish > ~/.config/fish/completions/omt.fish",
        "omt completion powershell | Out-String | Invoke-Expression",
    )

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("shell", choices=SHELLS, help="the shell that reads it")

    @override
    async def run(self, call: Invocation) -> int:
        script = shellcode(["omt"], shell=call.options.shell)
        if call.console.json:
            call.console.object("completion", {"shell": call.options.shell, "script": script})
        else:
            call.console.out.write(script)
        return call.console.finish(ExitCode.DONE)


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks for completions, and end the process; return where none does."""
    if _ASKED in os.environ:
        argcomplete.autocomplete(parser)

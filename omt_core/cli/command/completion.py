"""`omt completion`: what a shell needs to complete commands and options by the Tab key."""

from __future__ import annotations

import argparse
from typing import Final

from argcomplete.shell_integration import shellcode
from typing_extensions import override

from omt_core.api.errors import ExitCode
from omt_core.cli.commands import CoreCommand, Invocation

SHELLS: Final = ("bash", "zsh", "fish", "powershell")


class Completion(CoreCommand):
    """Plugins' commands are completed too: the shell asks the tool each time."""

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

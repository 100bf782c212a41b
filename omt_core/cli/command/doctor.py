"""`omt doctor`: whether this machine is ready for the night."""

from __future__ import annotations

import argparse
from typing import Final

from rich.text import Text
from typing_extensions import override

from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import ExitCode
from omt_core.api.installation import ManualAnswers
from omt_core.api.machine import MachineCheck, MachineState
from omt_core.api.sentence import plural, sentence
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.console import Console, by_word, text_fields
from omt_core.cli.options import add_answers, add_workspace, workspace_of
from omt_core.engine.machine.examination import Examination, ExaminationRequest, examine
from omt_core.engine.result import FindingLine

_STYLES: Final = {
    MachineState.OK: "green",
    MachineState.WARNING: "yellow",
    MachineState.ERROR: "bold red",
    MachineState.NOT_CHECKED: "cyan",
}
_STATES: Final = {
    MachineState.OK: sentence("ok"),
    MachineState.WARNING: sentence("warning"),
    MachineState.ERROR: sentence("error"),
    MachineState.NOT_CHECKED: sentence("not checked"),
}
_VERDICTS: Final = {
    MachineState.OK: sentence("This machine: all is well."),
    MachineState.WARNING: sentence("This machine can do it; see to the warnings."),
    MachineState.ERROR: sentence("This machine is not ready: see to the errors."),
}


class Doctor(CoreCommand):
    """Changes nothing, logs on nowhere, and needs neither an installation nor a tenant."""

    examples = ("omt doctor --answers answers.toml",)

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_answers(parser, required=False)
        add_workspace(parser)

    @override
    async def run(self, call: Invocation) -> int:
        answers, console = call.answers, call.console
        found = await examine(
            call.app.engine,
            ExaminationRequest(
                # Its database's password is not fetched: nobody is logged on.
                answers=ManualAnswers() if answers is None else answers.installation,
                workspace=workspace_of(call),
                kind=MigrationKind.LIVE if answers is None else answers.kind,
            ),
        )
        for line in found.lines:
            _show(console, line)
        console.print(_verdict(found))
        code = ExitCode.FINDINGS if found.worst is MachineState.ERROR else ExitCode.DONE
        return console.finish(code, findings=tuple(FindingLine.of(fault) for fault in found.faults))


def _verdict(found: Examination) -> str:
    """Say the whole in a sentence; nobody is told that what was not looked at is well."""
    unseen = sum(line.state is MachineState.NOT_CHECKED for line in found.lines)
    if found.worst is not MachineState.NOT_CHECKED:
        return _VERDICTS[found.worst]
    return plural(
        unseen,
        "This machine: what was looked at is well; {number:,} thing was not looked at.",
        "This machine: what was looked at is well; {number:,} things were not looked at.",
    )


def _show(console: Console, line: MachineCheck) -> None:
    fields = {"name": line.name, "state": line.state.value, "plugin": line.plugin}
    console.object("machine", {**fields, **text_fields("message", line.message), **text_fields("remedy", line.remedy)})
    if console.json:
        return
    state = (f"{console.told(_STATES[line.state]):<14}", _STYLES[line.state])
    told = Text.assemble(state, f"{line.name} ({line.plugin}): {console.told(line.message)}")
    console.rich.print(by_word(console.rich, told))
    if line.remedy:
        remedy = Text(f"              {console.told(line.remedy)}", style="dim")
        console.rich.print(by_word(console.rich, remedy))

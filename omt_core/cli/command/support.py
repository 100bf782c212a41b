"""`omt support`: writes what somebody who helps must see, without personal data and secrets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import anyio.to_thread
from typing_extensions import override

from omt_core.api.errors import USAGE, ChoiceNeededError, ExitCode, InputError
from omt_core.api.installation import ManualAnswers
from omt_core.api.sentence import sentence
from omt_core.api.text import byte_size
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.enter_key import typed_answer
from omt_core.cli.errors import SUPPORT_NOT_AGREED
from omt_core.cli.options import add_answers, add_workspace, workspace_of
from omt_core.cli.output_files import place_for, say_place
from omt_core.engine.support.bundle import SupportBundle, SupportRequest, gather
from omt_core.engine.workspace import existing

_YES: Final = frozenset({"y", "yes"})


class Support(CoreCommand):
    """Changes nothing, sends nothing: the file is for a person to look at and to pass on."""

    examples = ("omt support support.zip", "omt support --list")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE.zip", help="where to write it")
        parser.add_argument("--list", action="store_true", help="say what would be in it, and write nothing")
        parser.add_argument("--yes", action="store_true", help="write it without asking")
        add_answers(parser, required=False)
        add_workspace(parser)

    @override
    async def run(self, call: Invocation) -> int:
        options, console = call.options, call.console
        if options.file is None and not options.list:
            raise USAGE.error(
                sentence("This command needs FILE.zip, or --list."), remedy=sentence("See `omt support --help`.")
            )
        if options.file is not None and options.list:
            raise USAGE.error(
                sentence("--list writes nothing, so it takes no FILE.zip."),
                remedy=sentence("See `omt support --help`."),
            )
        bundle = await gather(call.app.engine, _request(call))
        _show(call, bundle)
        if options.list:
            return console.finish(ExitCode.DONE)
        if not options.yes:
            await _ask(call, options.file)
        place = await anyio.to_thread.run_sync(_write, call, bundle, options.file)
        console.print(sentence("Written: {file}. Nothing was sent: look at it, then pass it on yourself.", file=place))
        return console.finish(ExitCode.DONE, file=place)


def _request(call: Invocation) -> SupportRequest:
    answers = call.answers
    workspace = workspace_of(call)
    try:
        workspace = existing(workspace)
    except ChoiceNeededError:
        raise
    except InputError:  # that there is no migration yet is no reason to go without the rest
        call.console.print(sentence("There is no migration yet: the bundle holds no journal."))
    return SupportRequest(
        settings=call.app.settings,
        workspace=workspace,
        manual=ManualAnswers() if answers is None else answers.installation,
        answers={} if answers is None else answers.by_key(),
    )


def _show(call: Invocation, bundle: SupportBundle) -> None:
    call.console.print(sentence("The bundle holds:"))
    for member in bundle.members:
        about, size = call.console.told(member.about), call.console.told(byte_size(member.size))
        call.console.print(f"  {member.name:<20} {size:>10}  {about}")
        call.console.object("member", {"name": member.name, "size": member.size, "about": member.about})


def _write(call: Invocation, bundle: SupportBundle, file: Path) -> Path:
    place = place_for(file)
    bundle.write(place)
    say_place(call.console, file, place)
    return place


async def _ask(call: Invocation, file: Path) -> None:
    """Have a person say yes. Raises `InputError` `support-not-agreed`."""
    said = ""
    if not call.console.json and sys.stdin is not None and sys.stdin.isatty():
        call.console.print(sentence("Write this to {file}? [y/N]", file=file))
        said = await typed_answer()
    if said.strip().lower() not in _YES:
        raise SUPPORT_NOT_AGREED.error(
            sentence("Nobody agreed to what the support bundle would hold, so {file} was not written.", file=file)
        )

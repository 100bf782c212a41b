"""`omt` without a command: opens the wizard and waits for its end."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import anyio

from omt_core.api.errors import USAGE
from omt_core.api.sentence import sentence
from omt_core.app import Application
from omt_core.cli.commands import Invocation
from omt_core.cli.console import Console
from omt_core.cli.enter_key import enter_pressed
from omt_core.cli.interrupts import stay_in_control
from omt_core.engine.errors import INTERRUPTED
from omt_core.engine.result import Result, error_of
from omt_core.engine.workspace import data_folder

_OPTIONS: Final = ("workspace", "answers", "no_browser")


def add_wizard_options(parser: argparse.ArgumentParser) -> None:
    """Add what `omt` takes when no command is named.

    The names differ from those of the commands' options: argparse would let a command's default overwrite them.
    """
    group = parser.add_argument_group("options of the wizard, which opens when no command is named")
    group.add_argument("--workspace", dest="wizard_workspace", type=Path, metavar="DIR", help="folder of the migration")
    group.add_argument(
        "--answers", dest="wizard_answers", type=Path, metavar="FILE", help="answers file (TOML) to begin with"
    )
    group.add_argument(
        "--no-browser", dest="wizard_no_browser", action="store_true", help="print the link and open no browser"
    )


def refuse_wizard_options(parsed: argparse.Namespace) -> None:
    """Refuse options of the wizard before a command, which would have no effect. Raises `InputError` `usage`."""
    given = [name for name in _OPTIONS if getattr(parsed, f"wizard_{name}")]
    if given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise USAGE.error(
            sentence("{names} stands before the command.", names=names),
            remedy=sentence("Give options of a command after its name."),
        )


async def run_wizard(call: Invocation, compose: Callable[[Mapping[str, object]], Application]) -> int:
    """Open the wizard and return the exit code once it is closed. The first Ctrl-C stops what runs, resumably."""
    from omt_core.wizard.controller import SessionController, StartOptions  # noqa: PLC0415 - a server: no command needs it
    from omt_core.wizard.launch import open_wizard  # noqa: PLC0415 - the same

    settings = call.app.settings.core.wizard
    if call.options.wizard_no_browser:
        settings = settings.model_copy(update={"browser": False})
    options = StartOptions(workspace=call.options.wizard_workspace, remembers_in=data_folder())
    if call.answers is not None:
        options = replace(options, answers=call.answers.manual(), waivers=call.answers.waivers or None)
    stop = anyio.Event()
    result: Result | None = None
    with (
        anyio.CancelScope() as scope,
        stay_in_control(call, stop, scope),
        enter_pressed(watched=not call.console.json) as asked,
    ):
        async with SessionController.run(compose, options) as controller, anyio.create_task_group() as group:
            group.start_soon(_stop_when_asked, stop, controller.attempts.stop)
            await open_wizard(controller, settings, partial(_show, call.console), asked)
            result = await controller.result()
            group.cancel_scope.cancel()
    if result is None:
        raise INTERRUPTED.error(
            sentence("The wizard was stopped at once; all that was confirmed is journalled."),
            remedy=sentence("Start it again to go on from there."),
        )
    if result.error is not None:
        call.console.error(error_of(result.error))
    return call.console.finish_with(result)


async def _stop_when_asked(stop: anyio.Event, ask: Callable[[], None]) -> None:
    await stop.wait()
    ask()


def _show(console: Console, link: str, *, opened: bool) -> None:
    console.object("wizard", {"url": link})
    if opened:
        console.print(sentence("The wizard opens in your browser. If it does not, open this link, which works once:"))
    else:
        console.print(sentence("Open the wizard by this link, which works once, in a browser on this machine:"))
    console.print(f"    {link}")
    console.print(
        sentence("Enter makes a new link, for another browser or after closing this one. Ctrl-C ends the tool.")
    )

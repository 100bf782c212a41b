"""`cli.md`: every command with its options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping

from generating.application import application
from generating.markdown import code, page, table
from omt_core.api import Command
from omt_core.cli.command import CORE_COMMANDS, core_command
from omt_core.cli.commands import CoreCommand
from omt_core.cli.line.globals import Parser, add_global_options
from omt_core.cli.wizard import add_wizard_options

INTRODUCTION = """\
`omt` is the same as `python -m omt_core`. Every command can print JSON: one object per line, the last one the
[result](schemas/result.json). [Exit codes](errors.md#exit-codes) say how it ended. Plugins add commands;
`simulate`, `demo`, `tenant` and `verify` come that way. A word that is mistyped is refused with the one that may have
been meant, and `omt --version` works whatever else is wrong.

A file that is there is never written over. Where `--findings`, `--list`, `--write-csv`, `--output` or the file of
`omt support` names one that says something else, that one stays as it is, and the new one stands beside it with a
number behind its name: `findings-1.csv`. The command says so, to a program as a `notice`. `omt init` writes no answers
beside others: it refuses, unless `--force` is given. A log goes on in its file, `--metrics` is made anew for its
collector, and the reports of a workspace are the tool's own. A device or a pipe is refused: a file would take its
place."""

WIZARD = """\
`omt` without a command opens the wizard: a page for a person, served to this machine alone, until it is closed in the
browser or by Ctrl-C (once: what runs stops so that it can go on; twice: at once). The link that it prints works once;
Enter makes another, for a second browser or after the first was closed. Its [settings](settings.md#core) say whether
a browser is opened and when a session ends. Under `--json` the first line is `{"event":"wizard","url":"..."}`, and
such a line follows whenever the wizard makes a new link. Treat it as a password, and leave it out of logs."""


def pages() -> Mapping[str, str]:
    """Return the page."""
    blocks = ["## Options of every command", _options(global_parser())]
    wizard = Parser(prog="omt", add_help=False, allow_abbrev=False)
    add_wizard_options(wizard)
    blocks += ["## The wizard", WIZARD, f"```\n{usage(wizard)}\n```", _options(wizard)]
    known: dict[str, CoreCommand | Command] = {name: core_command(name) for name in CORE_COMMANDS}
    known |= {command.name: command for command in application().host.commands}
    for name, parser, text in parsers():
        blocks += [f"## omt {name}", f"{text[:1].upper()}{text[1:]}.", f"```\n{usage(parser)}\n```", _options(parser)]
        if name in known and known[name].examples:
            blocks += ["```\n" + "\n".join(known[name].examples) + "\n```"]
    return {"cli.md": page("Commands", INTRODUCTION, *blocks)}


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """Yield each command and each part of one, by name, with its parser and its help."""
    commands: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
        name: (told, core_command(name).configure) for name, told in CORE_COMMANDS.items()
    }
    commands |= {command.name: (command.help, command.configure) for command in application().host.commands}
    for name, (text, configure) in sorted(commands.items()):
        parser = Parser(prog=f"omt {name}", add_help=False, allow_abbrev=False)
        configure(parser)
        yield name, parser, text
        for action in actions(parser):
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - argparse has no other name for it
                helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
                for part, inner in action.choices.items():
                    yield f"{name} {part}", inner, helps.get(part, "")


def global_parser() -> argparse.ArgumentParser:
    """Return a parser with the options of every command and nothing else."""
    parser = Parser(add_help=False)
    add_global_options(parser)
    return parser


def actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return a parser's options and arguments."""
    return [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]  # noqa: SLF001


def usage(parser: argparse.ArgumentParser) -> str:
    """Return the usage on one line, however wide the terminal is that this runs in."""
    words = parser.format_usage().removeprefix("usage: ")
    return " ".join(words.replace("[-h] ", "").split())


def _options(parser: argparse.ArgumentParser) -> str:
    rows = [
        (code(_shown(action)), action.help % vars(action) if action.help else "")
        for action in actions(parser)
        if not isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    ]
    return table(("option", "what it does"), rows) if rows else ""


def _shown(action: argparse.Action) -> str:
    name = ", ".join(action.option_strings)
    if action.nargs == 0:
        return name
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    return f"{name} {value}".strip()
